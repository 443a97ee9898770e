import type { Business } from '../businesses.ts'
import type { Database } from '../database.ts'
import type { MessageContent } from '../phones/content.ts'
import type { Conversations } from '../phones/conversations.ts'
import { type Fault, isBesideMessages } from './fault.ts'
import { pairLimit, throughput } from './limits.ts'
import { aimedAt } from './numbers.ts'

/** A message that a fault may befall. */
export interface Target {
  business: Pick<Business, 'phoneNumberId' | 'number'>
  msisdn: string
  kind: MessageContent['kind']
  /** Tells attempts of one message from others. */
  callbackData: string | undefined
}

/** Faults that are armed, and those that numbers have. Armed ones survive a restart, with the times they have left. */
export interface Faults {
  armed(): Fault[]
  arm(faults: Fault[]): void
  /** What befalls this message; asking uses it up. */
  take(target: Target): Fault | undefined
  /** What befalls a file that this business uploads; asking uses it up. */
  takeUpload(business: Pick<Business, 'number'>): Fault | undefined
  /** What befalls a request to KMS; asking uses it up. */
  takeKms(): Fault | undefined
}

interface Needs {
  database: Pick<Database, 'sql'>
  conversations: Pick<Conversations, 'lastWrittenAt'>
  now(): number
}

/** Free-form messages may be sent for this long after a person wrote. */
const windowMs = 86_400_000
/** Messages whose attempts are counted; the oldest are forgotten. */
const counted = 10_000

export function openFaults({ database: { sql }, conversations, now }: Needs): Faults {
  const put = sql.prepare('INSERT OR REPLACE INTO fault (only_one, armed) VALUES (1, ?)')
  const attempts = new Map<string, number>()
  const kept = sql.prepare('SELECT armed FROM fault').get()?.armed
  let armed: Armed[] = []
  // The column holds what `store` wrote.
  if (kept !== undefined) arm(JSON.parse(String(kept)) as Fault[])

  function arm(faults: Fault[]): void {
    armed = faults.map((fault) => ({ ...fault, isHit: limitOf(fault) }))
  }

  function store(): void {
    put.run(JSON.stringify(shownFaults()))
  }

  function shownFaults(): Fault[] {
    return armed.map(({ isHit, ...fault }) => fault)
  }

  function takeArmed(target: Target): Fault | undefined {
    return use(
      armed.find(
        (fault) =>
          !isBesideMessages(fault) &&
          (fault.to === undefined || fault.to === target.msisdn) &&
          (fault.from === undefined || fault.from === target.business.number) &&
          fault.isHit(target),
      ),
    )
  }

  function use(fault: Armed | undefined): Fault | undefined {
    if (fault?.times === undefined) return fault
    fault.times -= 1
    if (fault.times === 0) armed = armed.filter((one) => one !== fault)
    store()
    return fault
  }

  function takeAimed({ msisdn, callbackData }: Target): Fault | undefined {
    const fault = aimedAt(msisdn)
    if (fault?.first === undefined) return fault
    const key = `${msisdn} ${callbackData ?? ''}`
    const made = attempts.get(key) ?? 0
    attempts.delete(key)
    if (made >= fault.first) return undefined
    attempts.set(key, made + 1)
    for (const oldest of attempts.keys()) {
      if (attempts.size <= counted) break
      attempts.delete(oldest)
    }
    return fault
  }

  /** Whether a message runs into what is no fault by itself. */
  function limitOf({ fault, perSecond = 0 }: Fault): (target: Target) => boolean {
    switch (fault) {
      case 'window':
        return ({ kind, msisdn, business }) =>
          kind !== 'template' &&
          conversations.lastWrittenAt(msisdn, business.phoneNumberId) <= now() - windowMs
      case 'pairLimit': {
        const mayGo = pairLimit()
        return ({ business, msisdn }) => !mayGo(`${business.number} ${msisdn}`, now())
      }
      case 'throughput': {
        const mayGo = throughput(perSecond)
        return ({ business }) => !mayGo(business.number, now())
      }
      default:
        return () => true
    }
  }

  return {
    armed: shownFaults,
    arm(faults) {
      arm(faults)
      store()
    },
    take: (target) => takeArmed(target) ?? takeAimed(target),
    takeUpload: ({ number }) =>
      use(armed.find(({ fault, from }) => fault === 'upload' && (from === undefined || from === number))),
    takeKms: () => use(armed.find(({ fault }) => fault === 'kms' || fault === 'kmsHang')),
  }
}

type Armed = Fault & { isHit(target: Target): boolean }
