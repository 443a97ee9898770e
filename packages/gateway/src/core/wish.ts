import type { Integration, Wish } from './integration.ts'
import type { MoContent } from './message.ts'

/** What a person wants who writes one of the integration's words and nothing else, in whatever language. */
export function wishIn({ words }: Pick<Integration, 'words'>, content: MoContent): Wish | undefined {
  const said =
    content.type === 'text' ? content.text.body : content.type === 'button' ? content.button.text : ''
  if (said.length > longestWord) return undefined
  const word = plain(said)
  return wishes.find((wish) =>
    Object.values(words[wish]).some((list) => list.some((each) => plain(each) === word)),
  )
}

const wishes: readonly Wish[] = ['stop', 'start']

/** In characters; longer ones are refused when they are set. */
const longestWord = 100

/** Without what people put around a word: case, space, a full stop. */
const plain = (text: string) =>
  text
    .normalize('NFKC')
    .toLowerCase()
    .replace(/^[\s\p{P}]+|[\s\p{P}]+$/gu, '')
