import type { Content } from './index.ts'

/**
 * A content with every text that its client seals put through `change`; keys, structure and what stays clear are as they
 * were. In the order in which the texts stand.
 */
export function changeLeaves<Sealed extends Content>(
  content: Sealed,
  change: (leaf: string) => string,
): Sealed {
  // Each row answers a content of the type that it was given.
  return changers[content.type](content as never, change) as Sealed
}

/** How many texts of a content its client seals. */
export function leavesIn(content: Content): number {
  let count = 0
  changeLeaves(content, (leaf) => {
    count++
    return leaf
  })
  return count
}

type Changers = {
  [Type in Content['type']]: (
    content: Extract<Content, { type: Type }>,
    change: (leaf: string) => string,
  ) => Extract<Content, { type: Type }>
}

const changers: Changers = {
  text: ({ text, ...rest }, change) => ({ ...rest, text: { ...text, body: change(text.body) } }),
  media: ({ media, ...rest }, change) => ({
    ...rest,
    media: { ...media, ...(media.caption !== undefined && { caption: change(media.caption) }) },
  }),
  location: ({ location, ...rest }, change) => ({ ...rest, location: inAll(location, change) }),
  contacts: ({ contacts, ...rest }, change) => ({ ...rest, contacts: inAll(contacts, change) }),
  template: ({ template, ...rest }, change) => {
    const { header, parameters, postbackData, websiteUrl } = template
    return {
      ...rest,
      template: {
        ...template,
        ...(header && { header: 'text' in header ? inAll(header, change) : header }),
        parameters: inAll(parameters, change),
        ...(postbackData && { postbackData: inAll(postbackData, change) }),
        ...(websiteUrl && {
          websiteUrl: {
            ...websiteUrl,
            ...(websiteUrl.parameters && { parameters: inAll(websiteUrl.parameters, change) }),
          },
        }),
      },
    }
  },
}

/** Every text below, whatever the structure. */
function inAll<Value>(value: Value, change: (leaf: string) => string): Value {
  const changed = (part: unknown): unknown => {
    if (typeof part === 'string') return change(part)
    if (Array.isArray(part)) return part.map(changed)
    if (typeof part !== 'object' || part === null) return part
    return Object.fromEntries(Object.entries(part).map(([name, member]) => [name, changed(member)]))
  }
  // Texts become texts, and nothing else changes.
  return changed(value) as Value
}
