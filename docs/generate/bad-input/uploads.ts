import type { ReasonName } from '@waypost/protocol'

/** A wrong upload: what its query says besides a good `fileName`, what its body is, and its one answer. */
export interface BadUpload {
  what: string
  /** `null` leaves a parameter out. */
  parameters?: Record<string, string | null>
  contentType?: string
  /** As many of any; a small picture when absent. */
  bytes?: number
  gets: { reason: ReasonName; names?: string }
}

const invalid = (names: string) => ({ reason: 'parameter_invalid', names }) as const

export const uploads: BadUpload[] = [
  { what: 'no fileName', parameters: { fileName: null }, gets: invalid('fileName') },
  { what: 'a fileName that is a path', parameters: { fileName: '../a.png' }, gets: invalid('fileName') },
  { what: 'a fileName with backslashes', parameters: { fileName: 'a\\b.png' }, gets: invalid('fileName') },
  {
    what: 'a fileName with control characters',
    parameters: { fileName: 'a\u0000\n.png' },
    gets: invalid('fileName'),
  },
  {
    what: 'a fileName that turns the text around',
    parameters: { fileName: 'a\u202egnp.exe' },
    gets: invalid('fileName'),
  },
  { what: 'a fileName of dots', parameters: { fileName: '..' }, gets: invalid('fileName') },
  {
    what: 'a fileName of more than 255 bytes',
    parameters: { fileName: 'é'.repeat(128) },
    gets: invalid('fileName'),
  },
  { what: 'a recipient that is no number', parameters: { to: 'me' }, gets: invalid('to') },
  {
    what: 'broadcastAllowed other than true and 1',
    parameters: { broadcastAllowed: 'yes' },
    gets: invalid('broadcastAllowed'),
  },
  {
    what: 'broadcastAllowed that is false',
    parameters: { broadcastAllowed: 'false' },
    gets: invalid('broadcastAllowed'),
  },
  {
    what: 'a hash of 63 digits',
    parameters: { sha256FileHash: 'a'.repeat(63) },
    gets: invalid('sha256FileHash'),
  },
  {
    what: 'the hash of something else',
    parameters: { sha256FileHash: 'a'.repeat(64) },
    gets: invalid('sha256FileHash'),
  },
  {
    what: 'a kmsArn without encryptionKey',
    parameters: { kmsArn: 'arn:aws:kms:x' },
    gets: invalid('encryptionKey'),
  },
  { what: 'an encryptionKey without kmsArn', parameters: { encryptionKey: 'AQID' }, gets: invalid('kmsArn') },
  {
    what: 'a sealed file, where the integration has no encryption',
    parameters: { encryptionKey: 'AQID', kmsArn: 'arn:aws:kms:x' },
    gets: { reason: 'channel_inactive' },
  },
  { what: 'a Content-Type that is none', contentType: 'picture', gets: invalid('Content-Type') },
  { what: 'a file of no bytes', bytes: 0, gets: { reason: 'content_empty' } },
  {
    what: 'more than 30 MB',
    bytes: 30 * 1024 * 1024 + 1,
    gets: { reason: 'media_too_big', names: '30' },
  },
]
