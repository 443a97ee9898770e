import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { defaultAccount } from './integration.ts'
import { openVolume } from './limits.ts'

const minuteMs = 60_000
const noon = Date.UTC(2026, 10, 2, 12)
const midnight = Date.UTC(2026, 10, 3)

describe('what other nodes accept counts towards a limit', () => {
  /** Limits of 10 a day and 20 a month. */
  async function open(known = 0) {
    const integrationId = 'acme'
    const counted = known === 0 ? [] : [{ integrationId, count: known }]
    const elsewhere = known === 0 ? [] : [{ integrationId, at: noon, count: known }]
    const volume = await openVolume(
      { acceptedSince: async () => counted, acceptedElsewhere: async () => elsewhere },
      noon,
    )
    const integration = {
      id: integrationId,
      limits: { requestsPerSecond: null, perDay: 10, perMonth: 20 },
    }
    return {
      volume,
      accepted: (at: number, count: number) => ({ integrationId, at, count }),
      exceeded: (at: number) => volume.exceeded(defaultAccount, integration, at)?.status,
    }
  }

  test('once, however often it is heard of', async () => {
    const { volume, accepted, exceeded } = await open()
    for (let times = 0; times < 3; times++) volume.hear([accepted(noon, 5)], noon)
    assert.equal(exceeded(noon), undefined)
    volume.hear([accepted(noon, 5), accepted(noon + minuteMs, 4)], noon + minuteMs)
    assert.equal(exceeded(noon + minuteMs), undefined)
    volume.hear([accepted(noon + minuteMs, 5)], noon + minuteMs)
    assert.equal(exceeded(noon + minuteMs), 'volume_limit_daily')
  })

  test('together with its own', async () => {
    const { volume, accepted, exceeded } = await open()
    volume.count('acme', noon, 6)
    volume.hear([accepted(noon, 4)], noon)
    assert.equal(exceeded(noon), 'volume_limit_daily')
  })

  test('not again what was known at the start', async () => {
    const { volume, accepted, exceeded } = await open(5)
    volume.hear([accepted(noon, 9)], noon)
    assert.equal(exceeded(noon), undefined)
    volume.hear([accepted(noon, 10)], noon)
    assert.equal(exceeded(noon), 'volume_limit_daily')
  })

  test('on its own day, also where one node is a little ahead', async () => {
    const { volume, accepted, exceeded } = await open()
    const [before, after] = [accepted(midnight - minuteMs, 9), accepted(midnight, 10)]
    volume.hear([before, after], midnight - 1)
    assert.equal(exceeded(midnight - 1), undefined)
    volume.hear([before, after], midnight)
    assert.equal(exceeded(midnight), 'volume_limit_daily')
    volume.count('acme', midnight, -1)
    assert.equal(exceeded(midnight), undefined, 'nothing of the day before counts')
    volume.hear([before, accepted(midnight, 12)], midnight)
    volume.count('acme', midnight, -2)
    assert.equal(exceeded(midnight), undefined, '18 this month')
    volume.count('acme', midnight + 24 * 60 * minuteMs, 2)
    assert.equal(exceeded(midnight + 24 * 60 * minuteMs), 'volume_limit_monthly')
  })
})
