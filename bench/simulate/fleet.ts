import { type Ledger, openLedger, type Sender } from './ledger.ts'
import { type Node, startNode } from './node.ts'
import type { VirtualTime } from './virtual-time.ts'

/** Some nodes on one database, and what they were seen to do. */
export interface Fleet {
  ledger: Ledger
  nodes: Node[]
  start(): void
  /** What each node sent since the last call. */
  sentByNode(): Map<string, number>
  /** How long each busy lane of a node is silent from now on: an entry as soon as it sends again. */
  silences(node: Node): number[]
  /** The most that any sender sent in one second, as a share of what it may. */
  mostInASecond(): number
}

export function openFleet(time: VirtualTime, senders: Sender[], count: number): Fleet {
  const ledger = openLedger(time, senders)
  const known = new Map(senders.map((sender) => [sender.name, sender]))
  const rateOf = (lane: string) => known.get(lane)?.messagesPerSecond ?? 1
  const isBusy = (lane: string) => (known.get(lane)?.wantedPerSecond ?? 0) >= 1
  const silent = new Map<string, { since: number; into: number[] }>()
  const lastSecond = new Map<string, { at: number; count: number }[]>()
  let sent = new Map<string, number>()
  let most = 0
  let started = 0
  const nodes: Node[] = []

  function saw(node: string, lane: string, count: number) {
    const at = time.now()
    sent.set(node, (sent.get(node) ?? 0) + count)
    const silence = silent.get(lane)
    silent.delete(lane)
    silence?.into.push(at - silence.since)
    const second = [...(lastSecond.get(lane) ?? []).filter((one) => one.at > at - 1000), { at, count }]
    lastSecond.set(lane, second)
    most = Math.max(most, second.reduce((sum, { count }) => sum + count, 0) / rateOf(lane))
  }

  const start = () => void nodes.push(startNode(time, `node ${++started}`, { ledger, rateOf, sent: saw }))
  for (let i = 0; i < count; i++) start()

  // Requests come to any node: it is woken by what it accepted.
  const random = fixedRandom()
  setInterval(() => {
    for (const lane of ledger.unserved()) nodes[Math.floor(random() * nodes.length)]?.wake(lane)
  }, requestsEveryMs)

  return {
    ledger,
    nodes,
    start,
    sentByNode() {
      const before = sent
      sent = new Map()
      return before
    },
    silences({ name }) {
      const into: number[] = []
      for (const lane of ledger.heldBy(name).filter(isBusy)) silent.set(lane, { since: time.now(), into })
      return into
    },
    mostInASecond: () => most,
  }
}

const requestsEveryMs = 20

/** The same numbers in every run (Park and Miller's). */
function fixedRandom() {
  let seed = 1
  return () => {
    seed = (seed * 48_271) % 2_147_483_647
    return seed / 2_147_483_647
  }
}

/**
 * A few send much, most send little: the n-th wants an n-th of what the first wants. The first five want more than they
 * may. Their names tell nothing of it.
 */
export function skewed(count: number, totalPerSecond: number): Sender[] {
  const weights = Array.from({ length: count }, (_, i) => 1 / (i + 1))
  const sum = weights.reduce((total, weight) => total + weight, 0)
  return weights
    .map((weight, i) => {
      const wantedPerSecond = (totalPerSecond * weight) / sum
      const messagesPerSecond = i < 5 ? Math.floor(wantedPerSecond * 0.9) : 80
      return {
        name: `whatsapp:2799${String((i * 7919) % 1_000_000).padStart(7, '0')}`,
        wantedPerSecond,
        messagesPerSecond,
      }
    })
    .toSorted((a, b) => a.name.localeCompare(b.name))
}
