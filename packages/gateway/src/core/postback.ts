import type { Mo, PressedButton } from './message.ts'
import type { Store } from './store.ts'

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

/** What the business is to be told of a pressed button; undefined where nobody gave it anything. */
export async function postbackOf(
  store: Pick<Store, 'findMt'>,
  { integrationId }: Pick<Mo, 'integrationId'>,
  { text, payload }: PressedButton,
): Promise<string | undefined> {
  const pressed = payload === undefined ? undefined : readPayload(payload)
  // A button that somebody else sent. Meta's own payload, of one that was given none, is its text.
  if (!pressed) return payload === text ? undefined : payload
  const mt = await store.findMt(integrationId, pressed.mtId)
  return mt?.content.type === 'template' ? mt.content.template.postbackData?.[pressed.button] : undefined
}
