import { type Static, Type } from 'typebox'
import type { ReasonName } from '../../reasons.ts'
import { callReasons, endpoint, type Parameter } from '../endpoint.ts'
import { OneErrorBody, oneBadRequest, oneRefusals, refusal } from './errors.ts'

const bytes = Type.Unsafe<Uint8Array>({ type: 'string', format: 'binary' })

export const OneUploaded = Type.Object(
  {
    fileId: Type.String({ description: 'A UUID and an extension. Name it in `media.fileId`.' }),
    accepted: Type.Literal(true),
    error: Type.Null(),
  },
  { title: 'OneUploaded' },
)
export type OneUploaded = Static<typeof OneUploaded>

export const OneUploadRefused = Type.Object(
  { accepted: Type.Literal(false), error: OneErrorBody },
  { title: 'OneUploadRefused' },
)
export type OneUploadRefused = Static<typeof OneUploadRefused>

/** Each of these refuses the upload in its own shape; nothing of it is kept. */
export const uploadReasons = [
  'parameter_invalid',
  'content_empty',
  'media_too_big',
  'channel_inactive',
  'channel_not_linked',
] as const satisfies ReasonName[]

const text = (description: string): Parameter => ({ in: 'query', schema: Type.String(), description })

export const uploadMedia = endpoint({
  id: 'uploadMedia',
  surface: 'one',
  method: 'POST',
  path: '/v1/media',
  summary: 'Upload a file',
  description:
    'The body is the file itself, up to 30 MB, of any type: whether the channel carries it is checked when a message uses it. The file is on stable storage when the answer leaves, belongs to the integration’s number, and is kept for 30 days.',
  parameters: {
    'Content-Type': {
      in: 'header',
      required: true,
      schema: Type.String(),
      description: 'What the file really is.',
    },
    fileName: { ...text('Its name; the extension becomes the fileId’s.'), required: true },
    to: text('The one recipient it may be sent to.'),
    broadcastAllowed: text('`true` or `1`: it may be sent to anyone, and not in a template.'),
    sha256FileHash: text(
      '64 hex digits, of the clear file; required with `encryptionKey`. Clear bytes that have another hash are refused.',
    ),
    encryptionKey: text(
      'The file is encrypted by the client, under this wrapped key. It is kept as it came and opened when a message that names it is sent; where that fails the message ends in status 60, 61, 81, 82 or 83.',
    ),
    kmsArn: text(
      'The key that wraps it: the integration’s `encryption.mtKey`. Required with `encryptionKey`.',
    ),
  },
  request: { schema: bytes, contentType: '*/*' },
  answers: {
    201: {
      description: 'The file is kept.',
      schema: OneUploaded,
      examples: {
        kept: {
          value: { fileId: 'c45ada9b-8a51-4413-a134-928c2b085d31.jpg', accepted: true, error: null },
        },
      },
    },
    400: {
      description: 'Nothing was kept.',
      schema: Type.Union([OneUploadRefused, oneBadRequest.schema]),
      examples: {
        refused: {
          value: {
            accepted: false,
            error: { code: 23, description: 'Invalid or missing parameter: fileName .' },
          },
        },
      },
    },
    ...oneRefusals,
  },
  reasons: [...callReasons, ...uploadReasons],
})

const notFound = refusal('No such file, or not any more.', 'media_unknown')

export const downloadMedia = endpoint({
  id: 'downloadMedia',
  surface: 'one',
  method: 'GET',
  path: '/v1/media',
  summary: 'Download a file',
  description: 'Ranges and conditional requests work as in RFC 9110.',
  parameters: {
    fileId: { ...text('As in the callback, or from the upload.'), required: true },
    sha256Hash: text('As in the callback. Where it is given, it has to be the file’s.'),
    source: text('Ignored.'),
  },
  answers: {
    200: { description: 'The bytes, under the type they came with.', schema: bytes, contentType: '*/*' },
    206: { description: 'The range that was asked for.', schema: bytes, contentType: '*/*' },
    304: { description: 'It is what `If-None-Match` names.' },
    400: oneBadRequest,
    404: notFound,
    416: { description: 'The file has no such range.' },
    ...oneRefusals,
  },
  reasons: [...callReasons, 'parameter_invalid', 'media_unknown'],
})

export const OneMediaMetadata = Type.Object(
  {
    expirationTime: Type.Integer({ description: 'In SECONDS since 1970, unlike all other times.' }),
    broadcastAllowed: Type.Boolean(),
  },
  { title: 'OneMediaMetadata' },
)
export type OneMediaMetadata = Static<typeof OneMediaMetadata>

export const OneMediaUnknown = Type.Object(
  {
    fileId: Type.String({ description: 'As it was asked for.' }),
    accepted: Type.Literal(false),
    error: OneErrorBody,
  },
  { title: 'OneMediaUnknown' },
)
export type OneMediaUnknown = Static<typeof OneMediaUnknown>

export const mediaMetadata = endpoint({
  id: 'mediaMetadata',
  surface: 'one',
  method: 'GET',
  path: '/v1/media/{fileId}',
  summary: 'What is known of an uploaded file',
  parameters: { fileId: { ...text('From the upload.'), in: 'path' } },
  answers: {
    200: {
      description: 'It.',
      schema: OneMediaMetadata,
      examples: { known: { value: { expirationTime: 1506607698, broadcastAllowed: false } } },
    },
    400: oneBadRequest,
    404: {
      ...notFound,
      schema: OneMediaUnknown,
      examples: {
        media_unknown: {
          value: {
            fileId: 'c45ada9b-8a51-4413-a134-928c2b085d31.jpg',
            accepted: false,
            error: { code: 41, description: 'Resource does not exist.' },
          },
        },
      },
    },
    ...oneRefusals,
  },
  reasons: [...callReasons, 'media_unknown'],
})
