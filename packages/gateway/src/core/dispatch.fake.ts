import assert from 'node:assert/strict'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { TestContext } from 'node:test'
import { setTimeout as pause } from 'node:timers/promises'
import { openStore } from '../store/index.ts'
import { scene } from '../store/suite/scene.ts'
import { type Dispatching, dispatch } from './dispatch.ts'
import { sealText } from './envelope.ts'
import type { Integration } from './integration.ts'
import { wrappingKeys } from './keys.fake.ts'
import type { Mt, Outcome } from './message.ts'
import { type ReportedFault, type Store, StoreUnavailable } from './store.ts'
import type { Supplier } from './supplier.ts'

/** A lane on a real store, with a supplier that answers as the test wants. */
export async function lane(t: TestContext, { freshMs = 5000 } = {}) {
  const folder = await mkdtemp(join(tmpdir(), 'waypost-dispatch-'))
  t.after(() => rm(folder, { recursive: true, force: true }))
  const clock = { at: Date.now() }
  const store = await openStore(`sqlite:${folder}/ledger.db`, { now: () => clock.at })
  t.after(() => store[Symbol.asyncDispose]())
  const own = scene({ store, clock })

  const keys = wrappingKeys()
  const holds: string[] = []
  const sends: Mt[] = []
  const sentAt: number[] = []
  let noteMs = 0
  const moved: { mtId: string; dueAt: number }[] = []
  let failures = 0
  let answer = async (): Promise<Outcome> => ({ type: 'sent', supplierIds: [`wamid.${sends.length}`] })
  let prepare: Supplier['prepare']
  const settings = {
    // All that is read of it.
    integration: {
      id: own.integrationId,
      active: true,
      encryption: { mtKey: 'mt', moKey: 'mo' },
      whatsapp: { active: true, from: own.from },
    } as Integration,
    others: new Map<string, Integration>(),
    notOnChannel: '',
  }
  const watched: Pick<Store, keyof Dispatching['store']> = {
    dueMts: store.dueMts,
    expiredMts: store.expiredMts,
    async beginAttempts(...begun) {
      const attempts = await store.beginAttempts(...begun)
      if (noteMs > 0) await pause(noteMs)
      noteMs = 0
      return attempts
    },
    recordOutcomes: store.recordOutcomes,
    postpone(lease, later) {
      if (failures-- > 0) return Promise.reject(new StoreUnavailable('full'))
      moved.push(...later)
      return store.postpone(lease, later)
    },
  }
  const silent = () => {}
  const work = dispatch(
    {
      store: watched,
      directory: {
        template: () => undefined,
        integration: (id) => (id === own.integrationId ? settings.integration : settings.others.get(id)),
        ownerOf: () => (settings.integration.whatsapp ? settings.integration : undefined),
        optOut: () => undefined,
        pin: (integrationId, to) =>
          to === settings.notOnChannel ? { integrationId, number: to, outcome: 'not_on_channel' } : undefined,
        onChange: silent,
      },
      supplierOf: () => ({
        carries: new Set(['text']),
        messagesPerSecond: 80,
        pairLimit: true,
        ...(prepare && { prepare }),
        send(mt) {
          sends.push(mt)
          sentAt.push(performance.now())
          return answer()
        },
      }),
      lanes: { wake: silent },
      keys,
      events: {
        mtAttempted: silent,
        mtExpired: silent,
        mtStopped: silent,
        laneHeld: (lane) => void holds.push(lane),
        storeFailed: silent,
        storeWrote: silent,
        bug: (_where, error) => assert.fail(String(error)),
      },
      now: () => clock.at,
      random: () => 0.5,
    },
    { lookMs: 20, freshMs },
  )

  /** Serves the lane, as often as it falls idle, until something is so. */
  async function until(isSo: () => Promise<boolean>) {
    const stop = new AbortController()
    const deadline = performance.now() + 10_000
    const lease = await own.take('node', 60_000)
    const serving = (async () => {
      while (!stop.signal.aborted) {
        await work.serve(lease, stop.signal).catch((error) => assert.ok(error instanceof StoreUnavailable))
        await new Promise((resolve) => setTimeout(resolve, 5))
      }
    })()
    try {
      while (!(await isSo())) {
        assert.ok(performance.now() < deadline, 'it did not come about')
        await new Promise((resolve) => setTimeout(resolve, 5))
      }
    } finally {
      stop.abort()
      keys.giveUp()
      await serving
      await work.drained()
    }
  }

  /** A text as its client seals it. */
  async function sealed(body: string): Promise<Partial<Mt>> {
    const { key, wrapped } = await keys.make('mt')
    return { content: { type: 'text', text: { body: sealText(key, body) } }, encryptionKey: wrapped }
  }

  return {
    ...own,
    settings,
    holds,
    sealed,
    keys,
    sends,
    sentAt,
    moved,
    /** So long the ledger takes to note the next attempts. */
    noteSlowly(ms: number) {
      noteMs = ms
    },
    answerWith(next: typeof answer) {
      answer = next
    },
    warn(fault: Partial<ReportedFault> & Pick<ReportedFault, 'retry'>) {
      const { integrationId, lane } = own
      work.warn([{ integrationId, lane, to: '27821234567', attempts: 1, ...fault }])
    },
    prepareWith(next: NonNullable<Supplier['prepare']>) {
      prepare = next
    },
    busy: () => work.isBusy?.(own.lane),
    failPostponing(times: number) {
      failures = times
    },
    served: { until },
  }
}
