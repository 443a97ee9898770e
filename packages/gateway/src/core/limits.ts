import type { StatusName } from '@waypost/protocol'
import type { Account, Integration } from './integration.ts'
import type { Store } from './store.ts'

/**
 * Counts what was accepted today and this month (UTC), so that a limit needs no read on the way in. What other nodes accept
 * it hears of later.
 */
export interface Volume {
  /** Whether one more message would pass a limit, and whose. Does not count it. */
  exceeded(
    account: Pick<Account, 'perDay' | 'perMonth'>,
    integration: Pick<Integration, 'id' | 'limits'>,
    at: number,
  ): VolumeLimit | undefined
  count(integrationId: string, at: number, messages: number): void
  /** What other nodes accepted in the minutes that may still grow. */
  hear(elsewhere: AcceptedElsewhere[], at: number): void
}

export interface VolumeLimit {
  whose: 'account' | 'integration'
  status: Extract<StatusName, 'volume_limit_daily' | 'volume_limit_monthly'>
}

/** By the minute, whose beginning `at` is. */
export interface AcceptedElsewhere {
  integrationId: string
  at: number
  count: number
}

type Period = 'day' | 'month'

const periods = ['day', 'month'] as const

/** Where the period around a time begins, or the one that follows it by `later`. */
const startOf: Record<Period, (at: Date, later?: number) => number> = {
  day: (at, later = 0) => Date.UTC(at.getUTCFullYear(), at.getUTCMonth(), at.getUTCDate() + later),
  month: (at, later = 0) => Date.UTC(at.getUTCFullYear(), at.getUTCMonth() + later, 1),
}

/** What was accepted from `since` until before `until`. */
interface Counted {
  since: number
  until: number
  perIntegration: Map<string, number>
}

/** For so long what was accepted in a minute may still be on its way to the ledger. */
export const lateMs = 15_000

export async function openVolume(
  store: Pick<Store, 'acceptedSince' | 'acceptedElsewhere'>,
  now: number,
): Promise<Volume> {
  let heard = byMinute((await store.acceptedElsewhere(now - lateMs)) ?? [])
  const counts = { day: await counted('day'), month: await counted('month') }

  async function counted(period: Period): Promise<Counted> {
    const empty = emptyAt(period, now)
    for (const { integrationId, count } of await store.acceptedSince(empty.since))
      empty.perIntegration.set(integrationId, count)
    return empty
  }

  function current(period: Period, at: number) {
    const { since, until } = counts[period]
    if (at < since || at >= until) counts[period] = emptyAt(period, at)
    return counts[period].perIntegration
  }

  const total = (period: Period, at: number) => {
    let sum = 0
    for (const count of current(period, at).values()) sum += count
    return sum
  }

  return {
    exceeded(account, { id, limits }, at) {
      const own = (period: Period) => current(period, at).get(id) ?? 0
      if (account.perDay !== null && total('day', at) >= account.perDay)
        return { whose: 'account', status: 'volume_limit_daily' }
      if (account.perMonth !== null && total('month', at) >= account.perMonth)
        return { whose: 'account', status: 'volume_limit_monthly' }
      if (limits.perDay !== null && own('day') >= limits.perDay)
        return { whose: 'integration', status: 'volume_limit_daily' }
      if (limits.perMonth !== null && own('month') >= limits.perMonth)
        return { whose: 'integration', status: 'volume_limit_monthly' }
      return undefined
    },
    count(integrationId, at, messages) {
      for (const period of periods) add(current(period, at), integrationId, messages)
    },
    hear(elsewhere, now) {
      for (const period of periods) current(period, now)
      // The next day, of a node that is a little ahead, is for when we are there.
      const begun = elsewhere.filter(({ at }) => at < counts.day.until)
      for (const one of begun) {
        const news = one.count - (heard.get(minuteOf(one)) ?? 0)
        for (const { since, perIntegration } of Object.values(counts))
          if (one.at >= since) add(perIntegration, one.integrationId, news)
      }
      heard = byMinute(begun)
    },
  }
}

function add(counted: Map<string, number>, integrationId: string, messages: number) {
  counted.set(integrationId, (counted.get(integrationId) ?? 0) + messages)
}

const minuteOf = ({ integrationId, at }: AcceptedElsewhere) => `${integrationId}:${at}`

const byMinute = (elsewhere: AcceptedElsewhere[]) =>
  new Map(elsewhere.map((one) => [minuteOf(one), one.count]))

function emptyAt(period: Period, at: number): Counted {
  const date = new Date(at)
  return { since: startOf[period](date), until: startOf[period](date, 1), perIntegration: new Map() }
}
