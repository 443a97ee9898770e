import { once } from 'node:events'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { buffer } from 'node:stream/consumers'
import type { TestContext } from 'node:test'

export interface HttpFarSide {
  readonly url: string
  /** Every request that arrived as a whole, oldest first. */
  readonly requests: { method: string; path: string; headers: IncomingMessage['headers']; body: string }[]
  /** Decides what the requests to come are answered with. */
  answerWith(answer: Answer): void
  /** Resolves when so many requests have arrived. */
  arrived(count: number): Promise<void>
  /** Hangs up on everybody and listens no more. */
  close(): Promise<void>
}

export type Answer = (response: ServerResponse) => void

/** An HTTP server on the loopback that answers as it is told, for adapters of suppliers that speak HTTP. */
export async function httpFarSide(t: TestContext): Promise<HttpFarSide> {
  const requests: HttpFarSide['requests'] = []
  let answer: Answer = json(200, {})
  const server = createServer(async (request, response) => {
    const { method = '', url: path = '', headers } = request
    const body = await buffer(request).catch(() => undefined)
    if (!body) return // it was broken off
    requests.push({ method, path, headers, body: body.toString() })
    server.emit('arrival')
    answer(response)
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')

  async function close(): Promise<void> {
    if (!server.listening) return
    server.close()
    server.closeAllConnections()
    await once(server, 'close')
  }
  t.after(close)

  // A server that listens on a port has an address of this kind.
  const { port } = server.address() as AddressInfo
  return {
    url: `http://127.0.0.1:${port}`,
    requests,
    answerWith: (next) => {
      answer = next
    },
    async arrived(count) {
      while (requests.length < count) await once(server, 'arrival', { signal: AbortSignal.timeout(5000) })
    },
    close,
  }
}

export const json =
  (status: number, body: unknown, headers: Record<string, string> = {}): Answer =>
  (response) =>
    void response
      .writeHead(status, { 'content-type': 'application/json', ...headers })
      .end(JSON.stringify(body))

export const page =
  (status: number, headers: Record<string, string> = {}): Answer =>
  (response) =>
    void response.writeHead(status, { 'content-type': 'text/html', ...headers }).end('<h1>Sorry</h1>')

export const silence: Answer = () => {}

export const reset: Answer = (response) => void response.socket?.resetAndDestroy()

/** Promises more than it sends. */
export const breakOff: Answer = (response) => {
  response.writeHead(200, { 'content-type': 'application/json', 'content-length': 100 })
  response.write('{"messages":[', () => response.socket?.destroy())
}
