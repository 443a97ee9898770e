import { once } from 'node:events'
import { connect } from 'node:net'
import { createHistogram } from 'node:perf_hooks'
import { placeOf } from './connections.ts'
import { messageReader } from './http-messages.ts'
import { type DataKey, recipientPool, requestMaker } from './requests.ts'
import { answers } from './worker.ts'

/** What to send: on each connection one request after the other, the next when the last one is answered. */
export interface Job {
  port: number
  /** Other nodes of the same gateway; the connections are divided among all. */
  otherPorts?: number[]
  /** The connections take turns with them. */
  apiKeys: string[]
  connections: number
  messagesPerRequest: number
  recipients: number
  /** Seals the texts; in the clear when absent. */
  dataKey?: DataKey
  /** Between an answer and the next request of its connection; none when absent. */
  pauseMs?: number
  until: { ms: number } | { requests: number }
}

export interface Loaded {
  /** Answered with 202. */
  accepted: number
  /** Any other answer, by its first line. */
  refused: Record<string, number>
  elapsedMs: number
  /** When the first request left, in milliseconds since 1970. */
  beganAt: number
  latencyMs: { p50: number; p99: number; max: number }
}

// A process of its own: what sends must not take its time from what is measured.
answers<Job, Loaded>(run)

async function run(job: Job): Promise<Loaded> {
  const { apiKeys, connections, messagesPerRequest, pauseMs = 0, until } = job
  const ports = [job.port, ...(job.otherPorts ?? [])]
  const recipients = recipientPool(job.recipients)
  const latency = createHistogram()
  const refused: Record<string, number> = {}
  const most = 'requests' in until ? until.requests : Number.POSITIVE_INFINITY
  const deadline = 'ms' in until ? until.ms : Number.POSITIVE_INFINITY
  let sent = 0
  let accepted = 0
  let endedAt = 0

  const opened = await Promise.all(Array.from({ length: connections }, (_, i) => open(i)))
  const beganAt = Date.now()
  const startedAt = performance.now()
  await Promise.all(opened.map((start) => start()))

  return {
    accepted,
    refused,
    elapsedMs: endedAt - startedAt,
    beganAt,
    latencyMs: { p50: ms(latency.percentile(50)), p99: ms(latency.percentile(99)), max: ms(latency.max) },
  }

  async function open(connection: number) {
    const { apiKey, port } = placeOf(connection, { apiKeys, ports })
    const next = requestMaker({
      apiKey,
      messages: messagesPerRequest,
      recipients,
      connection,
      dataKey: job.dataKey,
    })
    let sentAt = 0
    let finished = false

    function send() {
      sentAt = performance.now()
      finished = sent >= most || sentAt - startedAt > deadline
      if (finished) {
        socket.destroy()
        return
      }
      sent++
      socket.write(next())
    }

    const read = messageReader((firstLine) => {
      endedAt = performance.now()
      latency.record(Math.max(1, Math.round((endedAt - sentAt) * 1e6)))
      if (firstLine.startsWith('HTTP/1.1 202')) accepted++
      else refused[firstLine] = (refused[firstLine] ?? 0) + 1
      if (pauseMs > 0) setTimeout(send, pauseMs)
      else send()
    })
    // One buffer for all reads: allocating one each would cost more than reading.
    const buffer = Buffer.allocUnsafe(64 * 1024)
    const callback = (length: number) => {
      read(buffer, length)
      return true
    }
    const socket = connect({ port, host: '127.0.0.1', noDelay: true, onread: { buffer, callback } })
    await once(socket, 'connect')
    return async () => {
      send()
      await once(socket, 'close') // rejects when it breaks
      if (!finished) throw new Error('the server closed a connection')
    }
  }
}

const ms = (nanoseconds: number) => nanoseconds / 1e6
