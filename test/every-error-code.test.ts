import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import {
  type ErrorCode,
  type LegacyErrorCode,
  legacyErrorCodes,
  type OneErrorCode,
  oneErrorCodes,
  reasons,
} from '@waypost/protocol'
import type { Overrides } from './support/installation.ts'
import { type Generation, generations } from './support/refusals.ts'
import {
  type Ask,
  message,
  once,
  request,
  text,
  twice,
  whileBroken,
  whileLocked,
  withFile,
} from './support/requests.ts'
import { shared } from './support/shared.ts'

/**
 * For each code of both error tables, a request that is answered with it. A code without a row fails, unless `unprovoked`
 * says why there can be none; so does one that is in both.
 */
interface Row {
  what: string
  one?: Expected<OneErrorCode>
  legacy?: Expected<LegacyErrorCode | OneErrorCode>
  /** The row has an installation of its own then. */
  overrides?: Overrides
  ask: Ask
}

interface Expected<Code> {
  code: Code
  /** What stands in the wording in place of `(parameter name)`, `xx`, `%s`. */
  names?: string
  /** Where the answer leaves the table. */
  httpStatus?: number
}

const unprovoked: Record<Generation, Record<number, string>> = {
  one: {
    100: 'of SMS alone, which is not there yet: too many parts',
    101: 'of SMS alone, which is not there yet: no two-way messaging',
    110: 'of SMS alone, which is not there yet: a rule of the USA',
    111: 'of SMS alone, which is not there yet: a rule of the USA',
  },
  legacy: {
    33: 'no legacy message names a file: it has no `media`',
    40: 'no legacy message names a character set: `charset` is no member of it, and is ignored',
    45: 'no legacy message names a sender: `from` is no member of it, and is ignored',
  },
}

const both = (members: Record<string, unknown>): Overrides => ({ one: members, legacy: members })

const png = Buffer.from('89504e470d0a1a0a0000000d49484452000000010000000108060000001f15c489', 'hex')
const gif = Buffer.from('GIF89a\x01\0\x01\0\0\0\0;', 'latin1')
const megabyte = 1024 * 1024

const rows: Row[] = [
  // The caller
  { what: 'an unknown key', one: { code: 1 }, legacy: { code: 1 }, ask: request({ key: 'unknown' }) },
  {
    what: 'an account that is switched off',
    one: { code: 2 },
    legacy: { code: 3 },
    overrides: { account: { active: false } },
    ask: message(),
  },
  {
    what: 'an integration that is switched off',
    one: { code: 3 },
    legacy: { code: 2 },
    overrides: both({ active: false }),
    ask: message(),
  },
  {
    what: 'an address that the account does not allow',
    one: { code: 7 },
    legacy: { code: 7 },
    overrides: { account: { allowedIps: ['192.0.2.1'] } },
    ask: message(),
  },
  {
    what: 'an address that the integration does not allow',
    one: { code: 7 },
    legacy: { code: 109, names: '127.0.0.1' },
    overrides: both({ allowedIps: ['192.0.2.1'] }),
    ask: message(),
  },
  {
    what: 'more requests than a second may have',
    one: { code: 43 },
    legacy: { code: 43 },
    overrides: both({ limits: { requestsPerSecond: 0.0001 } }),
    ask: twice(message()),
  },

  // The request
  {
    what: 'a ledger that cannot be written',
    one: { code: 19 },
    legacy: { code: 901, httpStatus: 503 },
    overrides: {},
    ask: whileLocked(message()),
  },
  {
    what: 'a fault of the gateway',
    one: { code: 18 },
    legacy: { code: 900 },
    overrides: {},
    ask: whileBroken(message()),
  },
  { what: 'half of a body', one: { code: 21 }, legacy: { code: 21 }, ask: request({ body: '{"messages":' }) },
  {
    what: 'more messages than one request may have',
    one: { code: 22 },
    legacy: { code: 153 },
    overrides: { env: { WAYPOST_MAX_MESSAGES: '1' } },
    ask: request({ body: { messages: [text, text] } }),
  },
  {
    what: '31 MB',
    one: { code: 32, names: '30' },
    legacy: { code: 105 },
    ask: request({ body: Buffer.alloc(31 * megabyte, ' ') }),
  },
  {
    what: 'a path that is none',
    one: { code: 41 },
    legacy: { code: 161 },
    ask: request({ path: { one: '/v1/nothing', legacy: '/wa/nothing' } }),
  },
  {
    what: 'a method that is not taken',
    one: { code: 42 },
    legacy: { code: 42 },
    ask: request({ method: 'GET' }),
  },

  // The recipient
  {
    what: 'no recipient',
    one: { code: 23, names: 'to' },
    legacy: { code: 102 },
    ask: message({ to: undefined }),
  },
  {
    what: 'letters in the recipient',
    one: { code: 23, names: 'to' },
    legacy: { code: 158 },
    ask: message({ to: '27999x' }),
  },
  {
    what: 'a recipient that is too short',
    one: { code: 23, names: 'to' },
    legacy: { code: 152, names: '27999' },
    ask: message({ to: '27999' }),
  },
  {
    what: 'a recipient that is too long',
    one: { code: 23, names: 'to' },
    legacy: { code: 151, names: '2799900000111' },
    ask: message({ to: '2799900000111' }),
  },
  {
    what: 'a recipient of no country',
    one: { code: 25, names: '99999000001' },
    legacy: { code: 150, names: '99999000001' },
    ask: message({ to: '99999000001' }),
  },
  {
    what: 'a recipient who has opted out',
    one: { code: 26 },
    legacy: { code: 26 },
    ask: once('PUT', '/opt-outs/27999000026', {}, message({ to: '27999000026' })),
  },
  {
    what: 'a recipient who is known not to be on the channel',
    one: { code: 27 },
    legacy: { code: 159 },
    ask: once(
      'PUT',
      '/recipients/27999000027',
      { outcome: 'not_on_channel' },
      message({ to: '27999000027' }),
    ),
  },
  {
    what: 'a recipient who is not on the list of a sandbox',
    one: { code: 28 },
    legacy: { code: 160 },
    overrides: both({ mode: 'sandbox' }),
    ask: message(),
  },
  {
    what: 'a sandbox that lists more recipients than it may',
    one: { code: 28 },
    legacy: { code: 108 },
    overrides: {
      ...both({ mode: 'sandbox', recipients: { 27999000001: null, 27999000002: null } }),
      account: { testNumbersMax: 1 },
    },
    ask: message(),
  },

  // The content
  {
    what: 'content that is no text',
    one: { code: 23, names: 'content' },
    legacy: { code: 100 },
    ask: message({ content: { a: 1 } }),
  },
  {
    what: 'a preview that is no boolean',
    one: { code: 23, names: 'previewFirstUrl' },
    legacy: { code: 23, names: 'previewFirstUrl' },
    ask: message({ previewFirstUrl: 'yes' }),
  },
  {
    what: 'empty content',
    one: { code: 23, names: 'content' },
    legacy: { code: 100 },
    ask: message({ content: '' }),
  },
  {
    what: '4097 characters',
    one: { code: 24 },
    legacy: { code: 101 },
    ask: message({ content: 'x'.repeat(4097) }),
  },
  {
    what: 'an hsm without its second parameter',
    one: { code: 23, names: 'hsm' },
    legacy: { code: 106 },
    ask: message({ content: undefined, hsm: { template: 'welcome', parameters: { 1: 'a', 3: 'c' } } }),
  },
  {
    what: 'a sealed file without its hash',
    legacy: { code: 107 },
    ask: message({ content: 'QUJD', contentType: 'image/png', encryptionKey: 'AQID' }),
  },
  {
    what: 'a client id of 129 characters',
    one: { code: 23, names: 'clientMessageId' },
    legacy: { code: 111 },
    ask: message({ clientMessageId: 'x'.repeat(129) }),
  },
  { what: 'a file that the channel does not carry', one: { code: 30 }, ask: withFile('image/gif', gif) },
  {
    what: 'an image over 5 MB',
    one: { code: 31, names: '5' },
    ask: withFile('image/png', Buffer.concat([png, Buffer.alloc(5 * megabyte)])),
  },
  {
    what: 'a picture inside a legacy message that the channel does not carry',
    legacy: { code: 103 },
    ask: message({ content: gif.toString('base64'), contentType: 'image/gif' }),
  },
  {
    what: 'an image over 5 MB inside a legacy message',
    legacy: { code: 104 },
    ask: message({
      content: Buffer.concat([png, Buffer.alloc(5 * megabyte)]).toString('base64'),
      contentType: 'image/png',
    }),
  },
  {
    what: 'a file that nobody uploaded',
    one: { code: 33 },
    ask: message({ content: undefined, media: { fileId: 'c45ada9b-8a51-4413-a134-928c2b085d31.jpg' } }),
  },
  {
    what: 'another character set',
    one: { code: 40, names: 'ISO-8859-1' },
    ask: message({ charset: 'ISO-8859-1' }),
  },

  // The sender
  {
    what: 'a channel that is switched off',
    one: { code: 38 },
    legacy: { code: 38 },
    overrides: {},
    ask: once('PATCH', '', { whatsapp: { active: false } }, message()),
  },
  {
    what: 'no sender on the channel',
    one: { code: 39 },
    legacy: { code: 39 },
    overrides: both({ whatsapp: null }),
    ask: message(),
  },
  {
    what: 'a sender that is suspended',
    one: { code: 44 },
    legacy: { code: 44 },
    overrides: {},
    ask: once('PATCH', '', { whatsapp: { suspended: true } }, message()),
  },
  { what: 'the sender of somebody else', one: { code: 45 }, ask: message({ from: '2799900102' }) },
  {
    what: 'a demo that has ended',
    one: { code: 46 },
    legacy: { code: 46 },
    overrides: both({ demoExpiresAt: '2020-01-01T00:00:00Z' }),
    ask: message(),
  },
  {
    what: 'a message that costs more than there is',
    one: { code: 20 },
    legacy: { code: 301 },
    overrides: both({ balance: { amount: 0.5, prices: { message: 1 } } }),
    ask: message(),
  },
  {
    what: 'more messages than the account may send in a day',
    legacy: { code: 110 },
    overrides: { account: { perDay: 1 } },
    ask: twice(message()),
  },
]

const tables: Record<Generation, Record<number, ErrorCode>> = {
  one: oneErrorCodes,
  // Where its own table has nothing, the legacy API answers the One API's code, and in a message's way: 202.
  legacy: {
    ...Object.fromEntries(
      Object.values(reasons)
        .filter((reason) => !('legacy' in reason))
        .map(({ one }) => [one, { ...oneErrorCodes[one], httpStatus: 202 }]),
    ),
    ...legacyErrorCodes,
  },
}

describe('the rows for', () => {
  for (const generation of generations)
    test(`${generation} have every code, but for those that are said to have none`, () => {
      const codes = Object.keys(tables[generation]).map(Number)
      const provoked = new Set<number>(rows.flatMap((row) => row[generation]?.code ?? []))
      const without = new Set(Object.keys(unprovoked[generation]).map(Number))
      const found = {
        missing: codes.filter((code) => !provoked.has(code) && !without.has(code)),
        inBoth: [...provoked].filter((code) => without.has(code)),
        unknown: [...provoked, ...without].filter((code) => !codes.includes(code)),
      }
      assert.deepEqual(found, { missing: [], inBoth: [], unknown: [] })
    })
})

describe('answered with the code of the table is', () => {
  const common = shared()
  for (const { what, overrides, ask, ...expected } of rows)
    describe(what, () => {
      const installation = overrides ? shared(overrides) : common
      for (const generation of generations) {
        const row = expected[generation]
        if (row)
          test(`${generation}: ${row.code}`, async () => {
            const { httpStatus, json } = await ask(installation(), generation)
            assert.deepEqual({ httpStatus, ...errorIn(json) }, answerOf(generation, row))
          })
      }
    })
})

function answerOf(generation: Generation, { code, names = '', httpStatus }: Expected<number>) {
  const known = tables[generation][code]
  assert.ok(known)
  const words = (known.onTheWire ?? known.wording).replace(
    /\(parameter name\)|\(MSISDN\)|\(charset\)|\bxx\b|%s/,
    () => names,
  )
  return { httpStatus: httpStatus ?? known.httpStatus, code, words: `${words}.` }
}

/** That of the whole request, or else of its first message. */
function errorIn(json: unknown) {
  const { error, messages = [] } = json as Answered // whatever else it is fails in the comparison
  const { code, errorCode, description, error: legacyWords } = error ?? messages[0]?.error ?? {}
  return { code: code ?? errorCode, words: description ?? legacyWords }
}

interface Answered {
  error?: Refused
  messages?: { error?: Refused }[]
}
type Refused = { code?: number; description?: string; errorCode?: number; error?: string } | null
