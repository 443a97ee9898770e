import { readFileSync } from 'node:fs'

/** The project's own copy of what was published: codes, shapes and types; the words of the examples are ours. */
export function fixture<T>(name: 'published.json' | 'codes.json'): T {
  return JSON.parse(readFileSync(new URL(`../../../test/fixtures/${name}`, import.meta.url), 'utf8'))
}

/** A published table with its wording, where a copy of it lies beside the project; undefined where it does not. */
export function published<T>(name: string): T | undefined {
  try {
    return JSON.parse(readFileSync(new URL(`../../../../shared/spec/${name}`, import.meta.url), 'utf8'))
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined
    throw error
  }
}

/** For `test`: skips with the reason, unless the table is here. Only wording is compared with it. */
export const unlessHere = (table: unknown) => ({
  skip: table ? false : 'no copy of the published tables beside the project to compare words with',
})
