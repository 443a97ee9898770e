/** More than any head that is met here; what has none by then is not HTTP. */
const longestHead = 8192

/**
 * Finds the HTTP/1.1 messages in what a connection brings, requests or answers, and calls back with each one's first
 * line once all of it has come. It knows one way to tell a body's length, `content-length`, and throws on any other.
 */
export function messageReader(
  onMessage: (firstLine: string) => void,
): (chunk: Buffer, length: number) => void {
  let head = '' // as far as it has come
  let firstLine = ''
  let bodyLeft = 0

  return (chunk, length) => {
    let at = 0
    while (at < length) {
      if (bodyLeft > 0) {
        const taken = Math.min(bodyLeft, length - at)
        at += taken
        bodyLeft -= taken
      } else {
        const before = head.length
        head += chunk.toString('latin1', at, Math.min(length, at + longestHead - before))
        const end = head.indexOf('\r\n\r\n')
        if (end === -1) {
          if (head.length >= longestHead) throw new Error('a head without end')
          return
        }
        at += end + 4 - before
        firstLine = head.slice(0, head.indexOf('\r\n'))
        bodyLeft = bodyLength(head, end)
        head = ''
      }
      if (bodyLeft === 0) onMessage(firstLine)
    }
  }
}

const contentLength = /\r\ncontent-length: *(\d+)/i
const chunked = /\r\ntransfer-encoding:/i

function bodyLength(head: string, end: number): number {
  const found = contentLength.exec(head)
  if (found && found.index < end) return Number(found[1])
  if (chunked.test(head.slice(0, end + 2))) throw new Error('a body without content-length')
  return 0
}
