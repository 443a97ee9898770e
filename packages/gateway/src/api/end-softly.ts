import type { Socket } from 'node:net'

/**
 * Ends a connection on which the last answer went out before all was read. Closed at once it would be reset, and a client
 * that is still writing would lose the answer; one that never notices is cut off.
 */
export function endSoftly(socket: Socket, patienceMs = 5000): void {
  socket.end()
  const over = setTimeout(() => socket.destroy(), patienceMs)
  socket.once('close', () => clearTimeout(over))
}
