import type { Generation } from '@waypost/protocol'
import { sealedLength } from '../core/envelope.ts'
import type { Integration } from '../core/integration.ts'
import type { MediaStore } from '../core/media.ts'
import type { Callback, CallbackAttempt, CallbackEvent } from '../core/store.ts'
import { bodyAround, type EnclosedFile } from './body.ts'
import type { CallbackSender } from './deliver.ts'
import { type Chance, settle } from './schedule.ts'

/** An event in each generation's shape: what `api/<generation>/callbacks.ts` makes of it. */
type Shapes = Record<Generation, (integration: Integration, event: CallbackEvent) => object>

interface Needs {
  deliver: CallbackSender['deliver']
  shapes: Shapes
  media: Pick<MediaStore, 'open'>
  chance: Chance
}

type Tell = (integration: Integration, url: string, callback: Callback) => Promise<CallbackAttempt>

/** An orderly stop waits for the attempts under way: each is over in seconds, and cutting it off would tell the business twice. */
const untilAnswered = new AbortController().signal

/** Tells an endpoint of an event: in the shape it is called back in now, with the credentials it has now. */
export function teller({ deliver, shapes, media, chance }: Needs): Tell {
  return async (integration, url, callback) => {
    const { callbacks, signingSecret } = integration
    const shaped = shapes[callbacks.generation](integration, callback.event)
    const body = await bodyAround(shaped, fileOf(callback.event, media)).catch(() => undefined)
    // A disk that cannot be read now may be read by the next attempt.
    if (body === undefined) return settle(callback, { error: 'file unreadable', verdict: 'retry' }, chance)
    const delivered = await deliver(
      { url, basicAuth: callbacks.basicAuth, signingSecret, callback, body },
      untilAnswered,
    )
    return settle(callback, delivered, chance)
  }
}

function fileOf(event: CallbackEvent, media: Needs['media']): EnclosedFile | undefined {
  if (event.type !== 'mo' || event.mo.content.type !== 'media') return undefined
  const { fileId, bytes } = event.mo.content.media
  const { integrationId, encryptionKey } = event.mo
  const isSealed = encryptionKey !== undefined
  return { bytes: isSealed ? sealedLength(bytes) : bytes, open: () => media.open(fileId, integrationId) }
}
