import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { statuses } from '@waypost/protocol'
import { inTheSandbox } from '../docs/generate/in-the-sandbox.ts'
import { phoneNumberCheck } from '../packages/gateway/src/core/phone-number.ts'
import { aimedNumbers } from '../packages/sandbox/src/faults/numbers.ts'

describe('a number of the sandbox that has a fault', () => {
  test('is possible', () => {
    const flaw = phoneNumberCheck()
    for (const { to } of aimedNumbers) assert.equal(flaw(to), undefined, to)
  })

  test('and a status is what docs/statuses.md names for it, and every-status-code.test.ts sends to', () => {
    const named = Object.entries(inTheSandbox).flatMap(([name, provoked]) =>
      'to' in provoked ? [`${provoked.to} ${statuses[name as keyof typeof statuses].one}`] : [],
    )
    const known = aimedNumbers.filter(({ to }) => to.startsWith('27996'))
    for (const { to } of known) assert.ok(named.includes(`${to} ${Number(to.slice(5))}`), to)
  })
})
