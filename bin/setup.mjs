// The first step of every npm script: brings a clone, new or just pulled, to where it can run.
// Plain JavaScript for Node 20, and nothing but `node:`, since nothing is installed before it.

import { spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join, relative } from 'node:path'
import { node, root } from './project.mjs'

const stampFile = join(root, 'node_modules', '.waypost.json')

install()
requirePinnedNode()
buildPhone()

function install() {
  const lock = hashOf([join(root, 'package-lock.json')])
  if (readStamp().lock === lock) return

  say('installing what package-lock.json names')
  const { status, output } = npm('ci', '--include=dev', '--include=optional')
  if (status !== 0) fail('npm ci failed.', output)
  writeStamp({ lock })
}

/** A platform without its package, or one that lacks a shared library, would otherwise run on the system's Node. */
function requirePinnedNode() {
  const { stdout, stderr, error } = spawnSync(node.path, ['--version'], { encoding: 'utf8' })
  if (stdout?.trim() === `v${node.version}`) return

  const found = stdout?.trim() || stderr?.trim() || error?.message
  fail(
    `Node ${node.version} comes from npm as an optional dependency, and did not arrive.`,
    `${relative(root, node.path)}: ${found}\nThis machine is ${process.platform} ${process.arch}.`,
  )
}

/** Builds the phone's page when its sources, or what it is built with, differ from those of the last build. */
function buildPhone() {
  const folder = join(root, 'packages', 'phone')
  if (!existsSync(join(folder, 'index.html'))) return

  const sources = hashOf(filesUnder(folder))
  if (readStamp().phone === sources && existsSync(join(folder, 'dist', 'index.html'))) return

  say("building the phone's page")
  const { status, output } = npm('run', 'build', '-w', 'packages/phone')
  if (status !== 0) fail("The phone's page could not be built.", output)
  writeStamp({ ...readStamp(), phone: sources })
}

/** Runs npm by the Node it was started with: `npm ci` replaces the pinned one while it runs. */
function npm(...args) {
  const { npm_execpath: npmFile, npm_node_execpath: npmNode } = process.env
  const [command, first] = npmFile && npmNode ? [npmNode, [npmFile]] : ['npm', []]
  const { status, stdout, stderr, error } = spawnSync(command, [...first, ...args], {
    cwd: root,
    encoding: 'utf8',
  })
  const output = [stdout, withoutEngineWarnings(stderr ?? ''), error?.message].filter(Boolean).join('\n')
  return { status, output }
}

/** npm compares every package with the Node that runs npm; ours run on the pinned one. */
function withoutEngineWarnings(text) {
  return text.replaceAll(/^npm warn EBADENGINE.*\n?/gm, '')
}

function filesUnder(folder) {
  return readdirSync(folder, { withFileTypes: true })
    .filter(({ name }) => name !== 'dist' && name !== 'node_modules')
    .flatMap((entry) => {
      const path = join(folder, entry.name)
      return entry.isDirectory() ? filesUnder(path) : [path]
    })
    .sort()
}

function hashOf(paths) {
  const hash = createHash('sha256')
  for (const path of paths)
    hash
      .update(`${relative(root, path)}\0`)
      .update(readFileSync(path))
      .update('\0')
  return hash.digest('hex')
}

/** What is installed and built; gone with node_modules, so that an emptied folder is filled again. */
function readStamp() {
  return existsSync(stampFile) ? JSON.parse(readFileSync(stampFile, 'utf8')) : {}
}

function writeStamp(stamp) {
  writeFileSync(stampFile, JSON.stringify(stamp))
}

function say(what) {
  console.error(`waypost: ${what} …`)
}

function fail(what, detail) {
  console.error(`${detail}\n\nwaypost: ${what}`)
  process.exit(1)
}
