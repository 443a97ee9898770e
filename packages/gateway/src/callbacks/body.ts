import { randomUUID } from 'node:crypto'
import type { Readable } from 'node:stream'

/** What a shape puts where a file's base64 belongs. Nobody outside knows it. */
export const filePlace = randomUUID()

/** A file that goes out inside a callback. */
export interface EnclosedFile {
  bytes: number
  /** Undefined when it is not kept any more. */
  open(): Promise<Readable | undefined>
}

/** The JSON of a callback: as text, or around a file that is read when it is needed. */
export interface CallbackBody {
  bytes: number
  pieces(): AsyncIterable<Buffer>
}

/** The JSON of an event whose shape left a place for a file; null stands there when the file is gone. */
export async function bodyAround(
  event: object,
  file: EnclosedFile | undefined,
): Promise<string | CallbackBody> {
  const json = JSON.stringify(event)
  const parts = json.split(JSON.stringify(filePlace))
  const [before, after] = parts
  if (before === undefined || after === undefined) return json
  const first = await file?.open()
  if (!file || !first) return parts.join('null')
  first.destroy() // it is there; each reading opens it anew
  const head = Buffer.from(`${before}"`)
  const tail = Buffer.from(`"${after}`)
  return {
    bytes: head.length + base64Length(file.bytes) + tail.length,
    async *pieces() {
      const stream = await file.open()
      if (!stream) throw new Error('the file is gone')
      yield head
      yield* base64Of(stream)
      yield tail
    },
  }
}

const base64Length = (bytes: number) => 4 * Math.ceil(bytes / 3)

/** In pieces that are multiples of three bytes, so that only the last one is padded. */
async function* base64Of(stream: Readable): AsyncIterable<Buffer> {
  let rest: Buffer = Buffer.alloc(0)
  for await (const chunk of stream as AsyncIterable<Buffer>) {
    const bytes = rest.length > 0 ? Buffer.concat([rest, chunk]) : chunk
    const whole = bytes.length - (bytes.length % 3)
    if (whole > 0) yield Buffer.from(bytes.toString('base64', 0, whole), 'latin1')
    rest = bytes.subarray(whole)
  }
  if (rest.length > 0) yield Buffer.from(rest.toString('base64'), 'latin1')
}
