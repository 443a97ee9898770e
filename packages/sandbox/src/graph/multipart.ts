/** One part of a form. Its bytes come as they arrive, and have to be read before the next part. */
export interface Part {
  name: string
  fileName: string | undefined
  /** In lower case, without parameters. */
  contentType: string | undefined
  bytes: AsyncIterable<Buffer>
}

/** The form is not as RFC 7578 has it, or broke off. */
export class MultipartError extends Error {}

const mostParts = 16
const mostHeadBytes = 8_192

/** What separates the parts; undefined when the body is no form. */
export function boundaryOf(contentType = ''): string | undefined {
  const match = /^multipart\/form-data\s*;(?:.*;)?\s*boundary=(?:"([^"]{1,200})"|([^\s;"]{1,200}))/i.exec(
    contentType,
  )
  return match?.[1] ?? match?.[2]
}

/** Reads a form as it arrives, and never holds more of it than a chunk and a boundary. */
export async function* partsOf(source: AsyncIterable<Uint8Array>, boundary: string): AsyncGenerator<Part> {
  const chunks = source[Symbol.asyncIterator]()
  try {
    yield* partsIn(chunks, Buffer.from(`\r\n--${boundary}`))
  } finally {
    await chunks.return?.()
  }
}

async function* partsIn(chunks: AsyncIterator<Uint8Array>, delimiter: Buffer): AsyncGenerator<Part> {
  const { upTo, take } = scanner(chunks)
  await drain(upTo(delimiter))
  for (let parts = 0; (await take(2)).toString('latin1') !== '--'; parts += 1) {
    if (parts === mostParts) throw new MultipartError(`it has more than ${mostParts} parts`)
    const head = await textOf(upTo(Buffer.from('\r\n\r\n')), mostHeadBytes)
    const bytes = upTo(delimiter)
    yield { ...described(head), bytes }
    await drain(bytes)
  }
}

/** All of a part's bytes as text. */
export async function textOf(bytes: AsyncIterable<Buffer>, mostBytes: number): Promise<string> {
  const chunks: Buffer[] = []
  let length = 0
  for await (const chunk of bytes) {
    length += chunk.length
    if (length > mostBytes) throw new MultipartError(`something in it is longer than ${mostBytes} bytes`)
    chunks.push(chunk)
  }
  return Buffer.concat(chunks).toString()
}

function scanner(chunks: AsyncIterator<Uint8Array>) {
  // The first boundary stands at the beginning of a line, like the others.
  let held = Buffer.from('\r\n')

  async function more(): Promise<void> {
    const { done, value } = await chunks.next().catch((cause: unknown) => {
      throw new MultipartError('it broke off', { cause })
    })
    if (done) throw new MultipartError('it ends before its last boundary')
    held = held.length === 0 ? Buffer.from(value) : Buffer.concat([held, value])
  }

  /** What stands before the next mark; the mark itself is passed over. */
  async function* upTo(mark: Buffer): AsyncGenerator<Buffer> {
    for (;;) {
      const at = held.indexOf(mark)
      // The mark may have begun at the end of what is there.
      const sure = at >= 0 ? at : Math.max(0, held.length - mark.length + 1)
      const found = held.subarray(0, sure)
      held = held.subarray(at >= 0 ? at + mark.length : sure)
      if (found.length > 0) yield found
      if (at >= 0) return
      await more()
    }
  }

  async function take(length: number): Promise<Buffer> {
    while (held.length < length) await more()
    const taken = held.subarray(0, length)
    held = held.subarray(length)
    return taken
  }

  return { upTo, take }
}

async function drain(bytes: AsyncIterable<Buffer>): Promise<void> {
  for await (const _ of bytes) {
    // Passed over.
  }
}

function described(head: string): Omit<Part, 'bytes'> {
  const headers = new Map(
    head.split('\r\n').map((line) => {
      const [name = '', value = ''] = line.split(/:(.*)/s)
      return [name.trim().toLowerCase(), value.trim()]
    }),
  )
  const disposition = headers.get('content-disposition') ?? ''
  const name = parameterOf(disposition, 'name')
  if (!/^form-data\b/i.test(disposition) || name === undefined)
    throw new MultipartError('a part of it has no name')
  return {
    name,
    fileName: parameterOf(disposition, 'filename'),
    contentType: headers.get('content-type')?.split(';')[0]?.trim().toLowerCase(),
  }
}

function parameterOf(disposition: string, name: string): string | undefined {
  const match = new RegExp(`;\\s*${name}=(?:"((?:[^"\\\\]|\\\\.)*)"|([^\\s;"]+))`, 'i').exec(disposition)
  return match?.[1]?.replaceAll(/\\(.)/g, '$1') ?? match?.[2]
}
