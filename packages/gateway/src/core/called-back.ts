import type { Endpoint } from './endpoint.ts'
import type { Callbacks, Integration } from './integration.ts'

/** What an integration says of its endpoints. */
export type Endpoints = Pick<Integration, 'callbacks' | 'shadowCallbacks'>

const places = {
  message: ['callbacks', 'messageUrl'],
  status: ['callbacks', 'statusUrl'],
  'shadow-message': ['shadowCallbacks', 'messageUrl'],
  'shadow-status': ['shadowCallbacks', 'statusUrl'],
} as const satisfies Record<Endpoint, readonly [keyof Endpoints, keyof Callbacks]>

interface CalledBack<Whole extends Endpoints> {
  /** Without one, events of a shadow have nobody to be told to, and those of other endpoints wait. */
  url: string | null
  /** The integration as this endpoint sees it: to a shadow, the shadow callbacks are the callbacks. */
  as: Whole
}

/** How one endpoint is called back. */
export function calledBack<Whole extends Endpoints>(whole: Whole, endpoint: Endpoint): CalledBack<Whole> {
  const [set, url] = places[endpoint]
  if (set === 'callbacks') return { url: whole.callbacks[url], as: whole }
  const callbacks = whole.shadowCallbacks ?? noShadow(whole.callbacks)
  return { url: callbacks[url], as: { ...whole, callbacks } }
}

export const isShadow = (endpoint: Endpoint): boolean => places[endpoint][0] === 'shadowCallbacks'

/** A shadow is there to see the other one before moving to it. */
export const otherGeneration = (generation: Callbacks['generation']): Callbacks['generation'] =>
  generation === 'one' ? 'legacy' : 'one'

const noShadow = ({ generation, ...rest }: Callbacks): Callbacks => ({
  ...rest,
  messageUrl: null,
  statusUrl: null,
  generation: otherGeneration(generation),
  basicAuth: null,
})
