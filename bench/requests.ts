import { createCipheriv, randomBytes } from 'node:crypto'

/** Keys of the sandbox's KMS. */
export const mtKey = 'arn:aws:kms:eu-west-1:000000000000:key/1'
export const moKey = 'arn:aws:kms:eu-west-1:000000000000:key/2'

/** What a business seals with: a data key, and its wrapped form, both base64. */
export interface DataKey {
  plaintext: string
  encryptionKey: string
}

/** As a business asks for one. */
export async function dataKeyOf(sandboxUrl: string): Promise<DataKey> {
  const answer = await fetch(`${sandboxUrl}/kms`, {
    method: 'POST',
    headers: {
      'content-type': 'application/x-amz-json-1.1',
      'x-amz-target': 'TrentService.GenerateDataKey',
    },
    body: JSON.stringify({ KeyId: mtKey, KeySpec: 'AES_256' }),
  })
  const { Plaintext, CiphertextBlob } = (await answer.json()) as Record<string, string> // KMS's answer
  return { plaintext: Plaintext ?? '', encryptionKey: CiphertextBlob ?? '' }
}

export interface RequestShape {
  apiKey: string
  messages: number
  recipients: Buffer[]
  /** Makes the client message ids of one connection its own: 4 hex digits. */
  connection: number
  /** Seals the texts; in the clear when absent. */
  dataKey?: DataKey | undefined
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
export function requestMaker({
  apiKey,
  messages,
  recipients,
  connection,
  dataKey,
}: RequestShape): () => Buffer {
  const run = Date.now().toString(16).slice(-8)
  const message = {
    channel: 'whatsapp',
    to: noRecipient,
    ...(dataKey
      ? { content: sealed(dataKey, text), encryptionKey: dataKey.encryptionKey }
      : { content: text }),
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
  const contentsAt = dataKey ? placesOf(bytes, '"content":"').map((at) => at + '"content":"'.length) : []
  const countsAt = placesOf(bytes, `-${noCount}"`).map((at) => at + 1)
  let made = 0

  return () => {
    const now = Date.now()
    for (const at of timesAt) writeDigits(bytes, at + noTime.length, now)
    if (dataKey) {
      const content = sealed(dataKey, text.replace(noTime, String(now)))
      for (const at of contentsAt) bytes.write(content, at) // as long as the one before
    }
    for (let i = 0; i < messages; i++) {
      const recipient = recipients[(made * stride + connection) % recipients.length]
      recipient?.copy(bytes, recipientsAt[i])
      writeDigits(bytes, (countsAt[i] ?? 0) + noCount.length, made++)
    }
    return bytes
  }
}

const sealed = (dataKey: DataKey, clear: string) => seal(dataKey, Buffer.from(clear)).toString('base64')

export function seal({ plaintext }: DataKey, clear: Buffer): Buffer {
  const vector = randomBytes(16)
  const cipher = createCipheriv('aes-256-cbc', Buffer.from(plaintext, 'base64'), vector)
  return Buffer.concat([vector, cipher.update(clear), cipher.final()])
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
