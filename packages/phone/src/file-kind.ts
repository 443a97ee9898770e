export interface FileKind {
  label: string
  mostBytes: number
  /** WhatsApp shows no words with the others. */
  hasCaption: boolean
}

const megabyte = 1024 ** 2
const document = { label: 'Document', mostBytes: 100 * megabyte, hasCaption: true }

/** What the sandbox makes of files, by their content type; docs/sandbox.md has the same. */
const kinds: (FileKind & { types: readonly string[] })[] = [
  { label: 'Photo', mostBytes: 5 * megabyte, hasCaption: true, types: ['image/jpeg', 'image/png'] },
  { label: 'Video', mostBytes: 16 * megabyte, hasCaption: true, types: ['video/mp4', 'video/3gpp'] },
  {
    label: 'Audio',
    mostBytes: 16 * megabyte,
    hasCaption: false,
    types: ['audio/aac', 'audio/amr', 'audio/mpeg', 'audio/mp4', 'audio/ogg'],
  },
  { label: 'Sticker', mostBytes: 500 * 1024, hasCaption: false, types: ['image/webp'] },
]

/** Whatever WhatsApp does not show goes as a document. */
export function fileKindOf(contentType: string): FileKind {
  const type = contentType.split(';')[0]?.trim().toLowerCase() ?? ''
  return kinds.find(({ types }) => types.includes(type)) ?? document
}
