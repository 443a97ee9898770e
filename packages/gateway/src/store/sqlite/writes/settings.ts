import type { DatabaseSync } from 'node:sqlite'
import { endpointLane, endpointLanes } from '../../../core/endpoint.ts'
import type { Account, ApiKey, Integration, Pin } from '../../../core/integration.ts'
import { statement } from '../statement.ts'
import type { Balances } from './balances.ts'

const putAccount = `
  INSERT INTO account (only, account) VALUES (1, ?) ON CONFLICT (only) DO UPDATE SET account = excluded.account`

const putIntegration = `
  INSERT INTO integrations (id, integration) VALUES (?, ?)
  ON CONFLICT (id) DO UPDATE SET integration = excluded.integration`

const deleteIntegration = 'DELETE FROM integrations WHERE id = ?'
const deleteKeysOf = 'DELETE FROM keys WHERE integration_id = ?'
const deletePinsOf = 'DELETE FROM pins WHERE integration_id = ?'
const deleteOptOutsOf = 'DELETE FROM opt_outs WHERE integration_id = ?'
const deleteOptInsOf = 'DELETE FROM opt_ins WHERE integration_id = ?'
const clearBalanceOf = 'UPDATE balances SET amount = NULL WHERE integration_id = ?'
const deleteSealingKeyOf = 'DELETE FROM sealing_keys WHERE owner = ?'
const deleteTemplatesOf = 'DELETE FROM templates WHERE integration_id = ?'

const putShadow = `
  INSERT INTO endpoints (lane, last_sequence, shadowed) VALUES (?, 0, 1)
  ON CONFLICT (lane) DO UPDATE SET shadowed = 1`

const dropShadow = 'UPDATE endpoints SET shadowed = 0 WHERE lane = ?'

// Its events are told to nobody any more, and have to be due for that.
const forgetEndpointsOf = `
  UPDATE endpoints SET failing_since = NULL, paused_at = NULL, shadowed = 0 WHERE lane IN (SELECT value FROM json_each(?))`

const putKey = `
  INSERT INTO keys (id, integration_id, generation, hash, created_at) VALUES (?, ?, ?, ?, ?)
  ON CONFLICT (id) DO UPDATE SET integration_id = excluded.integration_id, generation = excluded.generation,
    hash = excluded.hash, created_at = excluded.created_at`

const deleteKey = 'DELETE FROM keys WHERE id = ?'

const putPin = `
  INSERT INTO pins (integration_id, number, outcome) VALUES (?, ?, ?)
  ON CONFLICT (integration_id, number) DO UPDATE SET outcome = excluded.outcome`

const deletePin = 'DELETE FROM pins WHERE integration_id = ? AND number = ?'

const putProbe =
  'INSERT INTO probes (only, at) VALUES (1, ?) ON CONFLICT (only) DO UPDATE SET at = excluded.at'

const putClock = `
  INSERT INTO clock (only, offset_ms) VALUES (1, ?) ON CONFLICT (only) DO UPDATE SET offset_ms = excluded.offset_ms`

export interface SettingsWrites {
  putAccount(now: number, account: Account): void
  putIntegration(now: number, integration: Integration, amount?: number | null): void
  /** Its keys, pins, opt-outs, opt-ins, templates and sealing key go with it; its messages stay, and what they have reserved. */
  deleteIntegration(now: number, id: string): void
  putKey(now: number, key: ApiKey): void
  deleteKey(now: number, keyId: string): void
  putPin(now: number, pin: Pin): void
  deletePin(now: number, integrationId: string, number: string): void
  putClockOffset(now: number, offsetMs: number): void
  probe(now: number): void
}

export function settings(db: DatabaseSync, balances: Balances): SettingsWrites {
  const account = statement(db, putAccount)
  const integration = statement(db, putIntegration)
  const dropIntegration = [
    deleteIntegration,
    deleteKeysOf,
    deletePinsOf,
    deleteOptOutsOf,
    deleteOptInsOf,
    deleteTemplatesOf,
    deleteSealingKeyOf,
    clearBalanceOf,
  ].map((sql) => statement(db, sql))
  const shadow = { put: statement(db, putShadow), drop: statement(db, dropShadow) }
  const forgetEndpoints = statement(db, forgetEndpointsOf)
  const key = statement(db, putKey)
  const dropKey = statement(db, deleteKey)
  const pin = statement(db, putPin)
  const dropPin = statement(db, deletePin)
  const clock = statement(db, putClock)
  const probe = statement(db, putProbe)

  return {
    putAccount: (_now, value) => void account.run(JSON.stringify(value)),
    putIntegration(_now, value, amount) {
      integration.run(value.id, JSON.stringify(value))
      if (amount !== undefined) balances.set(value.id, amount)
      for (const endpoint of ['message', 'status'] as const)
        shadow[value.shadowCallbacks?.[`${endpoint}Url`] ? 'put' : 'drop'].run(
          endpointLane(value.id, endpoint),
        )
    },
    deleteIntegration(_now, id) {
      for (const drop of dropIntegration) drop.run(id)
      forgetEndpoints.run(JSON.stringify(endpointLanes(id)))
    },
    putKey: (_now, { id, integrationId, generation, hash, createdAt }) =>
      void key.run(id, integrationId, generation, hash, createdAt),
    deleteKey: (_now, id) => void dropKey.run(id),
    putPin: (_now, { integrationId, number, outcome }) => void pin.run(integrationId, number, outcome),
    deletePin: (_now, integrationId, number) => void dropPin.run(integrationId, number),
    putClockOffset: (_now, offsetMs) => void clock.run(offsetMs),
    probe: (now) => void probe.run(now),
  }
}
