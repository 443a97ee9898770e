/**
 * Writes the documents that are made from the protocol's tables. With `--check` it writes nothing, and fails when a
 * file is not what it would have written.
 */
import { readFile, writeFile } from 'node:fs/promises'
import { endpoints, openapi } from '@waypost/protocol'
import { errorsPage } from './generate/errors.ts'
import { statusesPage } from './generate/statuses.ts'

const { version }: { version: string } = JSON.parse(await read('../package.json'))

const documents = {
  'errors.md': errorsPage(),
  'statuses.md': statusesPage(),
  'api/openapi.json': `${JSON.stringify(openapi(endpoints, { version }), null, 2)}\n`,
}

for (const [path, text] of Object.entries(documents)) {
  if ((await read(path).catch(() => '')) === text) continue
  if (process.argv.includes('--check')) {
    console.error(`docs/${path} is stale: npm run docs`)
    process.exitCode = 1
  } else {
    await writeFile(new URL(path, import.meta.url), text)
    console.log(`docs/${path}`)
  }
}

async function read(path: string): Promise<string> {
  return await readFile(new URL(path, import.meta.url), 'utf8')
}
