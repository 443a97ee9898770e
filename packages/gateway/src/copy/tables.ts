/** How a table of PostgreSQL is filled from SQLite's of that name. Columns of one name are the same. */
export interface CopiedTable {
  /** What is in it, for people. */
  what: string
  /** What is read instead, where SQLite has no such table, and by which of its columns it is ordered. */
  from?: { query: string; key: string[] }
  /** Columns that SQLite has not, or calls otherwise: what they are in its terms. */
  columns?: Record<string, string>
}

/** Every table that is copied, in this order. One that is neither here nor below fails the test. */
export const tables: Record<string, CopiedTable> = {
  account: { what: 'the account', columns: { one: 'only' } },
  integrations: { what: 'integrations' },
  sealing_keys: { what: 'wrapped keys' },
  keys: { what: 'API keys' },
  pins: { what: 'pinned recipients' },
  templates: { what: 'templates' },
  opt_outs: { what: 'opt-outs' },
  opt_ins: { what: 'opt-ins' },
  balances: { what: 'balances' },
  clock: { what: 'how far the clock is turned', columns: { one: 'only' } },
  settings_changes: { what: 'changes of settings' },
  settings_version: {
    what: 'the number of the last one',
    // The last number that was given out, whether that change is still known or not.
    from: {
      query:
        "SELECT 1 AS one, coalesce(max(seq), 0) AS version FROM sqlite_sequence WHERE name = 'settings_changes'",
      key: ['one'],
    },
  },
  mts: { what: 'messages' },
  attempts: { what: 'attempts' },
  supplier_ids: { what: "suppliers' ids of messages" },
  parked_dlrs: { what: 'reports without a message' },
  accepted: { what: 'minutes of accepted messages', columns: { process: "'copied'" } },
  answers: { what: 'answers by idempotency key' },
  mos: { what: 'MOs' },
  fetches: { what: 'MOs that wait for their file' },
  windows: { what: 'when people wrote last' },
  aliases: { what: 'aliases of people' },
  events: { what: 'callbacks' },
  endpoints: { what: 'endpoints' },
  lanes: { what: 'lanes' },
  files: { what: 'entries of files' },
  supplier_files: { what: "suppliers' ids of files" },
}

/** What stays behind, and why. */
export const notCopied: Record<string, string> = {
  copies: 'how far the copy is: only PostgreSQL has it',
  migrations: 'each ledger counts its own',
  nodes: 'who serves lanes says so again',
  probes: 'written to find out whether writing works',
  sqlite_sequence: 'SQLite’s own; settings_version has what is of use in it',
}
