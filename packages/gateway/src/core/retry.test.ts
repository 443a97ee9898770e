import assert from 'node:assert/strict'
import { existsSync, readFileSync } from 'node:fs'
import { describe, test } from 'node:test'
import type { Retry } from './message.ts'
import { policies, policyAt, repeatsOf, waitAfterReportMs, waitMs } from './retry.ts'

const second = 1000
const minute = 60 * second

/** What the published mapping says of each way of trying again, and the waits that follow from its words. */
const table: Record<Retry, { says: RegExp; waits: string; delays: number[]; repeats?: number }> = {
  transient: {
    says: /full jitter \(proposal: 1 s doubling to 5 min\) until the message's validity ends/,
    waits: 'message',
    delays: [second, 2 * second, 4 * second, 8 * second, 16 * second],
  },
  throughput: { says: /token bucket for about 1 s/, waits: 'lane', delays: [second, second] },
  pair: {
    says: /only this \(sender, recipient\) pair for 4\^n seconds, n from 0 and \+1 on each repeat/,
    waits: 'pair',
    delays: [second, 4 * second, 16 * second, 64 * second],
  },
  'api-quota': {
    says: /estimated_time_to_regain_access.*else 5 min doubling to 60 min/,
    waits: 'lane',
    delays: [5, 10, 20, 40, 60, 60].map((minutes) => minutes * minute),
  },
  maintenance: {
    says: /Wait 60 s and try again, up to 15 min .*, then as transient/,
    waits: 'lane',
    delays: [minute, minute],
  },
  'template-sync': {
    says: /once a minute for 10 min .*, then final/,
    waits: 'message',
    delays: [minute, minute],
    repeats: 10,
  },
  'hold-credential': {
    says: /probe once a minute\. Only validity ends/,
    waits: 'lane',
    delays: [minute, minute],
  },
  'hold-account': {
    says: /slow probe \(15 min\)\. Messages wait until validity/,
    waits: 'lane',
    delays: [15 * minute, 15 * minute],
  },
}

// The one wait that is random: half a second comes on top, so that no share of it is too short.
const jitter = (retry: Retry, ms: number) => (retry === 'transient' ? ms + second / 2 : ms)

describe('a fault that may pass', () => {
  for (const [name, { waits, delays, repeats }] of Object.entries(table)) {
    const retry = name as Retry // a key of the table
    test(`${retry} makes the ${waits} wait, each time as long as the table says`, () => {
      assert.equal(policies[retry].waits, waits)
      assert.deepEqual(
        delays.map((_, index) => policies[retry].delayMs(index + 1, 1)),
        delays.map((ms) => jitter(retry, ms)),
      )
      assert.equal(repeatsOf(retry, undefined), repeats)
    })
  }

  test('transient waits half a second at least and five minutes at most, at random between', () => {
    assert.equal(policies.transient.delayMs(1, 0), second / 2)
    assert.equal(policies.transient.delayMs(1000, 0), second / 2)
    assert.equal(policies.transient.delayMs(1000, 1), jitter('transient', 5 * minute))
  })

  test('maintenance that lasts longer than a quarter of an hour is waited out as transient', () => {
    assert.equal(policyAt('maintenance', 15), policies.maintenance)
    assert.equal(policyAt('maintenance', 16), policies.transient)
    assert.equal(policyAt('hold-account', 1000), policies['hold-account'])
  })

  test('has as many repeats as its supplier grants it, else as its policy', () => {
    assert.equal(repeatsOf('transient', 1), 1)
    assert.equal(repeatsOf('maintenance', undefined), undefined)
  })
})

describe('the wait that a supplier asks for', () => {
  const wait = (retry: Retry, askedMs: number) => waitMs(policies[retry], { times: 2, random: 0.5, askedMs })

  test('lengthens the own one and never shortens it', () => {
    for (const name of Object.keys(policies)) {
      const retry = name as Retry // a key of the table
      if (retry === 'api-quota') continue
      const own = waitMs(policies[retry], { times: 2, random: 0.5 })
      for (const asked of [0, 1, own - 1]) assert.equal(wait(retry, asked), own)
      assert.equal(wait(retry, own + 7), own + 7)
    }
  })

  test('takes the place of the own one where the supplier counts our calls, down to a minute', () => {
    assert.equal(wait('api-quota', 3 * minute), 3 * minute)
    assert.equal(wait('api-quota', 0), minute)
  })
})

describe('after a report', () => {
  test('a message waits by its attempts, as it does after an answer', () => {
    assert.deepEqual(
      [1, 2, 3, 4].map((attempts) => waitAfterReportMs('pair', attempts, 0)),
      [1, 4, 16, 64].map((seconds) => seconds * second),
    )
    assert.equal(waitAfterReportMs('transient', 5, 0.5), 8.5 * second)
  })

  test('what the lane holds back waits little at first, and as long as the lane when that does not help', () => {
    assert.equal(waitAfterReportMs('hold-account', 1, 0), second)
    assert.equal(waitAfterReportMs('hold-account', 2, 0), 2 * second)
    assert.equal(waitAfterReportMs('hold-account', 30, 0), 15 * minute)
    assert.equal(waitAfterReportMs('throughput', 30, 0), second)
  })
})

const mapping = new URL('../../../../../shared/spec/meta-error-mapping.json', import.meta.url)
const skip = existsSync(mapping)
  ? false
  : 'the published mapping is not beside the project to compare words with'

test('each way of trying again is the published one', { skip }, () => {
  // The file is part of the specification; its form is described in its own readme.
  const { policies: theirs } = JSON.parse(readFileSync(mapping, 'utf8')) as {
    policies: Record<string, { retry: boolean; text: string }>
  }
  const again = Object.entries(theirs).filter(([, { retry }]) => retry)
  assert.deepEqual(again.map(([name]) => name).sort(), Object.keys(table).sort())
  for (const [name, { text }] of again) assert.match(text, table[name as Retry].says) // a key, as was just shown
})
