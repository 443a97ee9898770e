/** A stretch of a message's text, as it is shown. */
export type Piece =
  | { type: 'text'; text: string }
  | { type: 'link'; text: string; url: string }
  | { type: 'mono'; text: string }
  | { type: Emphasis; pieces: Piece[] }

export type Emphasis = 'bold' | 'italic' | 'strike'

const marks: Record<string, Emphasis> = { '*': 'bold', _: 'italic', '~': 'strike' }

/**
 * Reads `*bold*`, `_italic_`, `~strike~`, ```` ```mono``` ````, `` `mono` `` and links. As on phones, a mark
 * counts only at the edge of a word, closes on its own line, and stays as typed when nothing closes it.
 */
export function piecesOf(text: string): Piece[] {
  return read(text, new Set())
}

/** The text without its marks. */
export function plainOf(text: string): string {
  return piecesOf(text).map(plain).join('')
}

function plain(piece: Piece): string {
  return 'pieces' in piece ? piece.pieces.map(plain).join('') : piece.text
}

/** The first link of a text: what a preview is made of. */
export function firstUrl(text: string): URL | undefined {
  for (const match of text.matchAll(/https?:\/\/\S+/gi)) {
    const link = linkAt(text, match.index)
    if (link) return new URL(link.url)
  }
  return undefined
}

/** A mark means nothing inside itself, so that texts nest three deep at most. */
function read(text: string, within: ReadonlySet<string>): Piece[] {
  const pieces: Piece[] = []
  let plainFrom = 0
  let at = 0

  while (at < text.length) {
    const found = monoAt(text, at) ?? linkAt(text, at) ?? emphasisAt(text, at, within)
    if (!found) {
      at += 1
      continue
    }
    if (at > plainFrom) pieces.push({ type: 'text', text: text.slice(plainFrom, at) })
    pieces.push(found.piece)
    at = found.end
    plainFrom = at
  }
  if (at > plainFrom) pieces.push({ type: 'text', text: text.slice(plainFrom) })
  return pieces
}

interface Found {
  piece: Piece
  end: number
}

function monoAt(text: string, at: number): Found | undefined {
  if (text[at] !== '`') return undefined
  const match = matchAt(/```(.+?)```|`([^`\n]+)`/sy, text, at)
  if (!match) return undefined
  return { piece: { type: 'mono', text: match[1] ?? match[2] ?? '' }, end: at + match[0].length }
}

function linkAt(text: string, at: number): (Found & { url: string }) | undefined {
  if (isWord(text[at - 1])) return undefined
  const match = matchAt(/(?:https?:\/\/|www\.)[^\s<>"`]+/iy, text, at)
  if (!match) return undefined

  const shown = withoutTrailingPunctuation(match[0])
  const url = /^www\./i.test(shown) ? `https://${shown}` : shown
  if (!URL.canParse(url)) return undefined
  return { piece: { type: 'link', text: shown, url }, url, end: at + shown.length }
}

function emphasisAt(text: string, at: number, within: ReadonlySet<string>): Found | undefined {
  const mark = text[at] ?? ''
  const type = marks[mark]
  if (!type || within.has(mark) || isWord(text[at - 1]) || isSpace(text[at + 1])) return undefined

  for (let end = at + 1; end < text.length && text[end] !== '\n'; end += 1) {
    if (text[end] !== mark || end === at + 1) continue
    if (isSpace(text[end - 1]) || isWord(text[end + 1])) continue
    const pieces = read(text.slice(at + 1, end), new Set([...within, mark]))
    return { piece: { type, pieces }, end: end + 1 }
  }
  return undefined
}

/** A full stop after a link ends the sentence, and a bracket belongs to the link only if it opened there. */
function withoutTrailingPunctuation(url: string): string {
  let end = url.length
  while (end > 0) {
    const last = url[end - 1] ?? ''
    const strayBracket = (last === ')' && !url.includes('(')) || (last === ']' && !url.includes('['))
    if (!strayBracket && !/[.,;:!?'*_~]/.test(last)) break
    end -= 1
  }
  return url.slice(0, end)
}

function matchAt(sticky: RegExp, text: string, at: number): RegExpExecArray | null {
  sticky.lastIndex = at
  return sticky.exec(text)
}

function isWord(character: string | undefined): boolean {
  return character !== undefined && /[\p{L}\p{N}]/u.test(character)
}

function isSpace(character: string | undefined): boolean {
  return character === undefined || /\s/.test(character)
}
