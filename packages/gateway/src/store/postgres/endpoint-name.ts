import { type Endpoint, endpointLane, endpointOfLane } from '../../core/endpoint.ts'
import type { Callback } from '../../core/store.ts'
import { callbackOf, type EventRow } from '../callback-row.ts'
import { columnsOf } from './query.ts'

/** What rows of endpoints and their events are found by: the parts of a lane's name. */
export interface EndpointName {
  integration_id: string
  endpoint: Endpoint
}

export const laneOfEndpoint = ({ integration_id, endpoint }: EndpointName): string =>
  endpointLane(integration_id, endpoint)

export function endpointName(lane: string): EndpointName {
  const { integrationId: integration_id, endpoint } = endpointOfLane(lane)
  return { integration_id, endpoint }
}

export const endpointColumns = (lanes: string[]): (string | number | null)[][] =>
  columnsOf(
    lanes.map(endpointName),
    ({ integration_id }) => integration_id,
    ({ endpoint }) => endpoint,
  )

export type NamedEventRow = Omit<EventRow, 'lane'> & EndpointName

export const callbackIn = (row: NamedEventRow): Callback => callbackOf({ ...row, lane: laneOfEndpoint(row) })
