/**
 * Writes the documents that are made from the protocol's tables. With `--check` it writes nothing, and fails when a
 * file is not what it would have written.
 */
import { readFile, writeFile } from 'node:fs/promises'
import { endpoints, openapi } from '@waypost/protocol'
import { errorsPage } from './generate/errors.ts'
import { costs, growth } from './generate/growth.ts'
import { statusesPage } from './generate/statuses.ts'

const { version }: { version: string } = JSON.parse(await read('../package.json'))

const documents = {
  'errors.md': errorsPage(),
  'statuses.md': statusesPage(),
  'scale.md': filledIn(await read('scale.md'), { costs: costs(), growth: growth() }),
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

/** Puts each table between the comments that name it. */
function filledIn(page: string, tables: Record<string, string>): string {
  return page.replaceAll(
    /(<!-- (\w+), by docs\/generate -->\n)[^<]*(<!-- end -->)/g,
    (_all, begin: string, name: string, end: string) => `${begin}\n${tables[name]}\n\n${end}`,
  )
}
