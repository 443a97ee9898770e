import { createServer, type Socket } from 'node:net'
import { messageReader } from './http-messages.ts'
import { answers } from './worker.ts'

/** How many requests came since the last time it was asked, and when the last one did. */
export interface Counted {
  requests: number
  lastAt: number
}

/**
 * The least that can answer HTTP: every request gets the same bytes. It shows what the load generator can do, and it
 * takes the callbacks.
 */
const answer = Buffer.from('HTTP/1.1 202 Accepted\r\ncontent-length: 0\r\n\r\n')
let counted: Counted = { requests: 0, lastAt: 0 }

const server = createServer({ noDelay: true }, (socket: Socket) => {
  const read = messageReader(() => {
    counted.requests++
    counted.lastAt = Date.now()
    socket.write(answer)
  })
  socket.on('data', (chunk: Buffer) => read(chunk, chunk.length))
  socket.on('error', () => socket.destroy())
})

server.listen(0, '127.0.0.1', () => {
  const address = server.address()
  const port = typeof address === 'object' ? address?.port : undefined
  answers<'count', Counted>(() => {
    const seen = counted
    counted = { requests: 0, lastAt: 0 }
    return seen
  }, port)
})
