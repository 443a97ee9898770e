import assert from 'node:assert/strict'
import { test } from 'node:test'
import { defaultAccount, type Integration } from '../core/integration.ts'
import { authenticator } from './authenticate.ts'
import { Refused } from './surface.ts'

/** When requests are asked, in milliseconds, and which of them get through. */
const rates: { rate: number; asked: number[]; through: number[] }[] = [
  { rate: 0.5, asked: [0, 1, 1000, 1990, 2010, 2020, 4000, 4020], through: [0, 2010, 4020] },
  { rate: 0.5, asked: [0, 60_000, 60_010, 61_990, 62_010], through: [0, 60_000, 62_010] },
  { rate: 1, asked: [0, 10, 990, 1010], through: [0, 1010] },
  { rate: 2.5, asked: [0, 1, 2, 3, 10_000, 10_001, 10_002], through: [0, 1, 10_000, 10_001] },
]

for (const { rate, asked, through } of rates)
  test(`${rate} requests a second, asked at ${asked.join(', ')}`, () => {
    let at = 0
    const integration = {
      id: '1',
      active: true,
      allowedIps: [],
      limits: { requestsPerSecond: rate, perDay: null, perMonth: null },
    } as unknown as Integration // all that is read of it
    const directory = { holderOf: () => integration, account: () => defaultAccount }
    const callerOf = authenticator({ directory }, () => at)

    const got = asked.filter((moment) => {
      at = moment
      try {
        return callerOf({ headers: { authorization: 'key' }, ip: '127.0.0.1' }) === integration
      } catch (error) {
        assert.ok(error instanceof Refused)
        assert.equal(error.reason, 'rate_limited')
        return false
      }
    })
    assert.deepEqual(got, through)
  })
