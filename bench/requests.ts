export interface RequestShape {
  apiKey: string
  messages: number
  recipients: Buffer[]
  /** Makes the client message ids of one connection its own: 4 hex digits. */
  connection: number
}

/**
 * Recipients of four countries, all of eleven digits. A gateway remembers numbers it has checked; this many are a
 * business that writes to the same people again, now and then to another.
 */
export function recipientPool(size: number): Buffer[] {
  const prefixes = ['2782', '1415', '4850', '3161']
  return Array.from({ length: size }, (_, i) =>
    Buffer.from(`${prefixes[i % prefixes.length]}${String(2_000_000 + i).padStart(7, '0')}`),
  )
}

const noTime = '0000000000000'
const text = `Dear customer, your order has left our warehouse and will be with you tomorrow between 8:00 and 12:00. Sent at ${noTime}.`

/** When a message left the load generator, in milliseconds since 1970, by its text. */
export const sentAtOf = (text: string) => Number(/Sent at (\d+)\.$/.exec(text)?.[1])

const noRecipient = '00000000000'
const noCount = '000000000000'
/** Prime to any pool size that is used: it visits all of a pool, in no order that a cache would like. */
const stride = 7919

/**
 * The bytes of one connection's next request: always the same buffer, in which recipients and client message ids are
 * written over, and the time, so making one costs almost nothing. It may be changed once the answer to the last request has come.
 */
export function requestMaker({ apiKey, messages, recipients, connection }: RequestShape): () => Buffer {
  const run = Date.now().toString(16).slice(-8)
  const message = {
    channel: 'whatsapp',
    to: noRecipient,
    content: text,
    clientMessageId: `${noTime}-${run}-${connection.toString(16).padStart(4, '0')}-${noCount}`,
  }
  const body = JSON.stringify({ messages: Array.from({ length: messages }, () => message) })
  const head = [
    'POST /v1/message HTTP/1.1',
    'host: 127.0.0.1',
    `authorization: ${apiKey}`,
    'content-type: application/json',
    `content-length: ${body.length}`,
  ]
  const bytes = Buffer.from(`${head.join('\r\n')}\r\n\r\n${body}`)
  const recipientsAt = placesOf(bytes, `"${noRecipient}"`).map((at) => at + 1)
  const timesAt = placesOf(bytes, noTime)
  const countsAt = placesOf(bytes, `-${noCount}"`).map((at) => at + 1)
  let made = 0

  return () => {
    const now = Date.now()
    for (const at of timesAt) writeDigits(bytes, at + noTime.length, now)
    for (let i = 0; i < messages; i++) {
      const recipient = recipients[(made * stride + connection) % recipients.length]
      recipient?.copy(bytes, recipientsAt[i])
      writeDigits(bytes, (countsAt[i] ?? 0) + noCount.length, made++)
    }
    return bytes
  }
}

function placesOf(bytes: Buffer, text: string): number[] {
  const places: number[] = []
  for (let at = bytes.indexOf(text); at !== -1; at = bytes.indexOf(text, at + text.length)) places.push(at)
  return places
}

/** Its last digit is the byte before `end`. */
function writeDigits(bytes: Buffer, end: number, value: number) {
  let rest = value
  for (let digit = end - 1; rest > 0; digit--) {
    bytes[digit] = 48 + (rest % 10)
    rest = Math.floor(rest / 10)
  }
}
