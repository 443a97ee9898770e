/** As JSON Schema and Meta count: code points, so that an emoji of two UTF-16 units is one. */
export function charactersIn(text: string): number {
  let count = 0
  for (const _ of text) count++
  return count
}

/** Counts only where it has to: what is sent may have megabytes. */
export function isLonger(text: string, characters: number): boolean {
  return text.length > characters && (text.length > 2 * characters || charactersIn(text) > characters)
}
