const kilobyte = 1024
const megabyte = 1024 * kilobyte
const office = 'application/vnd.openxmlformats-officedocument'

/**
 * What WhatsApp carries as which kind, how large, and how files of a type end:
 * https://developers.facebook.com/docs/whatsapp/cloud-api/reference/media#supported-media-types
 */
export const mediaKinds = {
  image: { mostBytes: 5 * megabyte, types: { 'image/jpeg': 'jpg', 'image/png': 'png' } },
  video: { mostBytes: 16 * megabyte, types: { 'video/mp4': 'mp4', 'video/3gpp': '3gp' } },
  audio: {
    mostBytes: 16 * megabyte,
    types: {
      'audio/aac': 'aac',
      'audio/amr': 'amr',
      'audio/mpeg': 'mp3',
      'audio/mp4': 'm4a',
      'audio/ogg': 'ogg',
    },
  },
  document: {
    mostBytes: 100 * megabyte,
    types: {
      'application/pdf': 'pdf',
      'application/msword': 'doc',
      'application/vnd.ms-excel': 'xls',
      'application/vnd.ms-powerpoint': 'ppt',
      [`${office}.wordprocessingml.document`]: 'docx',
      [`${office}.spreadsheetml.sheet`]: 'xlsx',
      [`${office}.presentationml.presentation`]: 'pptx',
      'text/plain': 'txt',
    },
  },
  /** Those that move; those that do not have 100 KB with Meta, which would have to look inside to know. */
  sticker: { mostBytes: 500 * kilobyte, types: { 'image/webp': 'webp' } },
} as const satisfies Record<string, { mostBytes: number; types: Record<string, string> }>

export type MediaKind = keyof typeof mediaKinds

interface MediaType {
  kind: MediaKind
  mostBytes: number
  extension: string
}

const byType = new Map<string, MediaType>()
for (const [kind, { mostBytes, types }] of Object.entries(mediaKinds)) {
  for (const [type, extension] of Object.entries(types)) {
    // The keys of the table are the kinds.
    byType.set(type, { kind: kind as MediaKind, mostBytes, extension })
  }
}

/** Undefined for what WhatsApp does not carry. Parameters, such as `; codecs=opus`, do not count. */
export function mediaType(mimeType: string): MediaType | undefined {
  return byType.get(mimeType.split(';')[0]?.trim().toLowerCase() ?? '')
}

export const mediaTypes: readonly string[] = [...byType.keys()]

/** The most that any kind may have. */
export const mostMediaBytes = Math.max(...Object.values(mediaKinds).map(({ mostBytes }) => mostBytes))
