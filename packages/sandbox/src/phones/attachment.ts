import { mediaType } from '../media/types.ts'
import type { MediaFile } from './content.ts'

/** Whatever a business sends as a file, the browser runs none of it. */
export const harmless = {
  'content-security-policy':
    "default-src 'none'; img-src 'self'; media-src 'self'; style-src 'unsafe-inline'; sandbox",
  'x-content-type-options': 'nosniff',
}

/** Pictures and sound are looked at, documents are saved, each under a name that is one on any system. */
export function dispositionOf({
  contentType,
  fileName,
}: Pick<MediaFile, 'contentType' | 'fileName'>): string {
  const { kind = 'document', extension = 'bin' } = mediaType(contentType) ?? {}
  const name = nameOf(fileName) || `${kind}.${extension}`
  const plain = name.replaceAll(/[^ -~]|["\\%]/g, '_')
  const encoded = encodeURIComponent(name).replaceAll(
    /['()*]/g,
    (sign) => `%${sign.charCodeAt(0).toString(16)}`,
  )
  const way = kind === 'document' ? 'attachment' : 'inline'
  return `${way}; filename="${plain}"${plain === name ? '' : `; filename*=UTF-8''${encoded}`}`
}

/** What stands behind the last slash, without control characters and halves of characters. */
function nameOf(fileName = ''): string {
  const name = fileName.split(/[/\\]/).at(-1) ?? ''
  return name
    .toWellFormed()
    .replaceAll(/\p{Cc}/gu, '')
    .trim()
}
