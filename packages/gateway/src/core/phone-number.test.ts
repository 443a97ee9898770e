import assert from 'node:assert/strict'
import { test } from 'node:test'
import { phoneNumberCheck } from './phone-number.ts'

const rows: [string, string | undefined][] = [
  ['27999000001', undefined],
  ['2799900001', undefined],
  ['27845362714', undefined],
  ['15551234567', undefined],
  ['5215512345678', undefined], // as WhatsApp knows people in Mexico
  ['525512345678', undefined],
  ['52155123456789', 'recipient_too_long'],
  ['', 'recipient_invalid'],
  ['27999abcde', 'recipient_invalid'],
  ['+27999000001', 'recipient_invalid'],
  ['27 999 000001', 'recipient_invalid'],
  ['２７９９９０００００１', 'recipient_invalid'],
  ['278', 'recipient_too_short'],
  ['2784', 'recipient_too_short'],
  ['27123', 'recipient_too_short'],
  ['2799900000111', 'recipient_too_long'],
  ['2799900000111111', 'recipient_too_long'],
  ['9'.repeat(1_000_000), 'recipient_too_long'],
  ['0027999000001', 'country_code_invalid'],
  ['21112345678901', 'recipient_too_long'],
  ['99999000001', 'country_code_invalid'],
]

for (const [to, flaw] of rows)
  test(`${to.slice(0, 20) || 'nothing'} is ${flaw ?? 'possible'}`, () => {
    const check = phoneNumberCheck()
    assert.equal(check(to), flaw)
    assert.equal(check(to), flaw, 'the remembered answer is the same')
  })
