import { channel } from 'node:diagnostics_channel'

/**
 * Named places on a message's road, published to `node:diagnostics_channel` as `waypost:<name>`. Tracing tools can
 * subscribe; so does the test that kills the process exactly there. Without a subscriber passing one costs nothing.
 */
const points = {
  'mt.validated': channel('waypost:mt.validated'),
  'mt.stored': channel('waypost:mt.stored'),
  'attempt.stored': channel('waypost:attempt.stored'),
  'supplier.answered': channel('waypost:supplier.answered'),
  'outcome.stored': channel('waypost:outcome.stored'),
  'webhook.received': channel('waypost:webhook.received'),
  'webhook.stored': channel('waypost:webhook.stored'),
  'file.fetched': channel('waypost:file.fetched'),
  'callback.due': channel('waypost:callback.due'),
  'callback.answered': channel('waypost:callback.answered'),
  'callback.stored': channel('waypost:callback.stored'),
} as const

export type Point = keyof typeof points
export const pointNames: readonly Point[] = Object.keys(points) as Point[] // the keys of the literal above

export function passed(point: Point): void {
  const place = points[point]
  if (place.hasSubscribers) place.publish({ point })
}
