import assert from 'node:assert/strict'
import { test } from 'node:test'
import { closest, outOfOrder } from '../support/arrived.ts'
import { crowd } from '../support/crowd.ts'
import { openStage } from '../support/fleet-stage.ts'
import { havoc, stop } from '../support/havoc.ts'
import { killsAsked } from '../support/kills.ts'
import { agree, arrivals, compare, figuresOf, isMarked, settled, type World } from '../support/ledgers.ts'
import type { Scope } from '../support/receiver.ts'
import { transit } from '../support/transit.ts'

/**
 * Four gateways on one PostgreSQL, behind one port, are killed, stopped, frozen and started again by chance, and the
 * database is killed with them. What holds of one gateway (`kills.test.ts`) holds of them together; besides, no sender is
 * ever faster than it may be, and conversations keep their order where that is asked for.
 */
const kills = killsAsked(15)
const nodes = 4
const messagesPerSecond = 20

/**
 * What leaves within its rate in every second arrives within it in every span that is shorter by what the first of it was
 * late. How late that may be is measured, as ten processes share what may be two cores; this is for what a node itself
 * needs from reckoning to sending.
 */
const sendingMs = 200

/** Every other one wants its conversations in order. */
const senders = Array.from({ length: 6 }, (_, i) => ({
  id: String(i + 1).padStart(32, '0'),
  key: Buffer.from(`the key of sender ${i + 1}`).toString('base64'),
  number: `279990010${i + 1}`,
  ordered: i % 2 === 0,
  messagesPerSecond,
}))

const phonesOf = (i: number) => Array.from({ length: 10 }, (_, phone) => `27999${100_000 + 100 * i + phone}`)

test(`${kills} kills of ${nodes} nodes on PostgreSQL lose nothing`, async (t) => {
  const opened = new AsyncDisposableStack()
  t.after(() => opened.disposeAsync())
  // The other way round than a test's own: whoever was there first goes last.
  const scope: Scope = { after: (undo) => opened.defer(async () => void (await undo())) }
  const stage = await openStage(scope, { nodes, senders })
  const onTheWay = transit(scope, stage.sandboxUrl)
  const parties = stage.businesses.map(({ sender, received: { calls } }, i) => {
    const business = { ...sender, phones: phonesOf(i) }
    const load = crowd({
      ...stage,
      business,
      clients: 4,
      people: { count: 1, pauseMs: 400 },
      // More than may go in a second, and no more than may go soon after a long silence.
      waiting: { most: 3 * messagesPerSecond, hasArrived: arrivals(calls) },
    })
    scope.after(() => load.abandon())
    return { load, ledgers: { ...business, calls, accepted: load.accepted, said: load.said } }
  })

  for (let stopped = 0; stopped < 2; stopped++) {
    await stop(stage)
    await stage.fleet.areUp()
  }
  assert.deepEqual(await uncertain(stage), [], 'who stops in order leaves nothing uncertain')

  const done = await havoc(stage, kills)
  await stage.fleet.calm()
  await Promise.all(parties.map(({ load }) => load.finish()))
  const all = parties.map(({ ledgers }) => ledgers)
  await settled(stage, all)
  const compared = await Promise.all(
    all.map(async (ledgers) => ({ ledgers, findings: await compare(stage, ledgers) })),
  )
  const fastest = compared
    .map(({ findings }) => closest(messagesPerSecond + 1, findings.shown, onTheWay.longestAround))
    .reduce((one, other) => (spanOf(other) < spanOf(one) ? other : one))
  t.diagnostic(
    `${done.killed} kills, ${(await stage.killedAt()).length} of them at a point · ${done.stopped} stops in order, ` +
      `${done.frozen} frozen beyond the lease, ${done.databases} kills of the database · ${figuresOf(compared)} · ` +
      `${messagesPerSecond + 1} messages of a sender took ${fastest.withinMs} ms at least, the first of them up to ${fastest.lateMs} ms late`,
  )
  for (const { ledgers, findings } of compared) {
    await agree(ledgers, findings)
    if (ledgers.ordered) assert.deepEqual(outOfOrder(findings.shown), [], 'shown after what came later')
  }
  assert.ok(spanOf(fastest) + sendingMs >= 1000, `faster than it may be: ${fastest.texts.join(', ')}`)
  assert.ok(done.frozen > 0, 'a node was frozen')
  assert.ok(done.databases > 0 || kills < 5, 'the database was killed')
})

const spanOf = ({ withinMs, lateMs }: ReturnType<typeof closest>) => withinMs + lateMs

/** The messages of which nobody knows, or knew, what became of an attempt. */
async function uncertain({ admin }: World): Promise<string[]> {
  const ids: string[] = []
  for (let cursor: string | null = ''; cursor !== null; ) {
    const page = (await admin(`/admin/messages?limit=200${cursor && `&cursor=${cursor}`}`)) as Page
    ids.push(...page.items.filter((mt) => mt.uncertain || mt.attemptCount > 1).map(({ id }) => id))
    cursor = page.nextCursor
  }
  const lives = await Promise.all(ids.map(async (id) => ({ id, marked: await isMarked(admin, id) })))
  return lives.filter(({ marked }) => marked).map(({ id }) => id)
}

/** The contract of a search. */
interface Page {
  items: { id: string; attemptCount: number; uncertain: boolean }[]
  nextCursor: string | null
}
