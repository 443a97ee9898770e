import { once } from 'node:events'
import { type AddressInfo, connect, createServer, type Socket } from 'node:net'

/** A way to a server that can be cut, slowed down, silenced, led elsewhere, and mended. */
export async function wire(endpoint: string) {
  const open = new Set<Socket>()
  const asked: string[] = []
  let far = endpoint
  let isSilent = { asking: false, answering: false }
  let delayMs = 0
  let cutAfter = Number.POSITIVE_INFINITY
  let fatal: { words: string; isHeard: boolean; after: () => unknown } | undefined
  let spoil = (bytes: Buffer) => bytes

  const server = createServer((near) => {
    const { hostname, port } = new URL(far)
    const other = connect(Number(port), hostname)
    for (const [socket, end] of [
      [near, other],
      [other, near],
    ] as const) {
      open.add(socket)
      socket
        .on('error', () => {})
        .on('close', () => {
          open.delete(socket)
          end.destroy()
        })
    }
    const pass = (to: Socket, bytes: Buffer) =>
      delayMs > 0 ? void setTimeout(() => to.write(bytes), delayMs) : to.write(bytes)
    near.on('data', (bytes: Buffer) => {
      asked.push(...(bytes.toString('latin1').match(/^[A-Z]+ \/\S*(?= HTTP)/gm) ?? []))
      cutAfter -= bytes.length
      if (cutAfter < 0) return cut()
      if (fatal && bytes.includes(fatal.words)) return end(near, () => pass(other, bytes))
      if (!isSilent.asking) pass(other, bytes)
    })
    other.on('data', (bytes: Buffer) => {
      if (!isSilent.answering) pass(near, spoil(bytes))
    })
  })

  async function listen(on: number) {
    server.listen(on, '127.0.0.1')
    await once(server, 'listening')
    return (server.address() as AddressInfo).port // it listens on TCP
  }

  function end(near: Socket, hear: () => void) {
    if (fatal?.isHeard) hear()
    near.destroy()
    fatal?.after()
    fatal = undefined
  }

  function cut() {
    cutAfter = Number.POSITIVE_INFINITY
    for (const socket of open) socket.destroy()
  }

  const own = await listen(0)
  return {
    endpoint: endpoint.replace(/\/\/([^/]*@)?[^/]*/, `//$1127.0.0.1:${own}`),
    /** Method and path of every request. */
    asked,
    cut,
    /** Breaks what is open off once so many bytes more have gone to the server. */
    cutAfter(bytes: number) {
      cutAfter = bytes
    },
    /** Breaks off where this is asked for: the server gets it, and its answer is lost. */
    cutAt(words: string, after: () => unknown = () => {}) {
      fatal = { words, isHeard: true, after }
    },
    /** Breaks off where this is asked for, before the server gets it. */
    cutBefore(words: string, after: () => unknown = () => {}) {
      fatal = { words, isHeard: false, after }
    },
    /** Everything takes so much longer, each way. */
    delay(ms: number) {
      delayMs = ms
    },
    /** Takes bytes, and nothing comes of them. */
    hush() {
      isSilent = { asking: true, answering: true }
    },
    /** The server is asked, and its answers do not come. */
    loseAnswers() {
      isSilent = { asking: false, answering: true }
    },
    /** Whoever connects from now on finds another server. */
    lead(to: string) {
      far = to
    },
    spoil(how: typeof spoil) {
      spoil = how
    },
    /** Nobody listens there any more. */
    close() {
      server.close()
      cut()
    },
    async mend() {
      isSilent = { asking: false, answering: false }
      delayMs = 0
      fatal = undefined
      spoil = (bytes) => bytes
      cut()
      if (!server.listening) await listen(own)
    },
    async [Symbol.asyncDispose]() {
      server.close()
      cut()
    },
  }
}

export type Wire = Awaited<ReturnType<typeof wire>>
