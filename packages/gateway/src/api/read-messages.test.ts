import assert from 'node:assert/strict'
import { createSecretKey } from 'node:crypto'
import { describe, test } from 'node:test'
import { LegacyMessageCommon, OneMessageCommon } from '@waypost/protocol'
import { IsNull } from 'typebox'
import { sealText } from '../core/envelope.ts'
import { messageReader } from './read-messages.ts'

const read = {
  one: messageReader('one', OneMessageCommon),
  legacy: messageReader('legacy', LegacyMessageCommon),
}
const text = { to: '27999000001', content: 'Hello' }
const place = { latitude: '-33.9', longitude: '18.4' }

describe('a member of the contract that is not carried', () => {
  for (const [generation, common] of [
    ['one', OneMessageCommon],
    ['legacy', LegacyMessageCommon],
  ] as const)
    for (const [name, schema] of Object.entries(common)) {
      if (!IsNull(schema)) continue
      test(`${generation}: ${name} is refused by its name, whatever it is`, () => {
        for (const value of ['x', 60, true, false, {}, [], { deep: {} }])
          assert.deepEqual(read[generation]({ ...text, [name]: value }).submission, {
            reason: 'parameter_invalid',
            subject: name,
          })
      })
      test(`${generation}: ${name} is left out when it is null`, () => {
        assert.ok('content' in read[generation]({ ...text, [name]: null }).submission)
      })
    }
})

describe('a member that is longer than anything in the contract', () => {
  const long = 'x'.repeat(10_001)
  const rows = [
    { message: { location: { ...place, name: long } }, subject: 'location.name' },
    {
      message: { contacts: [{ name: { formattedName: 'John' }, phones: [{ phone: '1' }, { phone: long }] }] },
      subject: 'contacts[0].phones[1].phone',
    },
    { message: { hsm: { template: 'a', parameters: { 1: long } } }, subject: 'hsm.parameters.1' },
    { message: { hsm: { template: 'a', parameters: { [long]: 'x' } } }, subject: 'hsm.parameters' },
    { message: { template: { templateName: long } }, subject: 'template.templateName' },
    { message: { media: { fileId: long } }, subject: 'media.fileId' },
  ]
  for (const { message, subject } of rows)
    test(`is refused, and named: ${subject}`, () => {
      assert.deepEqual(read.one({ to: text.to, ...message }).submission, {
        reason: 'parameter_invalid',
        subject,
      })
    })

  test('is ignored where nobody knows the member', () => {
    assert.ok('content' in read.one({ ...text, shoeSize: long }).submission)
  })
})

describe('a sealed message', () => {
  const sealed = { to: text.to, encryptionKey: 'AQID' }
  const john = { name: { formattedName: 'a' } }
  const cards = (phones: number) => [
    { ...john, phones: Array.from({ length: phones }, () => ({ phone: 'a' })) },
  ]

  test('has as many texts as can be opened at once', () => {
    assert.ok('content' in read.one({ ...sealed, contacts: cards(1999) }).submission)
    assert.deepEqual(read.one({ ...sealed, contacts: cards(2000) }).submission, {
      reason: 'parameter_invalid',
      subject: 'contacts',
    })
    assert.ok(
      'content' in read.one({ to: text.to, contacts: cards(2000) }).submission,
      'of a clear one none is',
    )
  })

  test('may say as much as a clear one', () => {
    const key = createSecretKey(Buffer.alloc(32))
    const named = (name: string) => read.one({ ...sealed, location: { ...place, name } }).submission
    for (const name of ['x'.repeat(10_000), '你'.repeat(10_000), '🎂'.repeat(5000)])
      assert.ok('content' in named(sealText(key, name)))
    const long = named(sealText(key, 'x'.repeat(40_100)))
    assert.deepEqual(long, { reason: 'parameter_invalid', subject: 'location.name' })
  })
})

describe('a member that only the One API has', () => {
  for (const name of ['channel', 'from', 'charset'] as const)
    test(`is ignored in a legacy message, which is WhatsApp's: ${name}`, () => {
      const plain = read.legacy(text).submission
      assert.deepEqual(read.legacy({ ...text, [name]: 'sms' }).submission, plain)
      assert.partialDeepStrictEqual(plain, { channel: 'whatsapp', from: undefined, charset: undefined })
      assert.partialDeepStrictEqual(read.one({ ...text, [name]: 'sms' }).submission, { [name]: 'sms' })
    })
})

describe('what an answer repeats of a message', () => {
  test('has at most 256 characters', () => {
    const { echo } = read.one({ ...text, to: '2'.repeat(257), clientMessageId: 'x'.repeat(257) })
    assert.deepEqual(echo, { to: '2'.repeat(256), clientMessageId: 'x'.repeat(256) })
  })
})
