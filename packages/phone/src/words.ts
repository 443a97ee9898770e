import type { Message } from './api.ts'
import { namesOf } from './contact.ts'
import { plainOf } from './formatting.ts'

/** What the kinds are called that are not words themselves. */
const labels: Record<string, string> = {
  image: 'Photo',
  video: 'Video',
  audio: 'Audio',
  document: 'Document',
  sticker: 'Sticker',
  location: 'Location',
  contacts: 'Contact',
  reaction: 'Reaction',
}

/** The words of a message as they stand in its bubble, with their marks. */
export function textOf({ text, caption, body }: Message): string | undefined {
  return text ?? caption ?? body
}

/** A message in plain words, whatever it is: to be read out, quoted and listed. */
export function wordsOf(message: Message): string {
  const { kind, header } = message
  const text = textOf(message)
  const said = text ? plainOf(text) : nameOf(message)
  const label = labels[kind]
  if (header) return [header, said].filter(Boolean).join('\n')
  return label ? [label, said].filter(Boolean).join(': ') : (said ?? kind)
}

/** What something without words is called. */
function nameOf({ media, location, contacts, reaction }: Message): string | undefined {
  if (reaction) return reaction.emoji || 'taken back'
  return media?.fileName ?? location?.name ?? location?.address ?? (contacts && namesOf(contacts))
}

const excerptLength = 80

/** The beginning of it in a line. */
export function excerptOf(message: Message): string {
  const line = wordsOf(message).replace(/\s+/g, ' ').trim()
  return line.length > excerptLength ? `${line.slice(0, excerptLength).trimEnd()}…` : line
}
