import { isFileId, type MediaStore } from '../../core/media.ts'
import { openBucket, patience } from './bucket.ts'
import { unavailable } from './errors.ts'
import { read, remove } from './objects.ts'
import { placeIn } from './place.ts'
import { stager } from './stage.ts'
import { sweeper } from './sweep.ts'

/** Files that are deleted at once. One request for many is what several servers besides AWS do not have. */
const atOnce = 16

/**
 * Files in a bucket: under `staged/` what is coming in, under `kept/` what is there. What is kept is copied by the server:
 * the copy is there with all its bytes or not at all, and what is left under `staged/` is swept away.
 */
export async function openS3(location: string, limits = patience): Promise<MediaStore> {
  const place = placeIn(location)
  const bucket = await openBucket(place, limits)
  const stage = await stager(bucket, placeOf)
  const sweep = sweeper(bucket)

  return {
    stage,

    async probe() {
      const staged = await stage(oneByte(), 1, '')
      await staged.drop()
    },

    open: async (fileId, _owner, range) => read(bucket, placeOf(fileId), range),

    async delete(fileIds) {
      const keys = fileIds.map(placeOf)
      for (let first = 0; first < keys.length; first += atOnce)
        await Promise.all(keys.slice(first, first + atOnce).map((key) => remove(bucket, key)))
    },

    async sweep(before) {
      if (!place.isSweptByBucket) await sweep(before).catch(unavailable)
    },
  }
}

function placeOf(fileId: string): string {
  // The last line of defence: ids are checked where they come in.
  if (!isFileId(fileId)) throw new Error('not the id of a file')
  return `kept/${fileId}`
}

async function* oneByte() {
  yield Buffer.alloc(1)
}
