import type { MediaStore } from '../core/media.ts'
import { openDisk } from './disk/index.ts'
import { openS3 } from './s3/index.ts'

const openers: Record<string, (location: string) => Promise<MediaStore>> = {
  file: openDisk,
  s3: (location) => openS3(location),
}
export const mediaSchemes = Object.keys(openers)

/** Opens the media store that the URL names by its scheme: `file:<folder>`, `s3://<bucket>/<prefix>?…`. */
export async function openMedia(url: string): Promise<MediaStore> {
  const [, scheme = '', location = ''] = /^([a-z0-9+]+):(.*)$/s.exec(url) ?? []
  const open = openers[scheme]
  if (!open || location === '')
    throw new Error(`No media store is named by ${JSON.stringify(url)}; known: ${mediaSchemes.join(', ')}`)
  return open(location)
}
