import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import {
  type LegacyStatusCode,
  legacyStatusCodes,
  type MessageLife,
  type OneStatusCode,
  oneStatusCodes,
  type StatusName,
} from '@waypost/protocol'
import { inTheSandbox } from '../docs/generate/in-the-sandbox.ts'
import { eventually } from './support/eventually.ts'
import { type Installation, ids, keys } from './support/installation.ts'
import {
  behindOneThatHolds,
  beyondLimit,
  emulated,
  lowered,
  message,
  notSealed,
  type Provoke,
  pinned,
  scheduled,
  spoilt,
  stopped,
  underNoKey,
  withFile,
  withForeignFile,
  withOtherHash,
} from './support/provoking.ts'
import { type Generation, generations } from './support/refusals.ts'
import { encryption } from './support/sealing.ts'
import { shared } from './support/shared.ts'

/**
 * For each code of both status tables, what provokes it end to end; a code that several statuses share has a row for each
 * of them. A code without a row fails, unless `unprovoked` says why there can be none; so does one that is in both.
 */
interface Row {
  name: StatusName
  one: OneStatusCode
  legacy: LegacyStatusCode
  /** Absent: a text to the number that `docs/statuses.md` names. */
  provoke?: Provoke
  /** How far the clock is turned once both generations' messages have been tried, or wait for their time. */
  turnMs?: number
  /** By what, where a name has several rows. */
  by?: string
  /** Only queries say it. */
  untold?: true
}

const unprovoked: Record<Generation, Record<number, string>> = {
  one: { 100: 'a later addition that is not used' },
  legacy: {},
}

const hour = 3_600_000
/** Longer than a message is valid. */
const turnMs = 25 * hour
const untold = true

const rows: Row[] = [
  // Where it is
  { name: 'accepted', one: 2, legacy: 1001, provoke: behindOneThatHolds, untold },
  { name: 'queued', one: 2, legacy: 1002, untold },
  { name: 'queued_at_limit', one: 2, legacy: 2, untold },
  { name: 'scheduled', one: 3, legacy: 2, provoke: scheduled() },
  { name: 'sent', one: 4, legacy: 3 },
  { name: 'delivered', one: 5, legacy: 4 },
  { name: 'read', one: 6, legacy: 27 },

  // Ours to say
  { name: 'expired', one: 20, legacy: 9 },
  { name: 'stopped_by_user', one: 21, legacy: 11 },
  { name: 'stopped_by_admin', one: 22, legacy: 11, provoke: stopped },
  { name: 'failed_before_supplier', one: 23, legacy: 7, turnMs },
  { name: 'refused_by_supplier', one: 23, legacy: 11 },
  { name: 'delivery_failed', one: 23, legacy: 10 },
  { name: 'emulated', one: 24, legacy: 1006, provoke: emulated },
  { name: 'balance_lowered', one: 25, legacy: 11, provoke: lowered, turnMs: 2 * hour },
  { name: 'volume_limit', one: 26, legacy: 11, turnMs },
  { name: 'volume_limit_daily', one: 27, legacy: 1005, provoke: beyondLimit('perDay') },
  { name: 'volume_limit_monthly', one: 28, legacy: 1004, provoke: beyondLimit('perMonth') },
  { name: 'not_on_channel_known', one: 29, legacy: 12, provoke: pinned, turnMs: 2 * hour },
  { name: 'not_on_channel', one: 29, legacy: 28 },
  { name: 'encryption_access_denied', one: 60, legacy: 40, provoke: underNoKey },
  { name: 'encryption_content_error', one: 61, legacy: 41, provoke: notSealed },

  // Files
  { name: 'media_upload_expired', one: 20, legacy: 2001, provoke: withFile({ upload: 131000 }), turnMs },
  { name: 'media_not_found', one: 80, legacy: 30 },
  { name: 'media_size_error', one: 81, legacy: 31 },
  { name: 'media_checksum_failure', one: 82, legacy: 32, provoke: withOtherHash, by: 'its client' },
  {
    name: 'media_checksum_failure',
    one: 82,
    legacy: 32,
    provoke: spoilt,
    by: 'a disk',
    turnMs: 2 * hour,
  },
  { name: 'media_rejected', one: 83, legacy: 33 },
  { name: 'media_upload_failed', one: 83, legacy: 2000, provoke: withFile({ upload: 135000 }) },
  { name: 'media_metadata_error', one: 84, legacy: 34, provoke: withForeignFile },
  { name: 'media_access_error', one: 85, legacy: 11, turnMs },

  // WhatsApp's
  { name: 'payment_issue', one: 130, legacy: 11, turnMs },
  { name: 'reengagement_required', one: 131, legacy: 14 },
  { name: 'spam_rate_limit', one: 132, legacy: 15, turnMs },
  { name: 'server_rate_limit', one: 133, legacy: 16, turnMs },
  { name: 'template_not_available', one: 134, legacy: 50 },
  { name: 'template_parameter_count', one: 135, legacy: 50 },
  { name: 'template_missing', one: 136, legacy: 50 },
  { name: 'template_download_failed', one: 137, legacy: 50, turnMs },
  { name: 'template_pack_missing', one: 138, legacy: 50 },
  { name: 'experimental_number', one: 139, legacy: 11 },
  { name: 'template_text_too_long', one: 140, legacy: 11 },
  { name: 'template_format_mismatch', one: 141, legacy: 11 },
  { name: 'template_formatting_violated', one: 142, legacy: 11 },
  { name: 'template_media_unsupported', one: 143, legacy: 11 },
  { name: 'parameter_missing', one: 144, legacy: 11 },
  { name: 'parameter_invalid', one: 145, legacy: 11 },
  { name: 'parameter_not_required', one: 146, legacy: 11 },
  { name: 'template_url_invalid', one: 147, legacy: 11 },
  { name: 'template_phone_invalid', one: 148, legacy: 11 },
  { name: 'no_button_support', one: 149, legacy: 11 },
]

/** Only the answer to a query, of a message that there is not. */
const unknown = { name: 'unknown', one: 1, legacy: 1 } as const

describe('the rows for', () => {
  const tables = { one: oneStatusCodes, legacy: legacyStatusCodes }
  for (const generation of generations)
    test(`${generation} have every status code, but for those that are said to have none`, () => {
      const codes = Object.keys(tables[generation]).map(Number)
      const provoked = new Set<number>([unknown, ...rows].map((row) => row[generation]))
      const without = Object.keys(unprovoked[generation]).map(Number)
      const found = {
        missing: codes.filter((code) => !provoked.has(code) && !without.includes(code)),
        inBoth: without.filter((code) => provoked.has(code)),
        unknown: [...provoked, ...without].filter((code) => !codes.includes(code)),
      }
      assert.deepEqual(found, { missing: [], inBoth: [], unknown: [] })
    })

  test('docs/statuses.md have every status', () => {
    const provoked = new Set<string>([unknown, ...rows].map(({ name }) => name))
    const missing = Object.keys(inTheSandbox).filter((name) => !provoked.has(name))
    assert.deepEqual(missing, [])
  })
})

describe('end to end, in both generations:', () => {
  const installation = shared({ one: { encryption }, legacy: { encryption } })
  const turn = async (ms: number) => {
    const { httpStatus, text } = await installation().askSandbox('POST', '/clock/advance', { ms })
    assert.equal(httpStatus, 200, text)
  }

  for (const row of rows)
    test(`${row.name} is ${row.one}, legacy ${row.legacy}${row.by ? `, by ${row.by}` : ''}`, async () => {
      const provoke = row.provoke ?? message({ to: numberOf(row.name) })
      const sent: Record<Generation, string> = {
        one: await provoke(installation(), 'one'),
        legacy: await provoke(installation(), 'legacy'),
      }
      if (row.turnMs !== undefined) {
        for (const generation of generations) await hasWaited(installation(), sent[generation])
        await turn(row.turnMs)
      }
      for (const generation of generations) {
        const life = await reaches(installation(), sent[generation], row.name)
        assert.deepEqual(life.statusCode, { one: row.one, legacy: row.legacy })
        assert.deepEqual(await query(installation(), generation, life.id), {
          whatsapp: { ...saidAs.one(row), timestamp: life.statusAt },
        })
        if (row.untold) assert.deepEqual(life.callbacks, [])
        else await isTold(installation(), generation, row, life)
      }
      await installation().askSandbox('PUT', '/faults', [])
      if (row.untold) await turn(turnMs) // whatever was held back goes, or ends
    })

  for (const generation of generations)
    test(`unknown is 1, to a query by ${generation}`, async () => {
      const answer = await query(installation(), generation, '00000000000000000000000000000000')
      assert.partialDeepStrictEqual(answer, saidAs.one(unknown))
    })
})

function numberOf(name: StatusName): string {
  const provoked: { to?: string; what?: string } = inTheSandbox[name]
  assert.ok(provoked.to, `${name} is provoked by a number`)
  return provoked.to
}

/** Each generation's number of a status, and what it is called there. */
const saidAs = {
  one: ({ one }: Pick<Row, 'one'>) => ({ statusCode: one, status: oneStatusCodes[one].status }),
  legacy: ({ legacy }: Pick<Row, 'legacy'>) => ({
    statusCode: legacy,
    status: legacyStatusCodes[legacy].status,
  }),
}

/** The callback, member by member. */
async function isTold(installation: Installation, generation: Generation, row: Row, life: MessageLife) {
  const said = saidAs[generation](row)
  const { body } = await installation.received[generation].call(
    ({ raw }) => raw.includes(life.id) && raw.includes(`"${said.status}"`),
  )
  const update = {
    ...said,
    messageId: life.id,
    clientMessageId: life.clientMessageId,
    timestamp: life.statusAt,
  }
  const envelope = { integrationId: ids[generation], integrationName: `Test (${generation})` }
  assert.deepEqual(
    body,
    generation === 'one'
      ? { ...envelope, event: { messageStatusUpdate: [{ channel: 'whatsapp', ...update }] } }
      : { ...envelope, ...update },
  )
}

async function query({ ask }: Installation, generation: Generation, id: string): Promise<unknown> {
  const { httpStatus, json } = await ask('GET', `/v1/message/${id}`, { key: keys[generation] })
  assert.equal(httpStatus, 200)
  return json
}

const reaches = (installation: Installation, id: string, name: StatusName) =>
  eventually(async () => {
    const life = await lifeOf(installation, id)
    return life.status === name && life
  }, `${id} is ${name}`)

/** It was tried once, or has a time of its own. */
const hasWaited = (installation: Installation, id: string) =>
  eventually(async () => {
    const { attempts, status } = await lifeOf(installation, id)
    return status === 'scheduled' || (attempts[0] && attempts[0].endedAt !== null)
  }, `${id} was tried`)

async function lifeOf({ admin }: Installation, id: string): Promise<MessageLife> {
  const { httpStatus, json, text } = await admin('GET', `/admin/messages/${id}`)
  assert.equal(httpStatus, 200, text)
  return json as MessageLife // the contract of the admin API
}
