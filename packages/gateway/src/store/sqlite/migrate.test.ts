import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { DatabaseSync } from 'node:sqlite'
import { test } from 'node:test'
import { migrate } from './migrate.ts'

test('what was stored before there was a setting gets its default, and keeps one that it has', () => {
  using db = new DatabaseSync(':memory:')
  const stored = [
    { id: 'a', whatsapp: { from: '27111' } },
    { id: 'b', whatsapp: { from: '27222', templatePolicy: 'permissive' } },
    { id: 'c', whatsapp: null },
  ]
  upTo(db, ['0001-ledger.sqlite.sql', '0002-files.sqlite.sql'])
  const insert = db.prepare('INSERT INTO integrations (id, integration) VALUES (?, ?)')
  for (const integration of stored) insert.run(integration.id, JSON.stringify(integration))
  migrate(db)
  migrate(db)
  const rows = db.prepare('SELECT integration FROM integrations ORDER BY id').all()
  const off = { shadowCallbacks: null, requireOptIn: false, refuseOutsideWindow: false }
  assert.deepEqual(
    rows.map(({ integration }) => JSON.parse(String(integration))),
    [{ id: 'a', whatsapp: { from: '27111', templatePolicy: 'strict' } }, ...stored.slice(1)].map(
      (integration) => ({ ...integration, ...off }),
    ),
  )
})

test('an amount stored before there were balances is one, and none is none', () => {
  using db = new DatabaseSync(':memory:')
  upTo(db, ['0001-ledger.sqlite.sql', '0002-files.sqlite.sql'])
  const insert = db.prepare('INSERT INTO integrations (id, integration) VALUES (?, ?)')
  for (const [id, amount] of [
    ['a', 12.345678],
    ['b', 7],
    ['c', null],
  ] as const)
    insert.run(id, JSON.stringify({ id, whatsapp: null, balance: { amount } }))
  migrate(db)
  const rows = db.prepare('SELECT integration_id, amount, reserved, begun FROM balances ORDER BY 1').all()
  assert.deepEqual(
    rows.map((row) => Object.values(row)),
    [
      ['a', 12_345_678, 0, 0],
      ['b', 7_000_000, 0, 0],
    ],
  )
})

/** A database as an older program left it. */
function upTo(db: DatabaseSync, names: string[]): void {
  db.exec('CREATE TABLE migrations (number INTEGER NOT NULL PRIMARY KEY, name TEXT NOT NULL) STRICT')
  for (const [i, name] of names.entries()) {
    db.exec(readFileSync(new URL(`../migrations/${name}`, import.meta.url), 'utf8'))
    db.prepare('INSERT INTO migrations (number, name) VALUES (?, ?)').run(i + 1, name)
  }
}
