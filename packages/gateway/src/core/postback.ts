/**
 * What a reply button sends back to us: the message it belongs to, and its place among that message's reply buttons, from
 * 1. What the business wants to hear is in the ledger.
 */
export const payloadOf = (mtId: string, button: number): string => `${mtId}:${button}`

/** The inverse; undefined for a payload that is not ours. */
export function readPayload(payload: string): { mtId: string; button: number } | undefined {
  const [, mtId, button] = /^([0-9a-f]{32}):([1-9]\d?)$/.exec(payload) ?? []
  return mtId === undefined ? undefined : { mtId, button: Number(button) }
}
