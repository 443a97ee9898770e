import type { Mt, NotSent, Outcome } from './message.ts'
import { type OpeningMt, openMt } from './open-mt.ts'
import type { Supplier } from './supplier.ts'

/** What carries a message. */
interface Carrier {
  supplier: Supplier
  /** How many messages are being opened and prepared. */
  preparing: number
}

const sendTimeoutMs = 30_000

/** One attempt. A stop waits for a send, which is short, but not for what is handed over before it. */
export async function carry(
  app: OpeningMt,
  mt: Mt,
  { carrier, stopping }: { carrier: Carrier; stopping: AbortSignal },
): Promise<Outcome> {
  carrier.preparing++
  const ready = await prepared(app, mt, { carrier, stopping }).finally(() => carrier.preparing--)
  return 'type' in ready ? ready : carrier.supplier.send(ready, AbortSignal.timeout(sendTimeoutMs))
}

async function prepared(
  app: OpeningMt,
  mt: Mt,
  { carrier, stopping }: { carrier: Carrier; stopping: AbortSignal },
): Promise<Mt | NotSent> {
  const opened = await openMt(app, mt)
  if ('type' in opened) return opened
  return (await carrier.supplier.prepare?.(opened, stopping)) ?? opened
}
