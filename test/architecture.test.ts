import assert from 'node:assert/strict'
import { existsSync, globSync, readFileSync } from 'node:fs'
import { dirname, join, relative } from 'node:path'
import { describe, test } from 'node:test'

const root = join(import.meta.dirname, '..')

/**
 * Who may import whom, besides itself; paths are those under `packages`. A starred folder stands alone: of its
 * neighbours it sees only the loose files beside it (`suppliers/http.ts`). A type-only import is an import, and so is a
 * worker's `new URL('./writer.ts', import.meta.url)`. A new arrow needs a decision record.
 */
const mayImport: Record<string, string[]> = {
  protocol: [],
  phone: ['protocol/src'],
  sandbox: ['protocol/src', 'phone/page.js'],
  gateway: ['protocol/src'],
  'gateway/src/core': ['protocol/src'],
  'gateway/src/api': ['protocol/src', 'gateway/src/core'],
  'gateway/src/api/*': ['protocol/src', 'gateway/src/core'],
  'gateway/src/suppliers': ['protocol/src', 'gateway/src/core'],
  'gateway/src/suppliers/*': ['protocol/src', 'gateway/src/core'],
  'gateway/src/store': ['protocol/src', 'gateway/src/core'],
  'gateway/src/store/*': ['protocol/src', 'gateway/src/core', 'gateway/src/store/suite'],
  'gateway/src/media': ['protocol/src', 'gateway/src/core'],
  'gateway/src/media/*': ['protocol/src', 'gateway/src/core', 'gateway/src/media/media.suite.ts'],
  'gateway/src/keys': ['protocol/src', 'gateway/src/core'],
  'gateway/src/keys/*': ['protocol/src', 'gateway/src/core', 'gateway/src/keys/keys.suite.ts'],
  'gateway/src/sealing': ['protocol/src', 'gateway/src/core'],
  'gateway/src/callbacks': ['protocol/src', 'gateway/src/core'],
  'gateway/src/copy': ['protocol/src', 'gateway/src/core', 'gateway/src/store', 'gateway/src/media'],
}

/** What only tests of a folder may import besides: the core's run on real stores. */
const testsMayImport: Record<string, string[]> = {
  'gateway/src/core': ['gateway/src/store', 'gateway/src/media'],
  'gateway/src/suppliers': ['gateway/src/store', 'gateway/src/media'],
  'gateway/src/sealing': ['gateway/src/store', 'gateway/src/media', 'gateway/src/keys'],
}

/** Files that only these import, and tests. */
const seenOnlyBy: Record<string, string[]> = {
  'gateway/src/main.ts': [],
  'gateway/src/gateway.ts': ['gateway/src/main.ts'],
  'gateway/src/keys-command.ts': [],
  'gateway/src/copy-command.ts': [],
  'gateway/src/config.ts': [
    'gateway/src/main.ts',
    'gateway/src/gateway.ts',
    'gateway/src/keys-command.ts',
    'gateway/src/copy-command.ts',
  ],
  'sandbox/src/main.ts': [],
}

describe('who imports whom', () => {
  for (const [pattern, allowed] of Object.entries(mayImport)) {
    test(`${pattern} keeps to its imports`, () => {
      const folders = foldersOf(pattern)
      assert.ok(folders.length > 0, 'no such folder with sources in it')
      assert.deepEqual(
        folders.flatMap((folder) => straysOf(folder, [folder, ...allowed], pattern)),
        [],
      )
    })
  }

  for (const [file, importers] of Object.entries(seenOnlyBy)) {
    test(`${file} is seen by ${importers.join(' and ') || 'nobody'}`, () => {
      assert.ok(existsSync(join(root, 'packages', file)), 'no such file')
      const others = sourcesUnder('.').filter(
        (from) =>
          !isForTests(from) &&
          !importers.includes(from) &&
          importsOf(from).some(({ target }) => target === file),
      )
      assert.deepEqual(others, [])
    })
  }
})

describe('every imported package is declared', () => {
  const rootManifest = manifestOf(root)
  const places = [
    ...['bin', 'bench', 'docs', 'test'].map((folder) => ({ folder, manifest: rootManifest })),
    ...Object.keys(mayImport)
      .filter((name) => !name.includes('/'))
      .map((name) => ({
        folder: join('packages', name),
        manifest: manifestOf(join(root, 'packages', name)),
      })),
  ]

  for (const { folder, manifest } of places) {
    test(`by the manifest that ${folder} belongs to`, () => {
      const sources = sourcesIn(join(root, folder))
      assert.ok(sources.length > 0, 'no sources there')
      const undeclared = sources.flatMap((path) => {
        const declared = new Set([...manifest, ...(isForTests(path) ? rootManifest : [])])
        return namesIn(readFileSync(path, 'utf8'))
          .filter(
            (name) => !name.startsWith('.') && !name.startsWith('node:') && !declared.has(packageOf(name)),
          )
          .map((name) => `${relative(root, path)} -> ${name}`)
      })
      assert.deepEqual(undeclared, [])
    })
  }
})

test('an import is found in every form it has', () => {
  const forms = `
    import { a } from './static.ts'
    import type { B } from "./type.ts"
    import {
      c,
    } from './lines.ts'
    import './effect.ts'
    export { d } from './export.ts'
    export * from './star.ts'
    type E = import('./type-query.ts').E
    const f = await import('./dynamic.ts')
    new Worker(new URL('./worker.ts', import.meta.url))
    new URL('beside.ts', import.meta.url)
    new URL('https://example.com')
    const text = "not from 'here.ts'"
  `
  assert.deepEqual(
    namesIn(forms),
    ['static', 'type', 'lines', 'effect', 'export', 'star', 'type-query', 'dynamic', 'worker', 'beside'].map(
      (name) => `./${name}.ts`,
    ),
  )
})

function foldersOf(pattern: string): string[] {
  return globSync(pattern, { cwd: join(root, 'packages') }).filter((path) => sourcesUnder(path).length > 0)
}

function straysOf(folder: string, allowed: string[], pattern: string): string[] {
  const isBeside = (target: string) => pattern.endsWith('*') && dirname(target) === dirname(folder)
  const isIn = (target: string, places: string[]) =>
    places.some((path) => target === path || target.startsWith(`${path}/`))
  return sourcesUnder(folder).flatMap((file) => {
    const places = [...allowed, ...((isForTests(file) && testsMayImport[folder]) || [])]
    return importsOf(file)
      .filter(({ target }) => !isIn(target, places) && !isBeside(target))
      .map(({ name }) => `${file} -> ${name}`)
  })
}

/** The project's own files that a file imports, by relative path or by the name of a workspace. */
function importsOf(file: string): { name: string; target: string }[] {
  return namesIn(readFileSync(join(root, 'packages', file), 'utf8')).flatMap((name) => {
    if (name.startsWith('.')) return isCode(name) ? { name, target: join(dirname(file), name) } : []
    const [, workspace, path = ''] = /^@waypost\/([^/]+)(\/.+)?$/.exec(name) ?? []
    return workspace === undefined ? [] : { name, target: entryOf(workspace, path) }
  })
}

/** Data that is read by `new URL('../fixtures/…', import.meta.url)` is not imported. */
function isCode(name: string): boolean {
  return /\.[jt]sx?$/.test(name)
}

function entryOf(workspace: string, path: string): string {
  const { exports }: { exports: string | Record<string, string> } = JSON.parse(
    readFileSync(join(root, 'packages', workspace, 'package.json'), 'utf8'),
  )
  const entry = typeof exports === 'string' ? exports : exports[`.${path}`]
  assert.ok(entry, `${workspace} has no ${path}`)
  return join(workspace, entry)
}

/** As the formatter writes them: a statement's `from` is on its last line, which begins with a keyword or a brace. */
function namesIn(source: string): string[] {
  const forms = [
    /^ *(?:import|export|\}) ?.*?\bfrom (?<quote>['"])(?<name>.+?)\k<quote>/,
    /^ *import (?<quote>['"])(?<name>.+?)\k<quote>/,
    /\bimport\((?<quote>['"])(?<name>.+?)\k<quote>/,
    /\bnew URL\((?<quote>['"])(?<name>.+?)\k<quote>, import\.meta\.url\)/,
  ]
  return source.split('\n').flatMap((line) => {
    const { name } = forms.map((form) => form.exec(line)?.groups).find((groups) => groups !== undefined) ?? {}
    if (name === undefined) return []
    return line.includes('new URL(') && !name.startsWith('.') ? `./${name}` : name
  })
}

/** The sources of a folder under `packages`, by their paths there. */
function sourcesUnder(folder: string): string[] {
  const packages = join(root, 'packages')
  return sourcesIn(join(packages, folder)).map((path) => relative(packages, path))
}

function sourcesIn(folder: string): string[] {
  const isForeign = (path: string) => path.includes('node_modules') || path.includes('dist')
  return globSync('**/*.{ts,tsx,js,mjs}', { cwd: folder, exclude: isForeign }).map((path) =>
    join(folder, path),
  )
}

function isForTests(path: string): boolean {
  return /\.(test|suite|fake|stand-in)\.ts$|\/suite\/|\/testing\.ts$|\/vite\.config\.ts$/.test(path)
}

function packageOf(name: string): string {
  return name
    .split('/')
    .slice(0, name.startsWith('@') ? 2 : 1)
    .join('/')
}

/** What a manifest declares. The root may use its own workspaces. */
function manifestOf(folder: string): string[] {
  const {
    dependencies,
    devDependencies,
    workspaces = [],
  }: Manifest = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'))
  const own = workspaces.map((path) => `@waypost/${path.split('/').at(-1)}`)
  return [...Object.keys({ ...dependencies, ...devDependencies }), ...own]
}

interface Manifest {
  dependencies?: Record<string, string>
  devDependencies?: Record<string, string>
  workspaces?: string[]
}
