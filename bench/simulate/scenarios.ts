import { spreadOf } from '../statistics.ts'
import { type Fleet, openFleet, skewed } from './fleet.ts'
import type { Link } from './ledger.ts'
import type { VirtualTime } from './virtual-time.ts'

export interface Scenario {
  title: string
  /** What was seen, a line each. */
  run(time: VirtualTime): Promise<string[]>
}

const secondMs = 1000
const minuteMs = 60 * secondMs
const senders = skewed(400, 2000)
const nodes = 4

/** A link that breaks for as long, and what follows. */
const broken = (link: Link, forMs: number): Scenario => ({
  title: `the way from one node to the database is ${link} for ${forMs / secondMs} s`,
  async run(time) {
    const fleet = openFleet(time, senders, nodes)
    await time.pass(minuteMs)
    const [victim] = fleet.nodes
    if (!victim) return []
    const silences = fleet.silences(victim)
    victim.link = link
    await time.pass(forMs)
    victim.link = 'up'
    await time.pass(2 * minuteMs)
    return [takenOver(silences), ...kept(fleet)]
  },
})

export const scenarios: Record<string, Scenario> = {
  steady: {
    title: 'nothing goes wrong for ten minutes',
    async run(time) {
      const fleet = openFleet(time, senders, nodes)
      await time.pass(10 * minuteMs)
      return [shares(fleet), ...kept(fleet)]
    },
  },
  joining: {
    title: 'one node alone, and after a minute three more',
    async run(time) {
      const fleet = openFleet(time, senders, 1)
      await time.pass(minuteMs)
      while (fleet.nodes.length < nodes) fleet.start()
      await time.pass(minuteMs)
      fleet.sentByNode()
      await time.pass(minuteMs)
      return [`a minute later: ${shares(fleet)}`, ...kept(fleet)]
    },
  },
  kills: {
    title: 'a node dies every minute, and another starts; twenty times',
    async run(time) {
      const fleet = openFleet(time, senders, nodes)
      const silences: number[] = []
      for (let round = 0; round < 20; round++) {
        await time.pass(minuteMs / 2)
        const victim = fleet.nodes.shift()
        const seen = victim ? fleet.silences(victim) : []
        victim?.die()
        fleet.start()
        await time.pass(minuteMs / 2)
        silences.push(...seen)
      }
      return [takenOver(silences), ...kept(fleet)]
    },
  },
  rolling: {
    title: 'every node is stopped in order and started again, one after another',
    async run(time) {
      const fleet = openFleet(time, senders, nodes)
      const silences: number[] = []
      for (let i = 0; i < nodes; i++) {
        await time.pass(minuteMs / 2)
        const leaving = fleet.nodes.shift()
        const seen = leaving ? fleet.silences(leaving) : []
        const stopped = leaving?.stop()
        await time.pass(5 * secondMs)
        await stopped
        fleet.start()
        await time.pass(minuteMs / 2)
        silences.push(...seen)
      }
      return [takenOver(silences), ...kept(fleet)]
    },
  },
  cut: broken('cut', 40 * secondMs),
  'half-open': broken('half-open', 40 * secondMs),
  blink: broken('cut', 3 * secondMs),
}

const takenOver = (silences: number[]): string => {
  if (silences.length === 0) return 'no busy lane was held there'
  const { median, most } = spreadOf(silences)
  return `${silences.length} busy lanes were silent for ${inSeconds(median)} in the middle, ${inSeconds(most)} at most`
}

function shares(fleet: Fleet): string {
  const sent = fleet.sentByNode()
  const all = [...sent.values()].reduce((sum, count) => sum + count, 0)
  const parts = fleet.nodes.map(({ name }) => `${Math.round((100 * (sent.get(name) ?? 0)) / all)} %`)
  return `sent by the nodes: ${parts.join(', ')}`
}

/** What has to hold whatever happens. */
function kept({ ledger, mostInASecond }: Fleet): string[] {
  const { begun, uncertain, refused, waiting } = ledger.totals()
  return [
    `begun ${begun}, uncertain ${uncertain}, refused by a fence ${refused}, waiting at the end ${waiting}`,
    `no sender above ${Math.round(100 * mostInASecond())} % of its rate in any second`,
  ]
}

const inSeconds = (ms: number) => `${(ms / secondMs).toFixed(1)} s`
