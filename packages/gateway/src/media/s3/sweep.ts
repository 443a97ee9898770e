import type { _Object as Found, MultipartUpload } from '@aws-sdk/client-s3'
import type { MediaStore } from '../../core/media.ts'
import type { Bucket } from './bucket.ts'
import { isUnknownCall } from './errors.ts'

/** Takes away what is older: objects, and uploads in parts that were never completed. */
export function sweeper(bucket: Bucket): MediaStore['sweep'] {
  const staged = sweptFolder(bucket, 'staged/')
  const kept = sweptFolder(bucket, 'kept/')
  return async (before) => {
    await staged(before.staged)
    await kept(before.kept)
    await sweepUploads(bucket, before.staged)
  }
}

/**
 * Looks through all there is only when something may be old enough: listing a bucket costs money, and each sweep sees
 * how old the oldest is.
 */
function sweptFolder(bucket: Bucket, folder: string) {
  const { client, s3, name, prefix } = bucket
  let oldest = 0
  const isOld = ({ LastModified: at }: Found, before: number) => at !== undefined && at.getTime() < before

  return async (before: number) => {
    if (before <= oldest) return
    let young = Number.POSITIVE_INFINITY
    const pages = s3.paginateListObjectsV2({ client }, { Bucket: name, Prefix: `${prefix}${folder}` })
    for await (const { Contents: found = [] } of pages)
      for (const object of found) {
        if (isOld(object, before)) await client.send(deletion(object))
        else young = Math.min(young, object.LastModified?.getTime() ?? 0)
      }
    oldest = Number.isFinite(young) ? young : before
  }

  function deletion({ Key }: Found) {
    return new s3.DeleteObjectCommand({ Bucket: name, Key })
  }
}

/** They are seen by nobody and paid for. A server that does not know the call clears up by itself, or by a rule. */
async function sweepUploads({ client, s3, name, prefix }: Bucket, before: number) {
  const under = { Bucket: name, Prefix: `${prefix}staged/` }
  let from: Pick<MultipartUpload, 'Key' | 'UploadId'> = {}
  for (;;) {
    const page = await client
      .send(
        new s3.ListMultipartUploadsCommand({ ...under, KeyMarker: from.Key, UploadIdMarker: from.UploadId }),
      )
      .catch((error: unknown) => {
        if (isUnknownCall(error)) return undefined
        throw error
      })
    for (const { Key, UploadId, Initiated } of page?.Uploads ?? [])
      if (Initiated && Initiated.getTime() < before)
        await client.send(new s3.AbortMultipartUploadCommand({ Bucket: name, Key, UploadId }))
    if (!page?.IsTruncated || page.NextKeyMarker === undefined) return
    from = { Key: page.NextKeyMarker, UploadId: page.NextUploadIdMarker }
  }
}
