import assert from 'node:assert/strict'
import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { test } from 'node:test'
import { project } from './project.fake.ts'

const command = join(import.meta.dirname, 'waypost.mjs')
const systemNode = '/usr/bin/node'

test('--help names every command', () => {
  const { stdout, status } = spawnSync(process.execPath, [command, '--help'], { encoding: 'utf8' })
  assert.equal(status, 0)
  for (const name of ['serve', 'sandbox', 'health', 'keys', 'copy', '--version'])
    assert.match(stdout, new RegExp(`waypost ${name}`))
})

test('--version answers with the version alone', () => {
  const { stdout } = spawnSync(process.execPath, [command, '--version'], { encoding: 'utf8' })
  assert.match(stdout, /^\d+\.\d+\.\d+\n$/)
})

test('a command that does not exist is named, with exit code 2', () => {
  const { stderr, status } = spawnSync(process.execPath, [command, 'sreve'], { encoding: 'utf8' })
  assert.equal(status, 2)
  assert.match(stderr, /no command "sreve"/)
})

const parts = [
  { part: 'serve', main: 'packages/gateway/src/main.ts', gets: ['serve', '--roles=api'] },
  { part: 'sandbox', main: 'packages/sandbox/src/main.ts', gets: ['--roles=api'] },
]
const nodes = [
  { by: 'a Node that is new enough', node: process.execPath },
  { by: 'the Node of the system', node: systemNode },
]

for (const { part, main, gets } of parts) {
  for (const { by, node } of nodes) {
    const skip = existsSync(node) ? false : `there is no ${node}`
    test(`${part}, started by ${by}, runs under a new one and gets arguments and signals`, {
      skip,
    }, async (t) => {
      const folder = await project(t)
      await writeFile(
        join(folder, main),
        `const major: number = Number(process.versions.node.split('.')[0])
         process.on('SIGTERM', () => process.exit(7))
         setInterval(() => {}, 1000)
         console.log(JSON.stringify([major >= 26, ...process.argv.slice(2)]))`,
      )
      const child = spawn(node, [join(folder, 'bin/waypost.mjs'), part, '--roles=api'])
      t.after(() => child.kill('SIGKILL'))

      const [line] = await once(child.stdout, 'data')
      assert.deepEqual(JSON.parse(line), [true, ...gets])
      child.kill('SIGTERM')
      assert.deepEqual(await once(child, 'exit'), [7, null])
    })
  }
}
