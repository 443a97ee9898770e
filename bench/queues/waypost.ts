import { randomBytes } from 'node:crypto'
import { endpointLane } from '../../packages/gateway/src/core/endpoint.ts'
import { idMaker } from '../../packages/gateway/src/core/ids.ts'
import { type Mt, type MtName, nameOf } from '../../packages/gateway/src/core/message.ts'
import { laneOf, type RecordedOutcome, type TakenLease } from '../../packages/gateway/src/core/store.ts'
import { openStore } from '../../packages/gateway/src/store/index.ts'
import { databaseUrl, jobOf, lanes, serveQueue } from './queue.ts'

const hourMs = 60 * 60_000
const store = await openStore(databaseUrl)
let acceptedAt = 0
const newId = idMaker(() => acceptedAt)
const senders = Array.from({ length: lanes }, (_, i) => jobOf(i).from)
const integrationOf = new Map(senders.map((from, i) => [from, (i + 1).toString(16).padStart(32, '0')]))
const leases = await store.lease(
  senders.map((from) => laneOf({ channel: 'whatsapp', from })),
  'bench',
  24 * hourMs,
)
let made = 0

function nextMt(): Mt {
  const job = jobOf(made++)
  acceptedAt = Date.now()
  return {
    ...job,
    id: newId(),
    integrationId: integrationOf.get(job.from) ?? '',
    channel: 'whatsapp',
    generation: 'one',
    priority: 1,
    acceptedAt,
    dueAt: acceptedAt,
    expiresAt: acceptedAt + 24 * hourMs,
    status: 'accepted',
    statusAt: acceptedAt,
    attempts: 0,
    uncertain: false,
    onUncertain: 'resend',
    uncertainWaitMs: 60_000,
  }
}

async function add(jobs: number): Promise<Mt[]> {
  const mts = Array.from({ length: jobs }, nextMt)
  // The messages of one call are of one integration.
  await Promise.all([...Map.groupBy(mts, ({ from }) => from).values()].map((some) => store.accept(some)))
  return mts
}

/** As long as Meta's. */
const newSupplierId = () => `wamid.HBgLMjc4MjEyMzQ1NjcV${randomBytes(16).toString('hex')}`

/** As `core/dispatch.ts` takes messages through a lane, with a supplier that answers at once. */
async function send(lease: TakenLease, mts: Mt[]): Promise<number> {
  const attempts = await store.beginAttempts(lease, mts.map(nameOf), Date.now())
  await Promise.all(mts.map((mt) => store.recordOutcomes([sent(nameOf(mt), attempts.get(mt.id) ?? 0)])))
  return attempts.size
}

const sent = (name: MtName, attempt: number): RecordedOutcome => ({
  ...name,
  attempt,
  at: Date.now(),
  settled: { type: 'sent', supplierIds: [newSupplierId()], status: 'sent' },
})

async function finishIn(lease: TakenLease, jobs: number, page: number): Promise<number> {
  let finished = 0
  while (finished < jobs) {
    const due = await store.dueMts(lease, Date.now(), Math.min(page, jobs - finished))
    if (due.length === 0) return finished
    finished += await send(lease, due)
  }
  return finished
}

async function finish(jobs: number, page: number): Promise<number> {
  const each = Math.ceil(jobs / leases.length)
  const finished = await Promise.all(leases.map((lease) => finishIn(lease, each, page)))
  return finished.reduce((sum, of) => sum + of, 0)
}

/** Delivered, and told of: nothing waits for it any more. */
async function exemplify(jobs: number) {
  const mts = await add(jobs)
  await finish(jobs, jobs)
  const supplierIds = await Promise.all(mts.map(async ({ id }) => (await store.life(id))?.supplierIds[0]))
  await store.recordDlrs(
    mts.map(({ id, integrationId }, i) => ({
      integrationId,
      supplierId: supplierIds[i] ?? '',
      messageId: id,
      report: { type: 'delivered' },
      status: 'delivered',
      at: Date.now(),
      random: 0,
    })),
  )
  const told = await store.lease(
    [...integrationOf.values()].map((id) => endpointLane(id, 'status')),
    'bench',
    hourMs,
  )
  for (const lease of told) {
    const events = await store.dueCallbacks(lease, Date.now(), 2 * jobs)
    const at = Date.now()
    await store.recordCallbacks(
      lease,
      events.map(({ id, sequence }) => ({ id, sequence, at, httpStatus: 204, next: { state: 'delivered' } })),
    )
  }
}

serveQueue({ add: async (jobs) => void (await add(jobs)), exemplify, finish })
