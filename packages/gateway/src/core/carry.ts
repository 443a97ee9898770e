import type { StatusName } from '@waypost/protocol'
import type { Events } from './events.ts'
import { KeysUnavailable } from './keys.ts'
import { fileIdOf, type Mt, type NotSent, type Outcome } from './message.ts'
import { type OpeningMt, openMt } from './open-mt.ts'
import { StoreUnavailable } from './store.ts'
import type { Supplier } from './supplier.ts'

interface Carrying extends OpeningMt {
  events: Pick<Events, 'bug' | 'storeFailed'>
}

/** What carries a message. */
export interface Carrier {
  supplier: Supplier
  /** How many messages are being opened and prepared. */
  preparing: number
}

interface Attempt {
  carrier: Carrier
  /** It is not sent any more. */
  isLate: boolean
  stopping: AbortSignal
}

const sendTimeoutMs = 30_000

/**
 * One attempt. A stop waits for what is short: a send, and a key, which may take its `answerWithinMs`; but not for what is
 * handed over before a send. Rejects only where the message may be on its way.
 */
export async function carry(app: Carrying, mt: Mt, attempt: Attempt): Promise<Outcome> {
  const { carrier, isLate } = attempt
  if (isLate) return later('failed_before_supplier')
  carrier.preparing++
  const ready = await prepared(app, mt, attempt)
    .catch((error: unknown) => delay(app, mt, error))
    .finally(() => carrier.preparing--)
  return 'type' in ready ? ready : carrier.supplier.send(ready, AbortSignal.timeout(sendTimeoutMs))
}

/** Whether it may take long until it is sent. */
export const hasToBePrepared = ({ content, encryptionKey }: Mt): boolean =>
  encryptionKey !== undefined || fileIdOf(content) !== undefined

async function prepared(app: Carrying, mt: Mt, { carrier, stopping }: Attempt): Promise<Mt | NotSent> {
  const opened = await openMt(app, mt)
  if ('type' in opened) return opened
  return (await carrier.supplier.prepare?.(opened, stopping)) ?? opened
}

/** Whatever went wrong before the supplier was given the message, it does not have it. */
function delay({ events }: Carrying, { id }: Mt, error: unknown): NotSent {
  if (error instanceof KeysUnavailable) return later('encryption_access_denied')
  if (error instanceof StoreUnavailable) events.storeFailed('prepare', error)
  else events.bug('supplier.prepare', error, id)
  return later('failed_before_supplier')
}

const later = (status: StatusName): NotSent => ({
  type: 'deferred',
  retry: 'transient',
  status,
  unasked: true,
})
