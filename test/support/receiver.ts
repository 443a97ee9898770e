import { createServer, type IncomingHttpHeaders } from 'node:http'
import type { AddressInfo } from 'node:net'

/** What a thing opened for a test lives as long as: a test's context, or whatever else can undo it. */
export interface Scope {
  after(undo: () => Promise<unknown>): void
}

export interface Received {
  headers: IncomingHttpHeaders
  body: Record<string, unknown>
  raw: string
}

/** A business's callback endpoint: keeps what it was told, and answers as the test wants, after `before`. */
export async function receiver(t: Scope, before: (call: Received) => Promise<void> = async () => {}) {
  const calls: Received[] = []
  const waiting: (() => void)[] = []
  let answer: (call: Received) => number = () => 204

  const server = createServer((request, response) => {
    const chunks: Buffer[] = []
    request.on('data', (chunk: Buffer) => chunks.push(chunk))
    request.on('end', async () => {
      const raw = Buffer.concat(chunks).toString()
      const call = { headers: request.headers, body: JSON.parse(raw), raw }
      calls.push(call)
      for (const wake of waiting.splice(0)) wake()
      await before(call)
      response.writeHead(answer(call)).end()
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  t.after(() => new Promise((resolve) => server.close(resolve).closeAllConnections()))

  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/callbacks`, // a TCP server has an address and a port
    calls,
    answerWith(status: (call: Received) => number) {
      answer = status
    },
    /** Resolves with the first call that fits, past or to come. */
    async call(fits: (call: Received) => boolean, withinMs = 30_000): Promise<Received> {
      const until = performance.now() + withinMs
      for (;;) {
        const found = calls.find(fits)
        if (found) return found
        const left = until - performance.now()
        if (left <= 0)
          throw new Error(`no such callback among ${calls.length}: ${calls.map(({ raw }) => raw).join('\n')}`)
        const { promise, resolve } = Promise.withResolvers<void>()
        waiting.push(resolve)
        const timer = setTimeout(resolve, left)
        await promise
        clearTimeout(timer)
      }
    },
  }
}
