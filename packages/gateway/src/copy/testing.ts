import { DatabaseSync } from 'node:sqlite'
import { endpointLanes } from '../core/endpoint.ts'
import type { Page } from '../core/looking.ts'
import type { changingMethods } from '../core/settings-change.ts'
import type { Store } from '../core/store.ts'

/** What a ledger is asked about. */
interface Known {
  integrations: string[]
  mts: string[]
  lanes: string[]
  files: string[]
  supplierFiles: { fileId: string; sender: string }[]
  aliases: string[]
  answers: { integrationId: string; key: string }[]
  owners: string[]
  people: { integrationId: string; person: string }[]
  at: number
}

type Writes =
  | (typeof changingMethods)[number]
  | 'accept'
  | 'beginAttempts'
  | 'recordOutcomes'
  | 'postpone'
  | 'recordDlrs'
  | 'recordMos'
  | 'recordFetches'
  | 'recordCallbacks'
  | 'abandonCallbacks'
  | 'replayCallbacks'
  | 'resumeCallbacks'
  | 'attend'
  | 'lease'
  | 'release'
  | 'putFile'
  | 'deleteFiles'
  | 'putSupplierFile'
  | 'forgetSupplierFile'
  | 'probe'
  | 'putSealingKey'
  | 'forgetSettingsChanges'
  | typeof Symbol.asyncDispose

/** They depend on who asks, and when. */
type OfTheMoment = 'acceptedElsewhere' | 'time'

type Reads = Exclude<keyof Store, Writes | OfTheMoment>

const many = 100_000
const forEver = Number.MAX_SAFE_INTEGER

/** Each way to read a ledger. One that is added to the contract is missed here by the types. */
export const reads: { [Name in Reads]: (store: Store, known: Known) => Promise<unknown> } = {
  answerOf: (store, { answers }) =>
    all(answers, ({ integrationId, key }) => store.answerOf(integrationId, key)),
  dueMts: (store, { lanes, at }) => all(lanes, (lane) => store.dueMts({ lane, fence: 0 }, at, many)),
  expiredMts: (store, { lanes }) =>
    all(lanes, async (lane) => inOrder(await store.expiredMts({ lane, fence: 0 }, forEver, many))),
  // Each looks through all that waits.
  openMts: (store, { integrations }) => all(integrations.slice(0, 10), (id) => store.openMts(id, undefined)),
  dueFetches: (store, { lanes }) => all(lanes, (lane) => store.dueFetches({ lane, fence: 0 }, forEver, many)),
  userOf: (store, { aliases }) => all(aliases, (alias) => store.userOf(alias)),
  dueCallbacks: (store, { lanes, at }) =>
    all(lanes, (lane) => store.dueCallbacks({ lane, fence: 0 }, at, many)),
  dueLanes: async (store, { at }) =>
    all(['mt', 'callback', 'fetch'] as const, async (kind) =>
      inOrder(await store.dueLanes(kind, at, 'node')),
    ),
  findFile: (store, { files }) => all(files, (id) => store.findFile(id)),
  expiredFiles: (store) => store.expiredFiles(forEver, many),
  supplierFile: (store, { supplierFiles }) =>
    all(supplierFiles, ({ fileId, sender }) => store.supplierFile(fileId, sender, 0)),
  findMt: (store, { mts }) => all(mts, (id) => store.findMt(undefined, id)),
  life: (store, { mts }) => all(mts, (id) => store.life(id)),
  searchMts: (store) => pages((cursor) => store.searchMts({ limit: 1000, ...cursor })),
  searchCallbacks: (store) => pages((cursor) => store.searchCallbacks({ limit: 1000, ...cursor })),
  optOutsOf: (store, { integrations }) =>
    all(integrations, (integrationId) =>
      pages((cursor) => store.optOutsOf({ integrationId, limit: 100, ...cursor })),
    ),
  optInsOf: (store, { integrations }) =>
    all(integrations, (integrationId) =>
      pages((cursor) => store.optInsOf({ integrationId, limit: 100, ...cursor })),
    ),
  eventsAfter: (store, { integrations }) =>
    all(integrations.flatMap(endpointLanes), (lane) => store.eventsAfter(lane, 0, many)),
  lanes: async (store) => inOrder(await store.lanes()),
  pausedEndpoints: async (store) => inOrder(await store.pausedEndpoints()),
  acceptedSince: async (store) => inOrder(await store.acceptedSince(0)),
  windowsSince: async (store) => inOrder(await store.windowsSince(0)),
  lastWrote: (store, { people }) =>
    all(people, ({ integrationId, person }) => store.lastWrote(integrationId, [person])),
  balanceOf: (store, { integrations }) => all(integrations, (id) => store.balanceOf(id)),
  sealingKey: (store, { owners }) => all(owners, (owner) => store.sealingKey(owner)),
  loadSettings: (store) => store.loadSettings(),
  settingsAfter: async (store) => {
    const { version } = await store.loadSettings()
    return all([0, version - 1000, version - 1, version], (number) => store.settingsAfter(number))
  },
  clockOffset: (store) => store.clockOffset(),
}

/** Everything that a ledger answers, by the method that was asked. */
export async function answersOf(store: Store, known: Known): Promise<[name: string, answer: unknown][]> {
  const answers: [string, unknown][] = []
  for (const [name, read] of Object.entries(reads)) answers.push([name, await read(store, known)])
  return answers
}

/** What there is in a ledger in SQLite to ask about; of messages those with a life, and some others. */
export function knownIn(path: string, at: number): Known {
  using db = new DatabaseSync(path, { readOnly: true })
  const rows = <Row>(sql: string) => db.prepare(sql).all() as Row[] // as its SELECT says
  const texts = (sql: string) => rows<{ text: string }>(sql).map(({ text }) => text)
  return {
    integrations: texts('SELECT DISTINCT integration_id AS text FROM mts UNION SELECT id FROM integrations'),
    mts: texts(
      'SELECT id AS text FROM mts WHERE attempts > 0 UNION SELECT * FROM (SELECT id FROM mts LIMIT 100)',
    ),
    lanes: texts('SELECT lane AS text FROM mts UNION SELECT lane FROM lanes UNION SELECT lane FROM fetches'),
    files: texts('SELECT id AS text FROM files'),
    supplierFiles: rows('SELECT file_id AS fileId, sender FROM supplier_files'),
    aliases: texts('SELECT digits AS text FROM aliases'),
    answers: rows('SELECT integration_id AS integrationId, key FROM answers'),
    owners: texts('SELECT owner AS text FROM sealing_keys'),
    people: rows('SELECT integration_id AS integrationId, person FROM windows'),
    at,
  }
}

const all = <Item, Answer>(items: readonly Item[], ask: (item: Item) => Promise<Answer>): Promise<Answer[]> =>
  Promise.all(items.map(ask))

/** Where the contract leaves the order open. */
const inOrder = (items: unknown[]): string[] => items.map((item) => JSON.stringify(item)).sort()

async function pages<Item>(ask: (from: { cursor?: string }) => Promise<Page<Item>>): Promise<Item[]> {
  const items: Item[] = []
  for (let cursor: string | undefined; ; ) {
    const page = await ask(cursor === undefined ? {} : { cursor })
    items.push(...page.items)
    if (page.nextCursor === undefined) return items
    cursor = page.nextCursor
  }
}
