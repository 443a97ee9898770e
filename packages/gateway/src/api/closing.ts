import type { Socket } from 'node:net'
import type { FastifyInstance } from 'fastify'

/**
 * Makes `server.close()` end soon. Node by itself waits a minute and more for connections that have not sent anything
 * yet, and for those whose last answer went out after the close began. A request that is still arriving gets `graceMs`;
 * cut off, it was acknowledged to nobody.
 */
export function closeSoon(server: FastifyInstance, graceMs = 5000): void {
  const { server: http } = server
  const open = new Set<Socket>()
  http.on('connection', (socket: Socket) => {
    open.add(socket)
    socket.once('close', () => open.delete(socket))
  })
  server.addHook('preClose', async () => {
    for (const socket of open) if (socket.bytesRead === 0) socket.destroy()
    const answered = setInterval(() => http.closeIdleConnections(), 20)
    const grace = setTimeout(() => http.closeAllConnections(), graceMs)
    http.once('close', () => {
      clearInterval(answered)
      clearTimeout(grace)
    })
  })
}
