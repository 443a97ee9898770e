import { mtNamesOf } from './data-key.ts'
import { openText, Unopenable } from './envelope.ts'
import type { Events } from './events.ts'
import type { Integration } from './integration.ts'
import { type DataKeys, KeyRefused, unwrapUnder } from './keys.ts'
import type { PressedButton } from './message.ts'
import { type Store, StoreUnavailable } from './store.ts'
import { shut } from './unreadable.ts'

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

interface Asking {
  store: Pick<Store, 'findMt'>
  keys: Pick<DataKeys, 'unwrap'>
  events: Pick<Events, 'postbackLost'>
}

/**
 * What the business is to be told of a pressed button; undefined where nobody gave it anything, or where that is sealed and
 * not ours to open any more. What is answered here opened is to be sealed anew. Throws `StoreUnavailable` while it cannot be
 * read.
 */
export async function postbackOf(
  { store, keys, events }: Asking,
  { id, encryption }: Pick<Integration, 'id' | 'encryption'>,
  { text, payload }: PressedButton,
): Promise<string | undefined> {
  const pressed = payload === undefined ? undefined : readPayload(payload)
  // A button that somebody else sent. Meta's own payload, of one that was given none, is its text.
  if (!pressed) return payload === text ? undefined : payload
  const mt = await store.findMt(id, pressed.mtId)
  if (mt?.content === shut) throw new StoreUnavailable('The key of the message of this button is refused')
  if (mt?.content.type !== 'template') return undefined
  const given = mt.content.template.postbackData?.[pressed.button]
  if (given === undefined || mt.encryptionKey === undefined) return given
  try {
    // Without a key for what people write it would be told, and kept, in the clear.
    if (!encryption?.moKey) throw new KeyRefused('the integration has no key for this way')
    return openText(await unwrapUnder(keys, mtNamesOf(encryption), mt.encryptionKey), given)
  } catch (error) {
    if (!(error instanceof KeyRefused || error instanceof Unopenable)) throw error
    events.postbackLost(id, mt.id, error)
    return undefined
  }
}
