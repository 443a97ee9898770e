/** Where an integration is called back. */
export const endpoints = ['message', 'status', 'shadow-message', 'shadow-status'] as const
export type Endpoint = (typeof endpoints)[number]

/** For so long an endpoint may fail and do nothing else; then it is paused. */
export const pausedAfterMs: number = 5 * 24 * 60 * 60 * 1000

export const endpointLane = (integrationId: string, endpoint: Endpoint): string =>
  `callback:${integrationId}:${endpoint}`

/** The way back. */
export function endpointOfLane(lane: string): { integrationId: string; endpoint: Endpoint } {
  const last = lane.lastIndexOf(':')
  // `endpointLane` made it: what stands after the last colon is an endpoint.
  return { integrationId: lane.slice('callback:'.length, last), endpoint: lane.slice(last + 1) as Endpoint }
}

export const endpointLanes = (integrationId: string): string[] =>
  endpoints.map((endpoint) => endpointLane(integrationId, endpoint))
