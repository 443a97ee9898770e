import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { fixture, published, unlessHere } from '../test/published.ts'
import { type ErrorCode, legacyErrorCodes, oneErrorCodes, reservedOneErrorCodes } from './error-codes.ts'
import { legacyError, oneError, type ReasonName, reasonNames } from './reasons.ts'

interface Row extends Omit<ErrorCode, 'wording' | 'onTheWire'> {
  code: number
}
interface Codes {
  errors: {
    /** `legacy` and `one`: the codes of the other generation that a row is translated to. */
    one: (Row & { legacy?: number[]; reserved?: true })[]
    /** `untranslated`: the published table has a dash for these; a server that translates needs more than that. */
    legacy: (Row & { one: number[]; untranslated?: true })[]
  }
}

describe('the published error tables', () => {
  const { one, legacy } = fixture<Codes>('codes.json').errors
  const withoutWords = (codes: Record<number, ErrorCode>) =>
    Object.entries(codes).map(([code, { wording: _, onTheWire: __, ...row }]) => ({
      code: Number(code),
      ...row,
    }))

  test('the One API’s is here whole, with the later additions marked', () => {
    const rows = one.filter(({ reserved }) => !reserved).map(({ legacy: _, ...row }) => row)
    assert.equal(rows.length, 32)
    assert.deepEqual(withoutWords(oneErrorCodes), rows)
  })

  test('the One API’s reserved codes are no errors', () => {
    const reserved = one.filter((row) => row.reserved).map(({ code }) => code)
    assert.deepEqual(reservedOneErrorCodes, reserved)
  })

  test('the legacy one is here whole', () => {
    assert.equal(legacy.length, 27)
    assert.deepEqual(
      withoutWords(legacyErrorCodes),
      legacy.map(({ one: _, untranslated: __, ...row }) => row),
    )
  })

  const translations = reasonNames.map((name) => [oneError(name).code, legacyError(name).errorCode] as const)

  test('each legacy code is translated as recommended', () => {
    for (const { code, one } of legacy) {
      const own = translations.filter(([, to]) => to === code).map(([from]) => from)
      assert.deepEqual(sorted(own), sorted(one), `legacy ${code}`)
    }
  })

  test('each One API code is translated as recommended', () => {
    const dashes = legacy.filter(({ untranslated }) => untranslated)
    for (const { code, legacy: recommended = [] } of one) {
      const added = dashes.filter((row) => row.one.includes(code)).map((row) => row.code)
      const own = translations
        .filter(([from, to]) => from === code && to in legacyErrorCodes)
        .map(([, to]) => to)
      assert.deepEqual(sorted(own), sorted([...recommended, ...added]), `One API ${code}`)
    }
  })

  interface Worded {
    code: number
    message: string | null
  }
  const tables = published<Record<'oneApi' | 'laterOneApi' | 'legacy', Worded[]>>('error-codes.json')

  test('are worded as published', unlessHere(tables), () => {
    const { oneApi, laterOneApi, legacy } = tables ?? assert.fail('not here')
    const theirs = (rows: Worded[]) => rows.flatMap(({ code, message }) => (message ? [[code, message]] : []))
    const ours = (codes: Record<number, ErrorCode>) =>
      Object.entries(codes).map(([code, { wording }]) => [Number(code), wording])
    assert.deepEqual(ours(oneErrorCodes), theirs([...oneApi, ...laterOneApi]))
    assert.deepEqual(ours(legacyErrorCodes), theirs(legacy))
  })
})

describe('a reason on the wire', () => {
  const cases: [ReasonName, string | undefined, string, string][] = [
    [
      'api_key_invalid',
      undefined,
      'Invalid or missing integration API Key.',
      'Invalid or missing Integration API Key.',
    ],
    [
      'parameter_invalid',
      'channel',
      'Invalid or missing parameter: channel .',
      'Invalid or missing parameter: channel .',
    ],
    ['recipient_invalid', '27999abcde', 'Invalid or missing parameter: to .', 'Invalid destination address.'],
    ['recipient_too_short', '278', 'Invalid or missing parameter: to .', 'Too short input phone: 278.'],
    [
      'country_code_invalid',
      '999123',
      'Invalid recipient address: 999123.',
      'Invalid country code found for the input phone: 999123.',
    ],
    ['not_on_channel', '2784', 'Recipient not available on channel.', 'Not approved WhatsApp number.'],
    [
      'charset_not_supported',
      'UTF-16',
      'Character set is not supported: UTF-16.',
      'Character set is not supported: UTF-16.',
    ],
    ['media_too_big', '5', 'Media file size exceeds limit of 5 MB.', 'WhatsApp media file is too big.'],
    [
      'payload_too_big',
      undefined,
      'Media payload size exceeds limit of 30 MB.',
      'Request contains media files more than 20Mb in total.',
    ],
    [
      'ip_forbidden_by_integration',
      '192.0.2.1',
      'Originating IP address is not approved in your account.',
      'IP lockdown violation. Requests from 192.0.2.1 is forbidden according to settings.',
    ],
    ['store_unavailable', undefined, 'Internal error, please retry.', 'Internal error -please retry.'],
    [
      'idempotency_conflict',
      undefined,
      'Invalid or missing parameter: Idempotency-Key .',
      'Invalid or missing parameter: Idempotency-Key .',
    ],
  ]
  for (const [name, subject, one, legacy] of cases) {
    test(`${name} has its wording in both generations`, () => {
      assert.equal(oneError(name, subject).description, one)
      assert.equal(legacyError(name, subject).error, legacy)
    })
  }

  test('none shows a placeholder, whatever the subject', () => {
    for (const name of reasonNames) {
      for (const words of [oneError(name).description, legacyError(name).error]) {
        assert.doesNotMatch(words, /\(|%s|\bxx\b/, name)
      }
    }
  })

  test('a subject cannot change the words around it', () => {
    assert.equal(oneError('parameter_invalid', '$&$`').description, 'Invalid or missing parameter: $&$` .')
    assert.ok(legacyError('recipient_too_long', '9'.repeat(1e6)).error.length < 200)
  })

  test('legacy answers are 202, but for the key, the address, a reused idempotency key and a store that cannot keep anything', () => {
    const others = reasonNames.filter((name) => legacyError(name).httpStatus !== 202)
    assert.deepEqual(others, [
      'api_key_invalid',
      'ip_forbidden_by_account',
      'store_unavailable',
      'idempotency_conflict',
    ])
    assert.equal(legacyError('idempotency_conflict').httpStatus, 409)
    assert.equal(legacyError('store_unavailable').httpStatus, 503)
  })

  test('a level is one that its code has, but for two that the tables leave open', () => {
    const strays = reasonNames.filter((name) => {
      const { code, level } = oneError(name)
      const published: ErrorCode | undefined = Object.entries(oneErrorCodes).find(
        ([key]) => Number(key) === code,
      )?.[1]
      return published?.level !== 'both' && published?.level !== level
    })
    assert.deepEqual(strays, ['payload_too_big', 'idempotency_conflict'])
  })

  test('too many messages refuse the request in the One API and the messages in the legacy one', () => {
    assert.equal(oneError('too_many_messages').level, 'global')
    assert.equal(legacyError('too_many_messages').level, 'message')
  })
})

const sorted = (numbers: number[]) => [...new Set(numbers)].sort((a, b) => a - b)
