import type { Reader } from './sending.ts'
import { contacts } from './types/contacts.ts'
import { location } from './types/location.ts'
import { audio, document, image, sticker, video } from './types/media.ts'
import { template } from './types/template.ts'
import { text } from './types/text.ts'

/** How a request of each type is read. More types come as more rows. */
export const messageTypes: Record<string, Reader> = {
  text,
  image,
  video,
  audio,
  document,
  sticker,
  location,
  contacts,
  template,
}
