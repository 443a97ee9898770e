import { randomUUID } from 'node:crypto'
import type { Mt } from '../../core/message.ts'
import type { SettingsChange } from '../../core/settings-change.ts'
import { laneOf, type RecordedMo, type Store, type Touched } from '../../core/store.ts'
import { type Bites, replay, resume } from '../again.ts'
import { newMt } from '../mt-row.ts'
import { batches, each, type Method } from './batches.ts'
import { keepChores } from './chores.ts'
import { openPool, type Target, targetOf } from './connect.ts'
import { cannotBeUsed } from './fault.ts'
import { refuseHalfCopied } from './half-copied.ts'
import { migrate } from './migrate.ts'
import { openNews } from './news.ts'
import type { Db } from './query.ts'
import * as due from './reads/due.ts'
import * as messages from './reads/messages.ts'
import * as searches from './reads/search.ts'
import * as known from './reads/settings.ts'
import { forgetSettingsChanges, logChanges, settingsAfter } from './settings-changes.ts'
import { makeWeeks } from './weeks.ts'
import { accepting } from './writes/accept.ts'
import * as callbacks from './writes/callbacks.ts'
import { changing } from './writes/changing.ts'
import * as files from './writes/files.ts'
import * as leases from './writes/leases.ts'
import { recordFetches } from './writes/mo-events.ts'
import { recordMos } from './writes/mos.ts'
import * as settings from './writes/settings.ts'
import * as steps from './writes/settle.ts'

interface Options {
  now?: () => number
  failed?: (error: unknown) => void
  touched?: (lanes: string[]) => void
  settingsChanged?: () => void
}

/** Weights are counted in rows accepted. So much may wait for its commit. */
const waitingWeight = 20_000
/** What settles a message touches its row, its attempt, its ids and an event. */
const settling = 4
const biteWeight = 500

const settle = steps.settle as Method<unknown, unknown>

/**
 * A store in a PostgreSQL that any number of nodes share. What is written goes in four streams, each with a connection
 * and one transaction under way: acceptance, what becomes of messages, callbacks, and the rest. Locks are taken in one
 * order everywhere: lanes, messages by id, balances, endpoints.
 */
export async function openPostgres(location: string, options: Options = {}): Promise<Store> {
  const { now = Date.now, failed = () => {}, touched = () => {}, settingsChanged = () => {} } = options
  const target = targetOf(location)
  const node = randomUUID()
  await using opening = new AsyncDisposableStack()
  await prepare(target)
  const { accepted, settled, told, rest } = streams(target, now, opening)
  const reading = opening.use(openPool(target, { connections: 4, statementMs: 5000 }))
  const looking = opening.use(openPool(target, { connections: 1, statementMs: 30_000 }))
  const chores = opening.use(openPool(target, { connections: 1, statementMs: 5000 }))
  const news = opening.use(openNews(target, chores, node, { touched, settingsChanged }))

  const one = <Args, Result>(
    write: (db: Db, args: Args, now: number) => Promise<Result>,
    args: Args,
  ): Promise<Result> => rest.call(each(write), args)
  /** `change` is the method and what it was given, for whoever follows the settings. */
  async function setting<Args>(
    write: (db: Db, args: Args) => Promise<void>,
    args: Args,
    change: SettingsChange,
  ) {
    await one(async (db) => {
      await write(db, args)
      await logChanges(db, [change])
    }, undefined)
    news.settingsChanged()
  }
  async function waking<Result extends Touched>(call: Promise<Result>): Promise<Result> {
    const result = await call
    news.touched(result.lanes)
    return result
  }
  // A step's result is what it decided.
  const step = <Result>(one: steps.Step<Result>, count: number, isNewWork = false) =>
    settled.call(settle, one, { weight: settling * count, isNewWork }) as Promise<Result>
  const bites: Bites = {
    replayOne: (id, at) => told.call(each(callbacks.replayOne), [id, at]),
    replaySome: (range, at) => told.call(each(callbacks.replaySome), [range, at], { weight: biteWeight }),
    resumeSome: (lane, at) => told.call(each(callbacks.resumeSome), [lane, at], { weight: biteWeight }),
  }
  const accept = accepting(node)
  const recordDlrs: Store['recordDlrs'] = (dlrs) => waking(step(steps.recordDlrs(dlrs), dlrs.length, true))
  opening.use(keepChores({ pool: chores, historyDays: target.historyDays, recordDlrs, now, failed }))
  const open = opening.move()

  return {
    accept: (mts, answer) =>
      waking(
        accepted
          .call(accept, { mts: mts.map(newMt), answer }, { weight: mts.length, isNewWork: true })
          .then((lanes) => ({ lanes: [...lanesOf(mts), ...lanes] })),
      ),
    answerOf: (integrationId, key) =>
      reading.read((db) => known.answerOf(db, { integrationId, key, now: now() })),
    dueMts: ({ lane }, at, limit) => reading.read((db) => due.dueMts(db, lane, at, limit)),
    expiredMts: ({ lane }, at, limit) => looking.read((db) => due.expiredMts(db, lane, at, limit)),
    openMts: (integrationId, besides) => looking.read((db) => due.openMts(db, integrationId, besides)),
    beginAttempts: (lease, mts, at) => step(steps.beginAttempts(lease, mts, at), mts.length / 2),
    recordOutcomes: (outcomes) => waking(step(steps.recordOutcomes(outcomes), outcomes.length)),
    postpone: (lease, later) => step(steps.postpone(lease, later), later.length / settling),

    recordDlrs,
    async recordMos(mos) {
      // They answer messages that an outcome named, which goes another way and may not be there yet.
      if (mos.some(isAnswer)) await settled.call(each(nothing), undefined)
      const load = { weight: settling * mos.length, isNewWork: true }
      return waking(rest.call(recordMos, mos, load))
    },
    dueFetches: ({ lane }, at, limit) => reading.read((db) => due.dueFetches(db, lane, at, limit)),
    recordFetches: (lease, results) =>
      waking(rest.call(each(recordFetches), { lease, results }, { weight: settling * results.length })),
    userOf: (alias) => reading.read((db) => known.userOf(db, alias)),

    dueCallbacks: ({ lane }, at, limit) => reading.read((db) => due.dueCallbacks(db, lane, at, limit)),
    recordCallbacks: (lease, results) =>
      told.call(callbacks.recordCallbacks, { lease, results }, { weight: results.length }),
    abandonCallbacks: (lease, sequences, at, why) =>
      told.call(each(callbacks.abandonCallbacks), { lease, sequences, at, why }),
    replayCallbacks: (which, at) => waking(replay(bites, which, at)),
    async resumeCallbacks(lane, at) {
      const answer = await resume(bites, lane, at)
      news.touched([lane])
      return answer
    },

    attend: (kind, node, forMs) => one(leases.attend, { kind, node, forMs }),
    dueLanes: (kind, at, node) => reading.read((db) => due.dueLanes(db, { kind, at, node })),
    lease: (lanes, node, leaseMs) => one(leases.lease, { lanes, node, leaseMs }),
    release: (which) => one(leases.release, which),

    putFile: (file) => rest.call(each(files.putFile), file, { isNewWork: true }),
    findFile: (id) => reading.read((db) => known.findFile(db, id)),
    expiredFiles: (at, limit) => looking.read((db) => known.expiredFiles(db, at, limit)),
    deleteFiles: (ids) => one(files.deleteFiles, ids),
    supplierFile: (fileId, sender, at) =>
      reading.read((db) => known.supplierFile(db, { fileId, sender, at })),
    putSupplierFile: (file) => one(files.putSupplierFile, file),
    forgetSupplierFile: (file) => one(files.forgetSupplierFile, file),

    findMt: (integrationId, id) => reading.read((db) => messages.findMt(db, integrationId, id)),
    life: (id) => looking.snapshot((db) => messages.life(db, id)),
    searchMts: (query) => looking.read((db) => searches.searchMts(db, query)),
    searchCallbacks: (query) => looking.read((db) => searches.searchCallbacks(db, query)),
    optOutsOf: (query) => looking.read((db) => known.optOutsOf(db, query)),
    optInsOf: (query) => looking.read((db) => known.optInsOf(db, query)),
    eventsAfter: (lane, after, limit) => looking.read((db) => messages.eventsAfter(db, lane, after, limit)),
    lanes: () => looking.read(due.lanes),
    pausedEndpoints: () => looking.read(due.pausedEndpoints),
    acceptedSince: (at) => looking.read((db) => messages.acceptedSince(db, at)),
    acceptedElsewhere: (since) => looking.read((db) => messages.acceptedElsewhere(db, since, node)),
    windowsSince: (at) => looking.read((db) => messages.windowsSince(db, at)),
    lastWrote: (integrationId, who) => reading.read((db) => messages.lastWrote(db, integrationId, who)),
    balanceOf: (integrationId) => reading.read((db) => known.balanceOf(db, integrationId)),
    time: () => reading.read(known.time),
    async probe() {
      await one(settings.putProbeAt, undefined)
      await reading.read(known.readProbe)
    },

    sealingKey: (owner) => reading.read((db) => known.sealingKey(db, owner)),
    putSealingKey: (owner, wrapped) => one(settings.putSealingKey, { owner, wrapped }),

    forgetSettingsChanges: () => one(forgetSettingsChanges, undefined),
    loadSettings: () => looking.snapshot(known.loadSettings),
    settingsAfter: (version) => looking.snapshot((db) => settingsAfter(db, version)),
    clockOffset: () => reading.read(known.clockOffset),
    ...changing(setting),

    [Symbol.asyncDispose]: () => open.disposeAsync(),
  }
}

const nothing = async () => {}
const isAnswer = ({ relatedSupplierId }: RecordedMo) => relatedSupplierId !== undefined

/** Migrations may take their time. */
async function prepare(target: Target) {
  await using pool = openPool(target, { connections: 1, statementMs: 15 * 60_000, isBeforeTables: true })
  try {
    await refuseHalfCopied(pool)
    await migrate(pool)
    await makeWeeks(pool, await pool.read(known.time))
  } catch (error) {
    cannotBeUsed(error)
  }
}

function streams(target: Target, now: () => number, parts: AsyncDisposableStack) {
  const stream = () => {
    const pool = parts.use(openPool(target, { connections: 1, statementMs: 5000 }))
    const calls = batches({ pool, now, waiting: waitingWeight })
    parts.defer(() => calls.close())
    return calls
  }
  return { accepted: stream(), settled: stream(), told: stream(), rest: stream() }
}

/** The lanes in which accepting these messages makes them due. */
const lanesOf = (mts: Mt[]) => [...new Set(mts.filter(({ dueAt }) => dueAt !== undefined).map(laneOf))]
