import { GetObjectCommand, ListObjectsV2Command, S3Client } from '@aws-sdk/client-s3'
import { startFauxqs } from 'fauxqs'

process.env.AWS_ACCESS_KEY_ID = 'any'
process.env.AWS_SECRET_ACCESS_KEY = 'any'

/** An S3 server on the wire, with a bucket in it. */
export async function bucketServer() {
  const server = await startFauxqs({ port: 0, logger: false })
  server.createBucket('photos')
  const endpoint = `http://127.0.0.1:${server.port}`
  const client = new S3Client({ endpoint, region: 'eu-west-1', forcePathStyle: true })
  return {
    endpoint,
    /** What follows `s3:`, of a prefix in the bucket. */
    location: (prefix: string, at = endpoint) =>
      `//photos/${prefix}?endpoint=${at}&region=eu-west-1&addressing=path`,
    /** The objects of a prefix, behind the store's back. */
    async objects(prefix: string) {
      const list = new ListObjectsV2Command({ Bucket: 'photos', Prefix: prefix })
      const { Contents = [] } = await client.send(list)
      return Contents.map(({ Key = '', ETag = '' }) => ({ key: Key, tag: ETag }))
    },
    async bytesOf(key: string) {
      const { Body: body } = await client.send(new GetObjectCommand({ Bucket: 'photos', Key: key }))
      return Buffer.from((await body?.transformToByteArray()) ?? [])
    },
    async [Symbol.asyncDispose]() {
      client.destroy()
      await server.stop()
    },
  }
}
