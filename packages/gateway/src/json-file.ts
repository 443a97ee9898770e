import { readFileSync } from 'node:fs'
import { CannotStart } from './core/cannot-start.ts'

/** What a file of the operator's says. */
export function jsonIn(file: string): unknown {
  const text = textOf(file)
  try {
    return JSON.parse(text)
  } catch {
    // The parser's message would quote the file, and with it a secret.
    throw new CannotStart(`${file} is not JSON`)
  }
}

function textOf(file: string): string {
  try {
    return readFileSync(file, 'utf8')
  } catch (error) {
    throw new CannotStart(`${file} cannot be read (${(error as NodeJS.ErrnoException).code})`, {
      cause: error,
    })
  }
}
