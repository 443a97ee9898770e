import { createHash, randomUUID } from 'node:crypto'
import { Readable } from 'node:stream'
import { headBytes, type MediaStore, TooBig } from '../../core/media.ts'
import type { Bucket } from './bucket.ts'
import { unavailable } from './errors.ts'
import { at, copy, remove } from './objects.ts'

/** The smallest part that S3 takes. What fits into one is one request; of a longer file about two are in memory. */
const partBytes = 5 * 1024 * 1024

/** Takes files in. What the bucket does not take away when it should is swept away later. */
export async function stager(
  bucket: Bucket,
  placeOf: (fileId: string) => string,
): Promise<MediaStore['stage']> {
  const { Upload } = await import('@aws-sdk/lib-storage')
  const { client } = bucket

  return async (bytes, mostBytes) => {
    const key = `staged/${randomUUID()}`
    const coming = measured(bytes, mostBytes)
    const params = { ...at(bucket, key), Body: Readable.from(coming.bytes(), { objectMode: false }) }
    const upload = new Upload({ client, params, partSize: partBytes, queueSize: 1 })
    await upload.done().catch((error: unknown) => {
      const [fault] = coming.faults
      if (fault) throw fault.thrown // what the SDK says after it is only what came of it
      return unavailable(error)
    })
    let over = false
    return {
      ...coming.measure(),
      async keep(fileId) {
        if (over) throw new Error('what was staged is nobody’s any more')
        await copy(bucket, key, placeOf(fileId))
        over = true
        await remove(bucket, key).catch(() => {}) // it is kept all the same
      },
      async drop() {
        if (over) return
        over = true
        await remove(bucket, key).catch(() => {}) // nobody sees it
      },
    }
  }
}

function measured(bytes: AsyncIterable<Uint8Array>, mostBytes: number) {
  const hash = createHash('sha256')
  const head: Uint8Array[] = []
  /** What the source has thrown, if it has. */
  const faults: { thrown: unknown }[] = []
  let count = 0

  async function* passing() {
    try {
      for await (const chunk of bytes) {
        count += chunk.byteLength
        if (count > mostBytes) throw new TooBig(`more than ${mostBytes} bytes`)
        if (count - chunk.byteLength < headBytes) head.push(chunk)
        hash.update(chunk)
        yield chunk
      }
    } catch (thrown) {
      faults.push({ thrown })
      throw thrown
    }
  }

  return {
    faults,
    /** A stream that is destroyed throws into what it reads from. That is no fault of the source: it is only closed. */
    async *bytes() {
      for await (const chunk of passing()) yield chunk
    },
    /** For after the last of them. */
    measure: () => ({ bytes: count, sha256: hash.digest('hex'), head: Buffer.concat(head) }),
  }
}
