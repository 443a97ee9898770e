import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { ask, type Heard, keys } from './installation.ts'
import { type Example, example, published } from './published.ts'
import { sunrise } from './recordings.ts'

/** As the publication arranges them: under the requests come the answers, first the one to what is not encrypted. */
export function answerTo({ id, generation, encrypted }: Example): Example {
  if (generation === 'legacy') return example(77) // under the legacy requests stand none
  const answers = published.filter((one) => one.id > id && one.kind === 'response')
  return answers[encrypted ? 1 : 0] ?? assert.fail(`no answer follows example ${id}`)
}

export const picture = { fileName: 'cake.png', contentType: 'image/png', bytes: sunrise(320, 240) }
export const statement = {
  fileName: 'statement.pdf',
  contentType: 'application/pdf',
  bytes: Buffer.from('%PDF-1.4\n1 0 obj<</Type/Catalog>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n'),
}

/** What the published requests leave open. */
interface Message {
  to: string
  clientMessageId: string
  encryptionKey?: string
  content?: string
  media?: { fileId?: string }
  template?: { header?: { media?: { fileId: string } } }
}

/** Where a request is made. */
export interface Business {
  url: string
  key: string
  /** Where it has encryption: the name of the key that wraps the keys of single messages. */
  kmsArn?: string
}

/**
 * A published request that can be made: where the fixture has `…`, it has the bytes of a file, or the name of one that was
 * uploaded for its recipient, as an encrypted one where the message is. It may go to somebody else than published.
 */
export async function filled(business: Business, id: number, to?: string): Promise<{ messages: Message[] }> {
  const body = structuredClone(example(id).body) as { messages: Message[] } // as the fixture has them
  for (const message of body.messages) {
    if (to !== undefined) message.to = to
    const { content, media, template } = message
    if (content === '…') message.content = picture.bytes.toString('base64')
    if (media?.fileId) media.fileId = await uploaded(business, message, picture)
    const header = template?.header?.media
    if (header) header.fileId = await uploaded(business, message, id < 60 ? picture : statement)
  }
  return body
}

/** Makes the request as it was published. */
export async function request({ url, key }: Business, id: number, body: object): Promise<Heard> {
  const path = example(id).context.replace('POST ', '')
  return ask(`${url}${path}`, 'POST', { key, body })
}

export const keyFor = (id: number) => keys[example(id).generation]

async function uploaded(
  { url, key, kmsArn }: Business,
  { to, encryptionKey }: Message,
  { fileName, contentType, bytes }: typeof picture,
): Promise<string> {
  const parameters = new URLSearchParams({
    fileName,
    to,
    ...(encryptionKey && kmsArn && { encryptionKey, kmsArn, sha256FileHash: hashOf(bytes) }),
  })
  const headers = { 'content-type': contentType }
  const answer = await ask(`${url}/v1/media?${parameters}`, 'POST', { key, headers, body: bytes })
  assert.equal(answer.httpStatus, 201, answer.text)
  return (answer.json as { fileId: string }).fileId // what a 201 promises
}

/** What is encrypted in the published requests is random in ours, so that any file will do as one that is encrypted. */
const hashOf = (bytes: Buffer) => createHash('sha256').update(bytes).digest('hex')
