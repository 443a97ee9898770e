import assert from 'node:assert/strict'
import { existsSync, globSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { test } from 'node:test'
import { settings } from '../packages/gateway/src/config.ts'

const root = join(import.meta.dirname, '..')
const read = (path: string) => readFileSync(join(root, path), 'utf8')

for (const document of ['docs/architecture.md', 'docs/scale.md'])
  test(`the files that ${document} names are there`, () => {
    const named = new Set(
      read(document).match(/(?:[\w<>-]+\/)+[\w.<>-]+\.(?:ts|sql|md)\b|packages\/[\w/.-]+/g),
    )
    assert.ok(named.size > 0)
    const missing = [...named].filter((path) => {
      const pattern = path.replaceAll(/<\w+>/g, '*')
      return (
        globSync([pattern, `docs/${pattern}`, `packages/gateway/src/${pattern}`], { cwd: root }).length === 0
      )
    })
    assert.deepEqual(missing, [])
  })

test('configuration.md has the settings of config.ts, their defaults and what they are for', () => {
  const rows = tableRows('docs/configuration.md').filter(([name]) => name?.startsWith('`WAYPOST_'))
  const plain = (text = '') => text.replaceAll('`', '')
  assert.deepEqual(
    rows.map(([name, byDefault, what]) => [plain(name), plain(byDefault), what]),
    Object.entries(settings).map(([name, setting]) => [name, plain(setting.default), setting.what]),
  )
})

test('npm start falls back on the same addresses and folder as the gateway', () => {
  const source = read('bin/start.mjs')
  for (const name of ['WAYPOST_HOST', 'WAYPOST_PORT', 'WAYPOST_SANDBOX_PORT', 'WAYPOST_DATA'] as const) {
    const line = source.split('\n').find((text) => text.startsWith('const') && text.includes(name))
    assert.match(line ?? '', new RegExp(`[ ']${RegExp.escape(settings[name].default)}[')]`), name)
  }
})

test('the glossary has every word that has one meaning here', () => {
  const words = [
    'MT',
    'MO',
    'supplier',
    'channel',
    'integration',
    'content',
    'DLR',
    'status',
    'outcome',
    'attempt',
    'callback',
    'webhook',
    'lane',
    'lease',
    'media',
    'sandbox',
    'handset',
  ]
  const explained = tableRows('docs/glossary.md').map(([word]) => word?.replaceAll('*', ''))
  assert.deepEqual(
    words.filter((word) => !explained.includes(word)),
    [],
  )
})

test('dependencies.md has a line for every package that the workspaces run on, and no other', () => {
  const manifests = globSync('packages/*/package.json', { cwd: root })
  assert.ok(manifests.length > 0)
  const needed = manifests.flatMap((path) => {
    const { dependencies = {} }: { dependencies?: Record<string, string> } = JSON.parse(read(path))
    return Object.keys(dependencies).filter((name) => !name.startsWith('@waypost/'))
  })
  const explained = tableRows('docs/decisions/dependencies.md').map(([name]) => name?.replaceAll('`', ''))
  assert.deepEqual(explained.sort(), [...new Set(needed)].sort())
})

test('links between the documents lead somewhere', () => {
  const documents = globSync(['*.md', 'docs/**/*.md'], { cwd: root })
  assert.ok(documents.length > 0)
  const dead = documents.flatMap((document) => {
    const links = read(document).matchAll(/(?<!!)\[[^\]]*\]\((?!https?:|#)([^)#\s]+)/g)
    return [...links]
      .filter(([, target = '']) => !existsSync(join(root, dirname(document), target)))
      .map(([link]) => `${document}: ${link})`)
  })
  assert.deepEqual(dead, [])
})

/** The cells of every table row of a document, without its heads. */
function tableRows(path: string): string[][] {
  const lines = read(path).split('\n')
  return lines
    .filter((line, at) => line.startsWith('|') && !isRule(line) && !isRule(lines[at + 1]))
    .map((line) =>
      line
        .split('|')
        .slice(1, -1)
        .map((cell) => cell.trim()),
    )
}

function isRule(line = ''): boolean {
  return /^\|[-:| ]+$/.test(line)
}
