import {
  isFileName,
  isMediaType,
  isSha256,
  type OneMediaMetadata,
  type OneMediaUnknown,
  type OneUploaded,
  type OneUploadRefused,
  one,
  oneError,
} from '@waypost/protocol'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { type Filing, findFile, rangeOf, upload } from '../../core/files.ts'
import type { Integration } from '../../core/integration.ts'
import type { MediaFile, SealedFile } from '../../core/media.ts'
import type { Refusal } from '../../core/message.ts'
import { answerEarly } from '../answer-early.ts'
import { Refused, routeOf } from '../surface.ts'

/** `POST` and `GET /v1/media`, `GET /v1/media/{fileId}`. What is registered here has been told whose call it is. */
export function mediaRoutes(server: FastifyInstance, app: Filing) {
  // A file is not read into memory first: the handler gets the stream.
  server.removeAllContentTypeParsers()
  server.addContentTypeParser('*', (_request, bytes, done) => done(null, bytes))

  server.post(routeOf(one.uploadMedia), async (request, reply) => {
    const sent = readUpload(request)
    const file = 'reason' in sent ? sent : await upload(app, { ...sent, bytes: bytesOf(request) })
    if (!('reason' in file))
      return reply.code(201).send({ fileId: file.id, accepted: true, error: null } satisfies OneUploaded)

    return refuseUpload(request, reply, file)
  })
  server.setErrorHandler<Error & { code?: string }>((error, request, reply) => {
    if (error.code !== 'FST_ERR_CTP_INVALID_MEDIA_TYPE') throw error // to the server's own handler
    return refuseUpload(request, reply, { reason: 'parameter_invalid', subject: 'Content-Type' })
  })

  server.get<{ Querystring: Query }>(routeOf(one.downloadMedia), async (request, reply) => {
    const { fileId, sha256Hash } = request.query
    if (typeof fileId !== 'string' || fileId === '') throw new Refused('parameter_invalid', 'fileId')
    return download(app, request, reply, { fileId, sha256Hash })
  })

  server.get<{ Params: { fileId: string } }>(
    routeOf(one.mediaMetadata),
    async ({ integration, params }, reply): Promise<OneMediaMetadata | FastifyReply> => {
      const file = await findFile(app, integration.id, params.fileId)
      if (!file) return refuseMetadata(reply, params.fileId)
      return {
        expirationTime: Math.floor(file.expiresAt / 1000),
        broadcastAllowed: file.broadcastAllowed,
      }
    },
  )
}

function refuseUpload(request: FastifyRequest, reply: FastifyReply, { reason, subject }: Refusal) {
  const { code, description, httpStatus } = oneError(reason, subject)
  // The body may be as long as it likes.
  if (!request.raw.complete) answerEarly(request, reply)
  return reply
    .code(httpStatus)
    .send({ accepted: false, error: { code, description } } satisfies OneUploadRefused)
}

/** As an upload that is refused: the clients of this answer read the same three members. */
function refuseMetadata(reply: FastifyReply, fileId: string) {
  const { code, description, httpStatus } = oneError('media_unknown')
  const body = { fileId, accepted: false, error: { code, description } } as const
  return reply.code(httpStatus).send(body satisfies OneMediaUnknown)
}

/** A client that goes away half-way is no fault of ours. */
async function* bytesOf({ raw }: FastifyRequest): AsyncIterable<Buffer> {
  try {
    // Leaving the loop must not destroy the request: its answer needs the same connection.
    yield* raw.iterator({ destroyOnReturn: false }) as AsyncIterable<Buffer>
  } catch (error) {
    throw raw.errored && !raw.complete ? new Refused('payload_malformed') : error
  }
}

/** A parameter that is given twice is a list. */
type Query = Record<string, string | string[] | undefined>

function readUpload(request: FastifyRequest) {
  const query = queryOf(request)
  const integration: Integration = request.integration
  const invalid = (subject: string): Refusal => ({ reason: 'parameter_invalid', subject })

  for (const [name, value] of Object.entries(query)) if (Array.isArray(value)) return invalid(name)
  const one = query as Record<string, string | undefined> // no list is left
  const { fileName = '', to, broadcastAllowed, sha256FileHash, encryptionKey, kmsArn } = one
  const contentType = request.headers['content-type']?.trim().toLowerCase() ?? ''

  if (!integration.whatsapp) return { reason: 'channel_not_linked' } satisfies Refusal
  if (!isMediaType(contentType)) return invalid('Content-Type')
  if (!isFileName(fileName)) return invalid('fileName')
  if (to !== undefined && !/^\d{3,20}$/.test(to)) return invalid('to')
  if (broadcastAllowed !== undefined && !/^(true|1)$/i.test(broadcastAllowed))
    return invalid('broadcastAllowed')
  if (sha256FileHash !== undefined && !isSha256(sha256FileHash)) return invalid('sha256FileHash')
  const sha256 = sha256FileHash?.toLowerCase()
  const sealed = readSealed(integration, { encryptionKey, kmsArn, sha256 })
  if (sealed && 'reason' in sealed) return sealed

  return {
    integrationId: integration.id,
    from: integration.whatsapp.from,
    to,
    broadcastAllowed: broadcastAllowed !== undefined,
    contentType,
    fileName,
    // The hash is of the clear file, which a sealed one is not yet.
    sha256: sha256 !== undefined && !sealed ? { hex: sha256, member: 'sha256FileHash' } : undefined,
    sealed,
  }
}

/** What opening the file will take; undefined for a clear one. */
function readSealed(
  { encryption }: Integration,
  { encryptionKey, kmsArn, sha256 }: Record<keyof SealedFile, string | undefined>,
): SealedFile | Refusal | undefined {
  // Whoever names a key has sealed something, and lost the key on the way.
  if (encryptionKey === undefined)
    return kmsArn ? { reason: 'parameter_invalid', subject: 'encryptionKey' } : undefined
  if (!kmsArn) return { reason: 'parameter_invalid', subject: 'kmsArn' }
  if (!encryption?.mtKey) return { reason: 'channel_inactive' }
  if (!encryptionKey) return { reason: 'parameter_invalid', subject: 'encryptionKey' }
  if (!sha256) return { reason: 'parameter_invalid', subject: 'sha256FileHash' }
  return { encryptionKey, kmsArn, sha256 }
}

/** One published sample has the whole URL where the query begins; what is left of its first parameter's name is right. */
function queryOf({ query }: FastifyRequest): Query {
  const entries = Object.entries(query as Query) // what Fastify's parser makes
  return Object.fromEntries(entries.map(([name, value]) => [name.replace(/^https?:\/\/.*\?/, ''), value]))
}

/** Of a sealed file the clear one is what is told; the other is what it has as it is downloaded. */
const hashesOf = ({ sha256, sealed }: MediaFile): unknown[] => [sha256, sealed?.sha256]

async function download(
  app: Filing,
  { headers, integration }: FastifyRequest,
  reply: FastifyReply,
  { fileId, sha256Hash }: { fileId: string; sha256Hash: string | string[] | undefined },
) {
  const file = await findFile(app, integration.id, fileId)
  if (!file || (sha256Hash !== undefined && !hashesOf(file).includes(sha256Hash)))
    throw new Refused('media_unknown')
  const etag = `"${file.sha256}"`
  if (names(headers['if-none-match'], etag)) return described(reply, file, etag).code(304).send()

  const wanted = headers['if-range'] === undefined || headers['if-range'] === etag ? headers.range : undefined
  const range = rangeOf(wanted, file.bytes)
  if (range === null)
    return described(reply, file, etag).code(416).header('content-range', `bytes */${file.bytes}`).send()

  const stream = await app.media.open(file.id, file.integrationId, range)
  if (!stream) throw new Refused('media_unknown')
  described(reply, file, etag).header('content-type', file.contentType)
  if (!range) return reply.header('content-length', file.bytes).send(stream)
  return reply
    .code(206)
    .header('content-length', range.to - range.from + 1)
    .header('content-range', `bytes ${range.from}-${range.to}/${file.bytes}`)
    .send(stream)
}

/** What is said of a file and never of a refusal. */
const described = (reply: FastifyReply, { fileName }: MediaFile, etag: string) =>
  reply.headers({
    etag,
    'accept-ranges': 'bytes',
    'cache-control': 'private, immutable',
    // It is somebody's file, not our page: no browser is to guess, run or show it in our name.
    'x-content-type-options': 'nosniff',
    'content-security-policy': "sandbox; default-src 'none'",
    'content-disposition': `attachment; filename*=UTF-8''${encodeURIComponent(fileName)}`,
  })

/** `If-None-Match`: a list of tags, or `*` (RFC 9110, 13.1.2). */
const names = (header: string | undefined, etag: string) =>
  header?.split(',').some((tag) => tag.trim() === '*' || tag.trim().replace(/^W\//, '') === etag) ?? false
