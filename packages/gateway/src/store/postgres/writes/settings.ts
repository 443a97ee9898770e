import type { Account, ApiKey, Integration, Pin } from '../../../core/integration.ts'
import { theInstallation } from '../../../core/store.ts'
import type { Template } from '../../../core/template.ts'
import type { Db } from '../query.ts'
import { setBalance } from './balances.ts'

const upsertAccount = `
  INSERT INTO account (one, account) VALUES (1, $1) ON CONFLICT (one) DO UPDATE SET account = excluded.account`

const upsertIntegration = `
  INSERT INTO integrations (id, integration) VALUES ($1, $2)
  ON CONFLICT (id) DO UPDATE SET integration = excluded.integration`

const dropIntegration = [
  'DELETE FROM integrations WHERE id = $1',
  'DELETE FROM keys WHERE integration_id = $1',
  'DELETE FROM pins WHERE integration_id = $1',
  'DELETE FROM opt_outs WHERE integration_id = $1',
  'DELETE FROM opt_ins WHERE integration_id = $1',
  'DELETE FROM templates WHERE integration_id = $1',
  'DELETE FROM sealing_keys WHERE owner = $1',
  'UPDATE balances SET amount = NULL WHERE integration_id = $1',
]

const putShadow = `
  INSERT INTO endpoints (integration_id, endpoint, last_sequence, shadowed) VALUES ($1, $2, 0, 1)
  ON CONFLICT (integration_id, endpoint) DO UPDATE SET shadowed = 1`

const dropShadow = 'UPDATE endpoints SET shadowed = 0 WHERE integration_id = $1 AND endpoint = $2'

// Its events are told to nobody any more, and have to be due for that.
const forgetEndpoints = `
  UPDATE endpoints SET failing_since = NULL, paused_at = NULL, shadowed = 0 WHERE integration_id = $1`

const upsertKey = `
  INSERT INTO keys (id, integration_id, generation, hash, created_at) VALUES ($1, $2, $3, $4, $5)
  ON CONFLICT (id) DO UPDATE SET integration_id = excluded.integration_id, generation = excluded.generation,
    hash = excluded.hash, created_at = excluded.created_at`

const upsertPin = `
  INSERT INTO pins (integration_id, number, outcome) VALUES ($1, $2, $3)
  ON CONFLICT (integration_id, number) DO UPDATE SET outcome = excluded.outcome`

const dropPin = 'DELETE FROM pins WHERE integration_id = $1 AND number = $2'

const upsertTemplate = `
  INSERT INTO templates (integration_id, name, language, is_default, template) VALUES ($1, $2, $3, $4, $5)
  ON CONFLICT (integration_id, name, language)
  DO UPDATE SET is_default = excluded.is_default, template = excluded.template`

const clearDefault =
  'UPDATE templates SET is_default = 0 WHERE integration_id = $1 AND name = $2 AND language <> $3 AND is_default = 1'

const dropTemplate =
  'DELETE FROM templates WHERE integration_id = $1 AND name = $2 AND ($3::text IS NULL OR language = $3)'

// The first that was put: an insertion waits for another of the same owner, and then finds it.
// Who deletes the integration meanwhile waits for this, and then finds the key; or this waits, and finds nothing.
const insertSealingKey = `
  WITH there AS (SELECT id FROM integrations WHERE id = $1 FOR KEY SHARE)
  INSERT INTO sealing_keys (owner, wrapped)
  SELECT $1, $2 WHERE $1 = '${theInstallation}' OR EXISTS (SELECT 1 FROM there)
  ON CONFLICT (owner) DO UPDATE SET wrapped = sealing_keys.wrapped RETURNING wrapped`

const putClock = `
  INSERT INTO clock (one, offset_ms) VALUES (1, $1) ON CONFLICT (one) DO UPDATE SET offset_ms = excluded.offset_ms`

const putProbe =
  'INSERT INTO probes (one, at) VALUES (1, $1) ON CONFLICT (one) DO UPDATE SET at = excluded.at'

export async function putAccount(db: Db, account: Account): Promise<void> {
  await db.run(upsertAccount, JSON.stringify(account))
}

interface PutIntegration {
  integration: Integration
  amount: number | null | undefined
}

export async function putIntegration(db: Db, { integration, amount }: PutIntegration): Promise<void> {
  await db.run(upsertIntegration, integration.id, JSON.stringify(integration))
  if (amount !== undefined) await setBalance(db, integration.id, amount)
  for (const endpoint of ['message', 'status'] as const) {
    const isShadowed = integration.shadowCallbacks?.[`${endpoint}Url`]
    await db.run(isShadowed ? putShadow : dropShadow, integration.id, endpoint)
  }
}

/** Its keys, pins, opt-outs, opt-ins, templates and sealing key go with it; its messages stay, and what they have reserved. */
export async function deleteIntegration(db: Db, id: string): Promise<void> {
  for (const sql of dropIntegration) await db.run(sql, id)
  await db.run(forgetEndpoints, id)
}

export async function putKey(db: Db, key: ApiKey): Promise<void> {
  await db.run(upsertKey, key.id, key.integrationId, key.generation, key.hash, key.createdAt)
}

export async function deleteKey(db: Db, id: string): Promise<void> {
  await db.run('DELETE FROM keys WHERE id = $1', id)
}

export async function putPin(db: Db, { integrationId, number, outcome }: Pin): Promise<void> {
  await db.run(upsertPin, integrationId, number, outcome)
}

export async function deletePin(db: Db, { integrationId, number }: Omit<Pin, 'outcome'>): Promise<void> {
  await db.run(dropPin, integrationId, number)
}

export async function putTemplate(db: Db, template: Template): Promise<void> {
  const { integrationId, name, language, isDefault } = template
  if (isDefault) await db.run(clearDefault, integrationId, name, language)
  await db.run(upsertTemplate, integrationId, name, language, isDefault ? 1 : 0, JSON.stringify(template))
}

interface TemplateName {
  integrationId: string
  name: string
  language: string | undefined
}

export async function deleteTemplate(db: Db, { integrationId, name, language }: TemplateName): Promise<void> {
  await db.run(dropTemplate, integrationId, name, language ?? null)
}

export async function putSealingKey(
  db: Db,
  { owner, wrapped }: { owner: string; wrapped: string },
): Promise<string | undefined> {
  const [row] = await db.all<{ wrapped: string }>(insertSealingKey, owner, wrapped)
  return row?.wrapped
}

export async function putClockOffset(db: Db, offsetMs: number): Promise<void> {
  await db.run(putClock, offsetMs)
}

export async function putProbeAt(db: Db, _args: undefined, now: number): Promise<void> {
  await db.run(putProbe, now)
}
