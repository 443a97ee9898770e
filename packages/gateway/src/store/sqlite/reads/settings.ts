import type { DatabaseSync } from 'node:sqlite'
import type { Balance } from '../../../core/balance.ts'
import type { ApiKey, OptIn, OptOut, Pin, Settings } from '../../../core/integration.ts'
import type { SettingsNews } from '../../../core/settings-change.ts'
import type { KeptAnswer } from '../../../core/store.ts'
import { answerKeptMs } from '../../answer.ts'
import { statement } from '../statement.ts'

const selectAccount = 'SELECT account FROM account'
const selectIntegrations = 'SELECT integration FROM integrations ORDER BY id'
const selectKeys = `
  SELECT id, integration_id AS integrationId, generation, hash, created_at AS createdAt FROM keys ORDER BY id`
const selectPins = 'SELECT integration_id AS integrationId, number, outcome FROM pins ORDER BY 1, 2'
const selectOptOuts = 'SELECT integration_id AS integrationId, msisdn, at FROM opt_outs ORDER BY 1, 2'
const selectOptIns = 'SELECT integration_id AS integrationId, msisdn, at FROM opt_ins ORDER BY 1, 2'

const selectTemplates =
  'SELECT is_default AS isDefault, template FROM templates ORDER BY integration_id, name, language'

const selectAnswer = `
  SELECT integration_id AS integrationId, key, request_hash AS requestHash, status, body, at
  FROM answers WHERE integration_id = ? AND key = ? AND at > ?`

const selectBalance = 'SELECT amount, reserved FROM balances WHERE integration_id = ?'
const selectClock = 'SELECT offset_ms AS offsetMs FROM clock'

const selectSealingKey = 'SELECT wrapped FROM sealing_keys WHERE owner = ?'

// The last number that was given out, whether that change is still known or not.
const selectVersion = `
  SELECT coalesce(max(seq), 0) AS version FROM sqlite_sequence WHERE name = 'settings_changes'`

const selectOldest = 'SELECT min(number) AS number FROM settings_changes'

const selectChanges = `
  SELECT number, change FROM settings_changes WHERE number > ? ORDER BY number LIMIT 1000`

const selectProbe = 'SELECT at FROM probes'

export interface SettingsReads {
  loadSettings(now: number): Settings
  settingsAfter(now: number, version: number): SettingsNews | undefined
  clockOffset(now: number): number
  answerOf(now: number, integrationId: string, idempotencyKey: string): KeptAnswer | undefined
  balanceOf(now: number, integrationId: string): Balance
  sealingKey(now: number, owner: string): string | undefined
  probe(now: number): void
}

export function settingsReads(db: DatabaseSync): SettingsReads {
  const account = statement<{ account: string }>(db, selectAccount)
  const integrations = statement<{ integration: string }>(db, selectIntegrations)
  const keys = statement<ApiKey>(db, selectKeys)
  const pins = statement<Pin>(db, selectPins)
  const optOuts = statement<OptOut>(db, selectOptOuts)
  const optIns = statement<OptIn>(db, selectOptIns)
  const templates = statement<{ isDefault: number; template: string }>(db, selectTemplates)
  const answer = statement<KeptAnswer>(db, selectAnswer)
  const balance = statement<Balance>(db, selectBalance)
  const clock = statement<{ offsetMs: number }>(db, selectClock)
  const sealingKey = statement<{ wrapped: string }>(db, selectSealingKey)
  const version = statement<{ version: number }>(db, selectVersion)
  const oldest = statement<{ number: number | null }>(db, selectOldest)
  const changes = statement<{ number: number; change: string }>(db, selectChanges)
  const probe = statement<{ at: number }>(db, selectProbe)

  return {
    loadSettings() {
      const row = account.get()
      return {
        version: version.get()?.version ?? 0,
        account: row && JSON.parse(row.account),
        integrations: integrations.all().map(({ integration }) => JSON.parse(integration)),
        keys: keys.all(),
        pins: pins.all(),
        optOuts: optOuts.all(),
        optIns: optIns.all(),
        templates: templates
          .all()
          .map(({ isDefault, template }) => ({ ...JSON.parse(template), isDefault: isDefault === 1 })),
      }
    },
    settingsAfter(_now, since) {
      if ((oldest.get()?.number ?? (version.get()?.version ?? 0) + 1) > since + 1) return undefined
      const rows = changes.all(since)
      return { version: rows.at(-1)?.number ?? since, changes: rows.map(({ change }) => JSON.parse(change)) }
    },
    clockOffset: () => clock.get()?.offsetMs ?? 0,
    answerOf: (now, integrationId, key) => answer.get(integrationId, key, now - answerKeptMs),
    balanceOf: (_now, integrationId) => balance.get(integrationId) ?? { amount: null, reserved: 0 },
    sealingKey: (_now, owner) => sealingKey.get(owner)?.wrapped,
    probe: () => void probe.get(),
  }
}
