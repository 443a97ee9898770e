import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'

/** Everything that somebody wrote, by where it is. */
export type Traces = Map<string, Buffer>

/** The files of a folder. */
export async function tracesIn(folder: string): Promise<Traces> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true })
  const paths = entries
    .filter((entry) => entry.isFile())
    .map(({ parentPath, name }) => join(parentPath, name))
  return new Map(await Promise.all(paths.map(async (path) => [path, await readFile(path)] as const)))
}

/** How a word or a key may be written down: as it is, in base64 wherever it stands in it, in hex, in 16 bits. */
function formsOf(secret: Buffer): Buffer[] {
  const inBase64 = [0, 1, 2].map((before) =>
    Buffer.from(
      Buffer.concat([Buffer.alloc(before), secret])
        .toString('base64')
        .slice(4, -4),
    ),
  )
  const hex = secret.toString('hex')
  const wide = Buffer.from(secret.toString('latin1'), 'utf16le')
  return [secret, Buffer.from(hex), Buffer.from(hex.toUpperCase()), wide, ...inBase64]
}

/** Where it stands, however it is written. */
export const placesOf = (secret: Buffer, traces: Traces): string[] => {
  const forms = formsOf(secret)
  return [...traces].filter(([, bytes]) => forms.some((form) => bytes.includes(form))).map(([place]) => place)
}
