import type { Balance } from '../../../core/balance.ts'
import type { ApiKey, OptIn, OptOut, Pin, Settings } from '../../../core/integration.ts'
import type { OptOutQuery, Page } from '../../../core/looking.ts'
import type { MediaFile } from '../../../core/media.ts'
import type { KeptAnswer } from '../../../core/store.ts'
import { answerKeptMs } from '../../answer.ts'
import { type Db, realNow } from '../query.ts'
import { settingsVersion } from '../settings-changes.ts'

const selectAccount = 'SELECT account FROM account'
const selectIntegrations = 'SELECT integration FROM integrations ORDER BY id'
const selectKeys = `
  SELECT id, integration_id AS "integrationId", generation, hash, created_at AS "createdAt" FROM keys ORDER BY id`
const selectPins = 'SELECT integration_id AS "integrationId", number, outcome FROM pins ORDER BY 1, 2'
const selectOptOuts = 'SELECT integration_id AS "integrationId", msisdn, at FROM opt_outs ORDER BY 1, 2'
const selectOptIns = 'SELECT integration_id AS "integrationId", msisdn, at FROM opt_ins ORDER BY 1, 2'

const selectTemplates =
  'SELECT is_default AS "isDefault", template FROM templates ORDER BY integration_id, name, language'

const selectAnswer = `
  SELECT integration_id AS "integrationId", key, request_hash AS "requestHash", status, body, at
  FROM answers WHERE integration_id = $1 AND key = $2 AND at > $3`

const selectPage = (table: 'opt_outs' | 'opt_ins') => `
  SELECT integration_id AS "integrationId", msisdn, at FROM ${table}
  WHERE integration_id = $1 AND msisdn > $2 ORDER BY msisdn LIMIT $3`

const selectBalance = 'SELECT amount, reserved FROM balances WHERE integration_id = $1'
const selectClock = 'SELECT offset_ms AS "offsetMs" FROM clock'
const selectSealingKey = 'SELECT wrapped FROM sealing_keys WHERE owner = $1'
const selectTime = `SELECT ${realNow} AS at`
const selectProbe = 'SELECT at FROM probes'
const selectUser = 'SELECT user_id FROM aliases WHERE digits = $1'
const selectFile = 'SELECT file FROM files WHERE id = $1'
const selectExpired = 'SELECT id FROM files WHERE expires_at <= $1 ORDER BY expires_at, id LIMIT $2'

const selectHandedOver =
  'SELECT supplier_id FROM supplier_files WHERE file_id = $1 AND sender = $2 AND expires_at > $3'

/** `db` is a transaction that sees one moment. */
export async function loadSettings(db: Db): Promise<Settings> {
  const [version, [account], integrations, keys, pins, optOuts, optIns, templates] = await Promise.all([
    settingsVersion(db),
    db.all<{ account: string }>(selectAccount),
    db.all<{ integration: string }>(selectIntegrations),
    db.all<ApiKey>(selectKeys),
    db.all<Pin>(selectPins),
    db.all<OptOut>(selectOptOuts),
    db.all<OptIn>(selectOptIns),
    db.all<{ isDefault: number; template: string }>(selectTemplates),
  ])
  return {
    version,
    account: account && JSON.parse(account.account),
    integrations: integrations.map(({ integration }) => JSON.parse(integration)),
    keys,
    pins,
    optOuts,
    optIns,
    templates: templates.map(({ isDefault, template }) => ({
      ...JSON.parse(template),
      isDefault: isDefault === 1,
    })),
  }
}

export async function clockOffset(db: Db): Promise<number> {
  const [row] = await db.all<{ offsetMs: number }>(selectClock)
  return row?.offsetMs ?? 0
}

export async function answerOf(
  db: Db,
  { integrationId, key, now }: { integrationId: string; key: string; now: number },
): Promise<KeptAnswer | undefined> {
  const [row] = await db.all<KeptAnswer>(selectAnswer, integrationId, key, now - answerKeptMs)
  return row
}

export async function balanceOf(db: Db, integrationId: string): Promise<Balance> {
  const [row] = await db.all<Balance>(selectBalance, integrationId)
  return row ?? { amount: null, reserved: 0 }
}

export async function sealingKey(db: Db, owner: string): Promise<string | undefined> {
  const [row] = await db.all<{ wrapped: string }>(selectSealingKey, owner)
  return row?.wrapped
}

export async function time(db: Db): Promise<number> {
  const [row] = await db.all<{ at: number }>(selectTime)
  if (!row) throw new Error('The database did not say what time it is')
  return row.at
}

export async function readProbe(db: Db): Promise<void> {
  await db.all(selectProbe)
}

export async function userOf(db: Db, alias: string): Promise<string | undefined> {
  const [row] = await db.all<{ user_id: string }>(selectUser, alias)
  return row?.user_id
}

export async function findFile(db: Db, id: string): Promise<MediaFile | undefined> {
  const [row] = await db.all<{ file: string }>(selectFile, id)
  return row && JSON.parse(row.file)
}

export async function expiredFiles(db: Db, at: number, limit: number): Promise<string[]> {
  return (await db.all<{ id: string }>(selectExpired, at, limit)).map(({ id }) => id)
}

export async function supplierFile(
  db: Db,
  { fileId, sender, at }: { fileId: string; sender: string; at: number },
): Promise<string | undefined> {
  const [row] = await db.all<{ supplier_id: string }>(selectHandedOver, fileId, sender, at)
  return row?.supplier_id
}

export const optOutsOf = page('opt_outs')
export const optInsOf = page('opt_ins')

function page(table: 'opt_outs' | 'opt_ins') {
  const sql = selectPage(table)
  return async (db: Db, { integrationId, cursor = '', limit }: OptOutQuery): Promise<Page<OptOut>> => {
    const rows = await db.all<OptOut>(sql, integrationId, cursor, limit + 1)
    const items = rows.slice(0, limit)
    return { items, nextCursor: rows.length > limit ? items.at(-1)?.msisdn : undefined }
  }
}
