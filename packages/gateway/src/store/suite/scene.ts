import assert from 'node:assert/strict'
import type { StatusName } from '@waypost/protocol'
import { type Endpoint, endpointLane } from '../../core/endpoint.ts'
import { idMaker } from '../../core/ids.ts'
import type { Integration } from '../../core/integration.ts'
import { type Dlr, type Mo, type Mt, nameOf } from '../../core/message.ts'
import {
  type Callback,
  type Lease,
  laneOf,
  type RecordedDlr,
  type RecordedOutcome,
  type Store,
  type TakenLease,
} from '../../core/store.ts'

/** What a suite's tests share: one store, whose business clock they turn, and ids that none of them uses twice. */
export interface Stage {
  readonly store: Store
  readonly clock: { at: number }
}

const newId = idMaker()
let scenes = 0

/** One integration with one sender, and short words for what happens to its messages. */
export function scene({ store, clock }: Stage) {
  const number = ++scenes
  const integrationId = newId()
  const from = `2799${String(number).padStart(7, '0')}`
  const lane = laneOf({ channel: 'whatsapp', from })

  const mt = (changes: Partial<Mt> = {}): Mt => ({
    id: newId(),
    integrationId,
    channel: 'whatsapp',
    from,
    to: '27821234567',
    content: { type: 'text', text: { body: 'Hello' } },
    generation: 'one',
    priority: 1,
    acceptedAt: clock.at,
    dueAt: clock.at,
    expiresAt: clock.at + 24 * hourMs,
    status: 'accepted',
    statusAt: clock.at,
    attempts: 0,
    uncertain: false,
    onUncertain: 'resend',
    uncertainWaitMs: 60_000,
    ...changes,
  })

  /** A message that waits for nothing. */
  const refused = (status: StatusName): Mt => {
    const { dueAt: _, ...rest } = mt({ status })
    return rest
  }

  const mo = (changes: Partial<Mo> = {}): Mo => ({
    id: newId(),
    integrationId,
    channel: 'whatsapp',
    supplierId: `wamid.${newId()}`,
    from: '27821234567',
    to: from,
    content: { type: 'text', text: { body: 'Hi' } },
    at: clock.at,
    ...changes,
  })

  async function accept(...changes: Partial<Mt>[]): Promise<Mt[]> {
    const mts = changes.map(mt)
    await store.accept(mts)
    return mts
  }

  /** Takes the lane from whoever has it: a lease of no length is over at once. */
  async function take(node = 'node', leaseMs = 0, what = lane): Promise<TakenLease> {
    const [lease] = await store.lease([what], node, leaseMs)
    assert.ok(lease, `${what} is served by another node`)
    return lease
  }

  const begin = async (lease: Lease, ...mts: Mt[]) => store.beginAttempts(lease, mts.map(nameOf), clock.at)

  const outcome = (mt: Mt, attempt: number, settled: RecordedOutcome['settled']) =>
    store.recordOutcomes([{ ...nameOf(mt), attempt, at: clock.at, settled }])

  const report = (changes: Partial<RecordedDlr> & Pick<Dlr, 'report'>): RecordedDlr => ({
    integrationId,
    supplierId: `wamid.${newId()}`,
    status: changes.report.type === 'failed' ? changes.report.status : changes.report.type,
    random: 0.5,
    at: clock.at,
    ...changes,
  })

  /** An accepted message whose first attempt is under way. */
  async function underWay(changes: Partial<Mt> = {}) {
    const [mt] = await accept(changes)
    assert.ok(mt)
    const lease = await take()
    assert.equal((await begin(lease, mt)).get(mt.id), 1)
    return { mt, lease }
  }

  /** A message that the supplier took, under the id that is answered with it. */
  async function sent(changes: Partial<Mt> = {}) {
    const { mt, lease } = await underWay(changes)
    const supplierId = `wamid.${mt.id}`
    await outcome(mt, 1, { type: 'sent', supplierIds: [supplierId], status: 'sent' })
    return { mt, lease, supplierId }
  }

  async function find(mt: Mt): Promise<Mt> {
    const found = await store.findMt(integrationId, mt.id)
    assert.ok(found, `${mt.id} is gone`)
    return found
  }

  const due = async (at = clock.at, limit = 100) =>
    (await store.dueMts({ lane, fence: 0 }, at, limit)).map(({ id }) => id)

  const endpoint = (name: Endpoint) => endpointLane(integrationId, name)

  const events = (name: Endpoint): Promise<Callback[]> => store.eventsAfter(endpoint(name), 0, 10_000)

  /** The statuses that the business was told of a message, in order. */
  async function told(mt: Mt): Promise<StatusName[]> {
    const callbacks = await events('status')
    return callbacks.flatMap(({ event, messageId }) =>
      messageId === mt.id && event.type === 'status' ? [event.status] : [],
    )
  }

  return {
    store,
    clock,
    integrationId,
    from,
    lane,
    endpoint,
    mt,
    refused,
    mo,
    accept,
    take,
    begin,
    outcome,
    report,
    underWay,
    sent,
    find,
    due,
    events,
    told,
  }
}

export type Scene = ReturnType<typeof scene>

export const hourMs = 60 * 60 * 1000

export const ids = (mts: { id: string }[]): string[] => mts.map(({ id }) => id)

/** Settings that differ from every default. */
export const integrationOf = (id: string): Integration => ({
  id,
  name: 'Acme',
  generation: 'one',
  active: true,
  mode: 'production',
  requireOptIn: true,
  refuseOutsideWindow: true,
  demoExpiresAt: null,
  whatsapp: null,
  callbacks: {
    messageUrl: 'https://acme.example/mo',
    statusUrl: null,
    generation: 'one',
    basicAuth: null,
    inlineMedia: false,
    misspeltLatitude: false,
  },
  shadowCallbacks: null,
  allowedIps: ['10.0.0.0/8'],
  limits: { requestsPerSecond: null, perDay: 10, perMonth: null },
  balance: { currency: 'ZAR', amount: 12.5, prices: { message: 0.1, template: 0.2 } },
  onUncertain: 'hold',
  uncertainWaitMs: 1000,
  ordered: true,
  words: { stop: { en: ['STOP'] }, start: {} },
  signingSecret: 'whsec_dGVzdA==',
})
