import { once } from 'node:events'
import { connect } from 'node:net'

/**
 * Bytes on a connection, and what comes back until it is closed; `goesOn` leaves our own half open. The second piece waits
 * for an answer to the first.
 */
export async function raw(
  url: string,
  bytes: string | [string, string],
  { goesOn = false } = {},
): Promise<string> {
  const socket = connect(Number(new URL(url).port), '127.0.0.1')
  const closed = once(socket, 'close')
  let answer = ''
  socket.on('data', (chunk) => (answer += chunk))
  const [first, afterAnswer] = typeof bytes === 'string' ? [bytes] : bytes
  socket.write(first)
  if (afterAnswer) {
    await once(socket, 'data')
    socket.write(afterAnswer)
  }
  if (!goesOn) socket.end()
  await closed
  return answer
}
