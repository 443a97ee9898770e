import { createServer } from 'node:http'
import { createHistogram } from 'node:perf_hooks'
import { answers } from './worker.ts'

/** What businesses were told since the last time it was asked, but for those whose path says that they hang. */
export interface Heard {
  callbacks: number
  /** From the send to the first callback of its message, in ms. */
  latencyMs: { p50: number; p99: number }
  /** Those that hang were asked so often. */
  hung: number
}

/** Longer than any callback is waited for. */
const hangMs = 30_000

let callbacks = 0
let hung = 0
let latency = createHistogram()

const server = createServer((request, response) => {
  const chunks: Buffer[] = []
  request.on('data', (chunk: Buffer) => chunks.push(chunk))
  request.on('end', () => {
    if (request.url?.startsWith('/hangs')) {
      hung++
      setTimeout(() => response.writeHead(204).end(), hangMs).unref()
      return
    }
    const sentAt = Number(/"clientMessageId":"(\d{13})-/.exec(Buffer.concat(chunks).toString('latin1'))?.[1])
    callbacks++
    if (sentAt > 0) latency.record(Math.max(1, (Date.now() - sentAt) * 1000))
    response.writeHead(204).end()
  })
})

server.listen(0, '127.0.0.1', () => {
  const address = server.address()
  answers<'heard', Heard>(
    () => {
      const heard = {
        callbacks,
        hung,
        latencyMs: { p50: latency.percentile(50) / 1000, p99: latency.percentile(99) / 1000 },
      }
      callbacks = 0
      hung = 0
      latency = createHistogram()
      return heard
    },
    typeof address === 'object' ? address?.port : undefined,
  )
})
