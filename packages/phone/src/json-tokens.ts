export interface Token {
  type: 'key' | 'string' | 'number' | 'word' | 'punctuation'
  text: string
}

/** A value as indented JSON, cut into what is coloured alike. Joined again, the tokens are the JSON. */
export function tokensOf(value: unknown): Token[] {
  const json = JSON.stringify(value, null, 2) ?? 'null'
  return [...json.matchAll(token)].map(({ 0: text, groups = {} }) => {
    if (groups.key !== undefined) return { type: 'key', text }
    if (groups.string !== undefined) return { type: 'string', text }
    if (groups.number !== undefined) return { type: 'number', text }
    return { type: groups.word === undefined ? 'punctuation' : 'word', text }
  })
}

const token =
  /(?<key>"(?:[^"\\]|\\.)*"(?=:))|(?<string>"(?:[^"\\]|\\.)*")|(?<number>-?\d[\d.eE+-]*)|(?<word>true|false|null)|[^"\w-]+/g
