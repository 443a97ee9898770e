import { once } from 'node:events'
import { type AddressInfo, connect, createServer, type Socket } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Scope } from './receiver.ts'

const checkEveryMs = 250
const answerWithinMs = 1000

/**
 * What an operator has before several nodes: one port, from which each connection leads to a node that takes it, in turn.
 * A node that is there and does not answer gets no more connections and loses those that it has.
 */
export async function balancer(t: Scope) {
  const nodes: Node[] = []
  let last = 0
  let closed = false

  /** Whoever does not listen refuses at once: then the next one. */
  function lead(near: Socket, tries = nodes.length) {
    const node = nodes[++last % nodes.length]
    if (!node || tries === 0) near.destroy()
    else if (node.isSilent) lead(near, tries - 1)
    else reach(node, near, () => lead(near, tries - 1))
  }

  async function check(node: Node) {
    while (!closed) {
      node.isSilent = !(await answers(node.port))
      if (node.isSilent) for (const far of node.open) far.destroy()
      await sleep(checkEveryMs)
    }
  }

  const server = createServer((near) => {
    near.on('error', () => near.destroy())
    lead(near)
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  let checking: Promise<void>[] = []
  t.after(async () => {
    closed = true
    server.close()
    for (const { open } of nodes) for (const far of open) far.destroy()
    await Promise.all(checking)
  })
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, // it listens on TCP
    lead(ports: number[]) {
      nodes.push(...ports.map((port) => ({ port, open: new Set<Socket>(), isSilent: false })))
      checking = nodes.map(check)
    },
  }
}

function reach(node: Node, near: Socket, refused: () => void) {
  const far = connect(node.port, '127.0.0.1')
  far.once('error', refused).once('connect', () => {
    far.off('error', refused)
    node.open.add(far.once('close', () => node.open.delete(far)))
    join(near, far)
  })
}

interface Node {
  port: number
  open: Set<Socket>
  isSilent: boolean
}

function join(near: Socket, far: Socket) {
  for (const [one, other] of [
    [near, far],
    [far, near],
  ] as const)
    one
      .on('error', () => other.destroy())
      .on('close', () => one.readableEnded || other.destroy())
      .pipe(other)
}

/** Whether whatever listens there answers; where nobody listens, connections find that out by themselves. */
async function answers(port: number): Promise<boolean> {
  const signal = AbortSignal.timeout(answerWithinMs)
  try {
    await (await fetch(`http://127.0.0.1:${port}/health/live`, { signal })).text()
    return true
  } catch {
    return !signal.aborted
  }
}
