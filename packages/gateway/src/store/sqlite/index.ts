import { mkdirSync } from 'node:fs'
import { statfs } from 'node:fs/promises'
import { dirname } from 'node:path'
import { Worker } from 'node:worker_threads'
import type { Mt } from '../../core/message.ts'
import { laneOf, type Store, StoreUnavailable } from '../../core/store.ts'
import { type Bites, replay, resume } from '../again.ts'
import { newMt } from '../mt-row.ts'
import { type Calls, callsTo, InDoubt } from './calls.ts'
import { makePrivate, openForWriting } from './connection.ts'
import { lockFile } from './lock.ts'
import { migrate } from './migrate.ts'
import type { Reads } from './reads/index.ts'
import type { Writes } from './writes/index.ts'

interface Options {
  now?: () => number
  failed?: (error: unknown) => void
}

/** Weights are counted in rows accepted. So much goes into one commit, and so much more may wait for its own. */
const commitWeight = 500
const waitingWeight = 20_000
/** What settles a message touches its row, its attempt, its ids and an event. */
const settling = 4
const biteWeight = 500

const newWork: ReadonlySet<keyof Writes> = new Set(['accept', 'recordDlrs', 'recordMos', 'putFile'])
const noReads: ReadonlySet<keyof Reads> = new Set()

/**
 * A store in one file: one thread writes, one reads what serving needs, one what people look up, which may take long.
 * The calling thread only hands over and takes back.
 */
export async function openSqlite(
  path: string,
  { now = Date.now, failed = () => {} }: Options = {},
): Promise<Store> {
  mkdirSync(dirname(path), { recursive: true, mode: 0o700 }) // messages are in it
  await using opening = new AsyncDisposableStack()
  opening.use(lockFile(path))
  prepare(path)
  const worker = (script: string) => ({ start: () => startWorker(script, path), failed, now })
  const write = opening.use(
    callsTo<Writes>({
      ...worker('./writer.ts'),
      batch: commitWeight,
      waiting: waitingWeight,
      refusable: newWork,
    }),
  )
  const reading = { ...worker('./reader.ts'), waiting: Infinity, refusable: noReads }
  const read = opening.use(callsTo<Reads>({ ...reading, batch: 100 }))
  const look = opening.use(callsTo<Reads>({ ...reading, batch: 1 }))
  await Promise.all([write.ready, read.ready, look.ready])
  const open = opening.move()
  const bites: Bites = {
    replayOne: (id, at) => write.call('replayOne', 1, id, at),
    replaySome: (range, at) => write.call('replaySome', biteWeight, range, at),
    resumeSome: (lane, at) => write.call('resumeSome', biteWeight, lane, at),
  }

  return {
    async accept(mts, answer) {
      const told = await write
        .call('accept', mts.length, mts.map(newMt), ...(answer ? [answer] : []))
        .catch((error) => resolveDoubt(read, error, mts))
      return { lanes: told ? [...lanesOf(mts), ...told] : lanesOf(mts) }
    },
    answerOf: (integrationId, key) => read.call('answerOf', 1, integrationId, key),
    dueMts: (lease, at, limit) => read.call('dueMts', 1, lease, at, limit),
    expiredMts: (lease, at, limit) => look.call('expiredMts', 1, lease, at, limit),
    openMts: (integrationId, besides) => look.call('openMts', 1, integrationId, besides),
    beginAttempts: (lease, mts, at) => write.call('beginAttempts', 2 * mts.length, lease, mts, at),
    recordOutcomes: (outcomes) => write.call('recordOutcomes', settling * outcomes.length, outcomes),
    postpone: (lease, later) => write.call('postpone', later.length, lease, later),

    recordDlrs: (dlrs) => write.call('recordDlrs', settling * dlrs.length, dlrs),
    recordMos: (mos) => write.call('recordMos', settling * mos.length, mos),
    dueFetches: (lease, at, limit) => read.call('dueFetches', 1, lease, at, limit),
    recordFetches: (lease, results) => write.call('recordFetches', settling * results.length, lease, results),
    userOf: (alias) => read.call('userOf', 1, alias),

    dueCallbacks: (lease, at, limit) => read.call('dueCallbacks', 1, lease, at, limit),
    recordCallbacks: (lease, results) => write.call('recordCallbacks', results.length, lease, results),
    abandonCallbacks: (lease, sequences, at, why) =>
      write.call('abandonCallbacks', sequences.length, lease, sequences, at, why),
    replayCallbacks: (which, at) => replay(bites, which, at),
    resumeCallbacks: (lane, at) => resume(bites, lane, at),

    attend: (kind, node, forMs) => write.call('attend', 1, kind, node, forMs),
    dueLanes: (kind, at, node) => read.call('dueLanes', 1, kind, at, node),
    lease: (lanes, node, leaseMs) => write.call('lease', 1, lanes, node, leaseMs),
    release: (leases) => write.call('release', 1, leases),

    putFile: (file) => write.call('putFile', 1, file),
    findFile: (id) => read.call('findFile', 1, id),
    expiredFiles: (at, limit) => look.call('expiredFiles', 1, at, limit),
    supplierFile: (fileId, sender, at) => read.call('supplierFile', 1, fileId, sender, at),
    putSupplierFile: (file) => write.call('putSupplierFile', 1, file),
    forgetSupplierFile: (file) => write.call('forgetSupplierFile', 1, file),
    deleteFiles: (ids) => write.call('deleteFiles', ids.length, ids),

    findMt: (integrationId, id) => read.call('findMt', 1, integrationId, id),
    life: (id) => look.call('life', 1, id),
    searchMts: (query) => look.call('searchMts', 1, query),
    searchCallbacks: (query) => look.call('searchCallbacks', 1, query),
    optOutsOf: (query) => look.call('optOutsOf', 1, query),
    optInsOf: (query) => look.call('optInsOf', 1, query),
    eventsAfter: (lane, after, limit) => look.call('eventsAfter', 1, lane, after, limit),
    lanes: () => look.call('lanes', 1),
    pausedEndpoints: () => look.call('pausedEndpoints', 1),
    acceptedSince: (at) => look.call('acceptedSince', 1, at),
    windowsSince: (at) => look.call('windowsSince', 1, at),
    lastWrote: (integrationId, people) => read.call('lastWrote', people.length, integrationId, people),
    balanceOf: (integrationId) => read.call('balanceOf', 1, integrationId),
    time: async () => undefined,
    acceptedElsewhere: async () => undefined,
    async probe() {
      await needRoom(path)
      await write.call('probe', 1)
      await read.call('probe', 1) // what was just written, so it comes from the disk
    },

    sealingKey: (owner) => read.call('sealingKey', 1, owner),
    putSealingKey: (owner, wrapped) => write.call('putSealingKey', 1, owner, wrapped),

    settingsAfter: (version) => read.call('settingsAfter', 1, version),
    forgetSettingsChanges: () => write.call('forgetSettingsChanges', 1),
    loadSettings: () => read.call('loadSettings', 1),
    clockOffset: () => read.call('clockOffset', 1),
    putClockOffset: (offsetMs) => write.call('putClockOffset', 1, offsetMs),
    putAccount: (account) => write.call('putAccount', 1, account),
    putIntegration: (integration, amount) => write.call('putIntegration', 1, integration, amount),
    deleteIntegration: (id) => write.call('deleteIntegration', 1, id),
    putKey: (key) => write.call('putKey', 1, key),
    deleteKey: (keyId) => write.call('deleteKey', 1, keyId),
    putPin: (pin) => write.call('putPin', 1, pin),
    deletePin: (integrationId, number) => write.call('deletePin', 1, integrationId, number),
    putOptOut: (optOut) => write.call('putOptOut', 1, optOut),
    deleteOptOut: (integrationId, msisdn) => write.call('deleteOptOut', 1, integrationId, msisdn),
    putOptIn: (optIn) => write.call('putOptIn', 1, optIn),
    deleteOptIn: (integrationId, msisdn) => write.call('deleteOptIn', 1, integrationId, msisdn),
    putTemplate: (template) => write.call('putTemplate', 1, template),
    deleteTemplate: (integrationId, name, language) =>
      write.call('deleteTemplate', 1, integrationId, name, language),

    // The writer goes last but for the lock: whoever closes last copies the log back into the file.
    [Symbol.asyncDispose]: () => open.disposeAsync(),
  }
}

/** The log reuses its own pages, so that on a full disk what is small can still be written for a while. */
const leastRoomBytes = 1024 * 1024

async function needRoom(path: string) {
  const { bavail, bsize } = await statfs(dirname(path))
  if (bavail * bsize < leastRoomBytes) throw new StoreUnavailable('The disk is full')
}

function startWorker(script: string, path: string): Promise<Worker> {
  const worker = new Worker(new URL(script, import.meta.url), { workerData: { path } })
  return new Promise((resolve, reject) => {
    worker.once('message', () => resolve(worker)) // ready
    worker.once('error', reject)
    worker.once('exit', (code) => reject(new Error(`A worker of the store ended with ${code}`)))
  })
}

/** A request is accepted as a whole or not at all, so its first message tells. */
async function resolveDoubt(read: Calls<Reads>, error: unknown, [mt]: Mt[]): Promise<undefined> {
  const stored = error instanceof InDoubt && mt && (await read.call('findMt', 1, undefined, mt.id))
  if (!stored) throw error
}

function prepare(path: string) {
  makePrivate(path)
  const db = openForWriting(path)
  try {
    migrate(db)
  } finally {
    db.close()
  }
}

/** The lanes in which accepting these messages makes them due. */
const lanesOf = (mts: Mt[]) => [...new Set(mts.filter(({ dueAt }) => dueAt !== undefined).map(laneOf))]
