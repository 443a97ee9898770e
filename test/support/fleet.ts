import assert from 'node:assert/strict'
import { setTimeout as sleep } from 'node:timers/promises'
import { type Point, pointNames } from '../../packages/gateway/src/core/points.ts'
import { eventually } from './eventually.ts'
import { type Running, ready, start } from './processes.ts'
import type { Scope } from './receiver.ts'

export interface Node {
  port: number
  /** Undefined while it is gone. */
  running: Running | undefined
  isUp: boolean
  /** When it was started the last time. */
  since: number
  /** Where it kills itself. */
  point: Point | undefined
  /** Told to stop in order: 0 is how it may end. */
  isLeaving: boolean
  isFrozen: boolean
}

interface Setting {
  ports: number[]
  envOf(port: number): Record<string, string>
  /** Whether one that was started then may end with 1: it was without its database. */
  mayFail(since: number): boolean
}

const longestAwayMs = 3000

/** Several gateways, each of which is started again when it has ended, as by whatever an operator has for that. */
export function fleet(t: Scope, { ports, envOf, mayFail }: Setting) {
  const nodes = ports.map(
    (port): Node => ({
      port,
      running: undefined,
      isUp: false,
      since: 0,
      point: undefined,
      isLeaving: false,
      isFrozen: false,
    }),
  )
  const oddEnds: string[] = []
  let kills = 0
  let closing = false
  /** Every other node kills itself at a point of its road, and all take a while until they are back. */
  let isWild = false

  async function keep(node: Node) {
    for (; !closing; await sleep(isWild ? Math.random() * longestAwayMs : 0)) await live(node)
  }

  /** One life of a node, from its start to its end. */
  async function live(node: Node) {
    const since = performance.now()
    const point = isWild && Math.random() < 0.5 ? any(pointNames) : undefined
    const env = {
      ...envOf(node.port),
      ...(point && { KILL_AT: `${point}:${1 + Math.floor(Math.random() * 20)}` }),
    }
    const imports = point ? ['test/support/kill-at.ts'] : []
    const running = start('packages/gateway/src/main.ts', ['serve'], env, imports)
    Object.assign(node, { running, point, since, isUp: false, isLeaving: false, isFrozen: false })
    const url = `http://127.0.0.1:${node.port}`
    const up = ready(url, running).then(
      () => (node.isUp = node.running === running),
      () => {},
    )
    const end = await running.ended
    Object.assign(node, { running: undefined, isUp: false })
    if (end === 'SIGKILL') kills++
    else if (!(end === 0 && node.isLeaving) && !(end === 1 && mayFail(since)))
      oddEnds.push(`${end}: ${running.output()}`)
    await up
  }

  const free = () => nodes.filter(({ isUp, isLeaving, isFrozen }) => isUp && !isLeaving && !isFrozen)
  const lives: Promise<void>[] = []
  const areUp = () => eventually(async () => nodes.every(({ isUp }) => isUp), 'all nodes are up', 60_000)
  t.after(async () => {
    closing = true
    for (const { running } of nodes) running?.child.kill('SIGKILL')
    await Promise.all(lives)
  })
  return {
    nodes,
    mayFail,
    kills: () => kills,
    async start() {
      lives.push(...nodes.map(keep))
      await areUp()
    },
    /** A node that nothing else is being done to. */
    anyUp: () => any(free()),
    /** Those to which nothing is being done, not even by themselves. */
    unharmed: () => free().filter(({ point }) => !point),
    /** Enough to do something to. */
    someUp: () => eventually(async () => free().length > 1, 'two nodes are up', 60_000),
    areUp,
    rage() {
      isWild = true
    },
    /** All are there to stay. Whatever waits for its point does not live to see it. */
    async calm() {
      isWild = false
      for (const { running, point } of nodes) if (point) running?.child.kill('SIGKILL')
      await eventually(
        async () => nodes.every(({ isUp, point }) => isUp && !point),
        'all nodes are up',
        60_000,
      )
      assert.deepEqual(oddEnds, [], 'nodes end when they are told to, or killed')
    },
  }
}

export type Fleet = ReturnType<typeof fleet>

export const any = <T>(list: readonly T[]): T | undefined => list[Math.floor(Math.random() * list.length)]
