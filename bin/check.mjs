// `npm run check`: format, lint, types, dead code, stale documents. `npm run fix` repairs what a tool can repair.
// All of them run, whatever the first one finds, and each has to have looked at files: pointed at nothing, a tool passes.

import { spawnSync } from 'node:child_process'
import { globSync } from 'node:fs'
import { join, relative } from 'node:path'
import { node, root } from './project.mjs'

process.chdir(root)
process.env.NO_COLOR = '1'
const started = Date.now()
const failed = process.argv.includes('--fix') ? fix() : check()

console.log(`\n${failed.length === 0 ? 'all good' : `failed: ${failed.join(', ')}`} (${seconds(started)})`)
process.exitCode = failed.length === 0 ? 0 : 1

function check() {
  return [
    ...step(
      'biome: format and lint',
      ['biome', 'check', '--error-on-warnings'],
      countIn(/Checked (\d+) file/),
    ),
    ...step('oxlint: lint with types', ['oxlint'], countIn(/ on (\d+) file/)),
    ...types(),
    ...step('knip: dead code', ['knip', '--no-progress', '--treat-config-hints-as-errors']),
    ...step('docs: made from tables', ['node', 'docs/generate.ts', '--check']),
  ]
}

function fix() {
  return [
    ...step('biome: format and lint', ['biome', 'check', '--write']),
    ...step('oxlint: lint with types', ['oxlint', '--fix']),
  ]
}

/** Every configuration there is, and then that between them they left no file out. */
function types() {
  const unseen = new Set(globSync('{bin,bench,docs,packages,test}/**/*.{ts,tsx}', { exclude: isForeign }))
  const configs = ['tsconfig.json', ...globSync('packages/*/tsconfig*.json').sort()]

  const failures = configs.flatMap((config) =>
    step(`tsc: ${config}`, ['tsc', '--project', config, '--listFiles'], (output) => {
      const own = output.split('\n').filter((line) => line.startsWith(root) && !isForeign(line))
      for (const path of own) unseen.delete(relative(root, path))
      return own.length
    }),
  )
  if (unseen.size === 0) return failures
  console.log(['✖ tsc: files that no tsconfig.json includes', ...unseen].join('\n    '))
  return [...failures, 'tsc: files left out']
}

/** Runs one tool; its output is shown when it fails. Answers the names of what failed. */
function step(name, [tool, ...args], countFiles) {
  const began = Date.now()
  const [command, first] = tool === 'node' ? [node.path, []] : [node.path, [binOf(tool)]]
  const { status, stdout, stderr, error } = spawnSync(command, [...first, ...args], {
    encoding: 'utf8',
    maxBuffer: 1e9,
  })
  const output = `${stdout}${stderr}`
  const files = countFiles?.(output)
  const passed = status === 0 && files !== 0

  const seen = files === undefined ? '' : `, ${files} files`
  console.log(`${passed ? '✔' : '✖'} ${name} (${seconds(began)}${seen})`)
  if (!passed)
    console.log(
      error?.message ??
        output
          .split('\n')
          .filter((line) => !line.startsWith(root))
          .join('\n'),
    )
  return passed ? [] : [name]
}

function countIn(pattern) {
  return (output) => Number(pattern.exec(output)?.[1] ?? 0)
}

function binOf(tool) {
  return join(root, 'node_modules', '.bin', tool)
}

function isForeign(path) {
  return path.includes('node_modules') || path.includes('/dist')
}

function seconds(since) {
  return `${((Date.now() - since) / 1000).toFixed(1)} s`
}
