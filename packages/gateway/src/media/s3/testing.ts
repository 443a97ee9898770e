import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import { connect, createServer, type Socket } from 'node:net'
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

/** A way to a server that can be cut, and mended. */
export async function wire(endpoint: string) {
  const { hostname, port } = new URL(endpoint)
  const open = new Set<Socket>()
  const asked: string[] = []
  let isSilent = false
  let cutAfter = Number.POSITIVE_INFINITY
  let spoil = (bytes: Buffer) => bytes

  const server = createServer((near) => {
    const far = connect(Number(port), hostname)
    for (const [socket, other] of [
      [near, far],
      [far, near],
    ] as const) {
      open.add(socket)
      socket
        .on('error', () => {})
        .on('close', () => {
          open.delete(socket)
          other.destroy()
        })
    }
    near.on('data', (bytes: Buffer) => {
      asked.push(...(bytes.toString('latin1').match(/^[A-Z]+ \/\S*(?= HTTP)/gm) ?? []))
      cutAfter -= bytes.length
      if (cutAfter < 0) return cut()
      if (!isSilent) far.write(bytes)
    })
    far.on('data', (bytes: Buffer) => {
      if (!isSilent) near.write(spoil(bytes))
    })
  })

  async function listen(on: number) {
    server.listen(on, '127.0.0.1')
    await once(server, 'listening')
    return (server.address() as AddressInfo).port // it listens on TCP
  }

  function cut() {
    cutAfter = Number.POSITIVE_INFINITY
    for (const socket of open) socket.destroy()
  }

  const own = await listen(0)
  return {
    endpoint: `http://127.0.0.1:${own}`,
    /** Method and path of every request. */
    asked,
    cut,
    /** Breaks what is open off once so many bytes more have gone to the server. */
    cutAfter(bytes: number) {
      cutAfter = bytes
    },
    /** Takes bytes, and nothing comes of them. */
    hush() {
      isSilent = true
    },
    spoil(how: typeof spoil) {
      spoil = how
    },
    /** Nobody listens there any more. */
    close() {
      server.close()
      cut()
    },
    async mend() {
      isSilent = false
      spoil = (bytes) => bytes
      cut()
      if (!server.listening) await listen(own)
    },
    async [Symbol.asyncDispose]() {
      server.close()
      cut()
    },
  }
}
