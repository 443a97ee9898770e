import assert from 'node:assert/strict'
import { setTimeout as sleep } from 'node:timers/promises'
import { eventually } from './eventually.ts'
import { any, type Fleet } from './fleet.ts'

interface Scene {
  fleet: Fleet
  /** Who serves which lane, by the admin API. */
  lanes(): Promise<{ lane: string; kind: string; node: string | null }[]>
  /** Kills the database and starts it again. */
  loseDatabase(): Promise<void>
}

/** Leases last 15 s of the database's time. */
const leaseMs = 15_000
/** So often among so many kills a node is frozen for longer than its lease, and the database killed. */
const rareEvery = 25

/** Kills nodes, and does worse to them, until there were so many kills. Answers how often it did what. */
export async function havoc(scene: Scene, kills: number) {
  const { fleet } = scene
  const done = { stopped: 0, frozen: 0, databases: 0 }
  const before = fleet.kills()
  const killed = () => fleet.kills() - before
  let frozen: Promise<void> | undefined
  await fleet.areUp()
  fleet.rage()
  while (killed() < kills) {
    if (!frozen && killed() >= done.frozen * rareEvery)
      frozen = freeze(scene).then((didIt) => {
        if (didIt) done.frozen++
        frozen = undefined
      })
    if (killed() >= 5 + done.databases * rareEvery) {
      done.databases++
      await scene.loseDatabase()
    }
    if (await any(acts)?.(scene)) done.stopped++
    await sleep(200 + Math.random() * 1000)
    await fleet.someUp()
  }
  await frozen
  return { ...done, killed: killed() }
}

/** Each as often as it is here. Answers whether a node was stopped in order. */
const acts: ((scene: Scene) => Promise<boolean>)[] = [
  killOne,
  killOne,
  killServing,
  killServing,
  killTwo,
  stop,
]

async function killOne({ fleet }: Scene) {
  fleet.anyUp()?.running?.child.kill('SIGKILL')
  return false
}

async function killServing(scene: Scene) {
  const node = await serving(scene)
  node?.running?.child.kill('SIGKILL')
  return false
}

async function killTwo(scene: Scene) {
  await killOne(scene)
  return killOne(scene)
}

/** Stopped in order, it leaves its lanes to the others, and nothing under way in them. */
export async function stop({ fleet, lanes }: Pick<Scene, 'fleet' | 'lanes'>): Promise<boolean> {
  const node = any(fleet.unharmed())
  if (!node?.running) return false
  const { child, ended, output } = node.running
  node.isLeaving = true
  child.kill('SIGTERM')
  const end = await ended
  // What it was about when the database was lost may take longer than a stop has.
  if (end === 1 && fleet.mayFail(node.since)) return false
  assert.equal(end, 0, output())
  assert.deepEqual(
    await servedBy(child.pid, lanes),
    [],
    'a node that stopped in order serves nothing any more',
  )
  return true
}

/** Frozen until others have its lanes, it finds on waking that it has lost them. Answers whether there was one to freeze. */
async function freeze(scene: Scene): Promise<boolean> {
  const node = await serving(scene)
  const running = node?.running
  if (!node || !running) return false
  node.isFrozen = true
  running.child.kill('SIGSTOP')
  const before = running.output().length
  await sleep(leaseMs)
  const isForgotten = async () => (await servedBy(running.child.pid, scene.lanes)).length === 0
  await eventually(isForgotten, 'others have its lanes', 60_000)
  running.child.kill('SIGCONT')
  const hasNoticed = async () => running.output().slice(before).includes('lane.lost')
  await eventually(hasNoticed, 'who woke lost its lanes', 60_000)
  node.isFrozen = false
  return true
}

/** One that serves senders: with few of them not all nodes do. */
async function serving({ fleet, lanes }: Scene) {
  const names = (await lanes()).filter(({ kind }) => kind === 'mt').map(({ node }) => node)
  return any(
    fleet.unharmed().filter(({ running }) => names.some((name) => name?.includes(`:${running?.child.pid}:`))),
  )
}

/** The lanes of senders that a process serves. */
async function servedBy(pid: number | undefined, lanes: Scene['lanes']): Promise<string[]> {
  const all = await lanes()
  return all.filter(({ kind, node }) => kind === 'mt' && node?.includes(`:${pid}:`)).map(({ lane }) => lane)
}
