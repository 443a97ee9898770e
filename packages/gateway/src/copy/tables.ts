/** How a table of PostgreSQL is filled from SQLite's of that name. Columns of one name are the same. */
export interface CopiedTable {
  /** What is in it, for people. */
  what: string
  /** What is read instead, where SQLite has no such table, and by which of its columns it is ordered. */
  from?: { query: string; key: string[] }
  /** Columns that SQLite has not, or calls otherwise: what they are in its terms. */
  columns?: Record<string, string>
}

// Lanes are `fetch:<integration>` and `callback:<integration>:<endpoint>`.
const afterColon = (text: string) => `substr(${text}, instr(${text}, ':') + 1)`
const beforeColon = (text: string) => `substr(${text}, 1, instr(${text}, ':') - 1)`
const ofEndpoint = {
  integration_id: beforeColon(afterColon('lane')),
  endpoint: afterColon(afterColon('lane')),
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
  senders: {
    what: 'senders',
    from: { query: 'SELECT DISTINCT integration_id, lane FROM mts', key: ['integration_id', 'lane'] },
  },
  attempts: {
    what: 'attempts',
    columns: { integration_id: '(SELECT integration_id FROM mts WHERE id = mt_id)' },
  },
  supplier_ids: { what: "suppliers' ids of messages" },
  parked_dlrs: { what: 'reports without a message' },
  accepted: { what: 'minutes of accepted messages', columns: { process: "'copied'" } },
  answers: { what: 'answers by idempotency key' },
  mos: { what: 'MOs' },
  fetches: { what: 'MOs that wait for their file', columns: { integration_id: afterColon('lane') } },
  windows: { what: 'when people wrote last' },
  aliases: { what: 'aliases of people' },
  events: { what: 'callbacks', columns: ofEndpoint },
  endpoints: { what: 'endpoints', columns: ofEndpoint },
  lanes: { what: 'lanes' },
  files: { what: 'entries of files' },
  supplier_files: { what: "suppliers' ids of files" },
}

/** What stays behind, and why. */
export const notCopied: Record<string, string> = {
  commits: 'what became of those whose answer was lost',
  copies: 'how far the copy is: only PostgreSQL has it',
  migrations: 'each ledger counts its own',
  nodes: 'who serves lanes says so again',
  probes: 'written to find out whether writing works',
  sqlite_sequence: 'SQLite’s own; settings_version has what is of use in it',
}
