// `npm test`: every test there is, and at the very end one line that counts them. What opens a gateway runs twice: with
// what it keeps in a folder, and with a PostgreSQL and an S3 server.
// `npm test -- store/sqlite` runs the files whose path contains one of the words.

import { spawnSync } from 'node:child_process'
import { existsSync, globSync } from 'node:fs'
import { availableParallelism } from 'node:os'
import { join } from 'node:path'
import { run } from 'node:test'
import { spec } from 'node:test/reporters'
import { root } from './project.mjs'

const words = process.argv.slice(2)
/** What many processes do within a second is counted there: beside others it would be theirs as well. */
const isUnderLoad = (file) => /^test\/stories\/(kills-on-|shop-day)/.test(file)
/** What takes long begins first, so that nothing of it is left over at the end. */
const slowFirst = ['test/stories/', 'gateway/src/store/', 'gateway/src/copy/', 'test/', 'packages/phone/']
const rankOf = (file) => [...slowFirst, ''].findIndex((path) => file.includes(path))

/** What a second time on servers would find nothing new of. */
const oncePattern = new RegExp(
  `/(${[
    'architecture|docs|deploy|published|aimed-numbers|key-service|keys-command', // opens no gateway
    'bad-messages|bad-requests|bad-input|broken-http|published-.*', // about requests, before anything is kept
    'cannot-start|image|first-minute|in-the-browser|outage|kills', // about what a gateway keeps in its folder
    '.*postgres.*|.*bucket.*|clocks-that-disagree|copy.*|moving', // brings its own servers
  ].join('|')}).test.ts$`,
)
const isOnServersToo = (file) => file.startsWith('test/') && !oncePattern.test(file)

process.chdir(root)
const files = globSync('{bench,bin,docs,packages,test}/**/*.test.ts', {
  exclude: ['**/node_modules', '**/dist'],
})
  .filter((file) => words.length === 0 || words.some((word) => file.includes(word)))
  .sort((a, b) => rankOf(a) - rankOf(b) || (a < b ? -1 : 1))

const [loaded, others] = [files.filter(isUnderLoad), files.filter((file) => !isUnderLoad(file))]
const again = (list) => list.filter(isOnServersToo)
// Many of them wait most of their time: one more than there are processors keeps these busy.
const atOnce = availableParallelism() + 1
const groups = [
  { name: 'suites and stories', files: others, atOnce },
  { name: 'suites and stories, on PostgreSQL and S3', files: again(others), atOnce, onServers: true },
  { name: 'under load', files: loaded, atOnce: 1 },
  { name: 'under load, on PostgreSQL and S3', files: again(loaded), atOnce: 1, onServers: true },
].filter((group) => group.files.length > 0)

for (const need of needs()) if (files.some(need.of) && !need.isHere()) install(need)

// Most of what a process does at its start is compiling: kept from the first one.
process.env.NODE_COMPILE_CACHE = join(root, 'node_modules', '.compiled')
await using parts = new AsyncDisposableStack()
const servers = groups.some(({ onServers }) => onServers) ? await startServers() : {}
const total = { passed: 0, failed: 0, skipped: 0 }
for (const group of groups) {
  console.log(`\n${group.name}: ${group.files.length} files`)
  const began = Date.now()
  const counts = await runFiles(group)
  console.log(`${group.name}: ${Math.round((Date.now() - began) / 1000)} s`)
  total.passed += counts.passed
  total.failed += counts.failed
  total.skipped += counts.skipped
}

console.log(`\n${total.passed} passed, ${total.failed} failed, ${total.skipped} skipped`)
process.exitCode = total.failed > 0 || total.passed === 0 ? 1 : 0

/** Every file is a process of its own, so that one that hangs, or leaves something open, fails by its name. */
async function runFiles({ files, atOnce, onServers }) {
  const limit = new URL('test-limit.mjs?minutes=5', import.meta.url)
  const env = { ...process.env, ...(onServers && servers) }
  const events = run({ files, concurrency: atOnce, execArgv: ['--import', limit.href], env })
  const empty = []
  const summary = new Promise((resolve) => {
    // A file without a test is reported as a test that passed and has the file's name.
    events.on('test:pass', ({ name }) => files.includes(name) && empty.push(name))
    events.on('test:summary', ({ file, counts }) => file === undefined && resolve(counts))
  })
  for await (const text of events.compose(new spec())) process.stdout.write(text)
  for (const file of empty) console.log(`✖ ${file} holds no test`)

  const { passed, failed, cancelled, skipped, todo } = await summary
  return { passed: passed - empty.length, failed: failed + cancelled + empty.length, skipped: skipped + todo }
}

async function startServers() {
  const { startEngines } = await import('../test/support/servers.ts')
  return parts.use(await startEngines()).env
}

/** What tests run that npm does not bring: Debian's, as the browser that playwright would download is not there. */
function needs() {
  return [
    {
      name: 'chromium',
      of: (file) => file.startsWith('test/stories/') || file.startsWith('packages/phone/'),
      isHere: () => process.env.CHROMIUM_PATH || existsSync('/usr/bin/chromium'),
      byHand: 'install Chromium, or say in CHROMIUM_PATH where it is',
    },
    {
      name: 'openssl',
      of: (file) => /sealed|bad-input|every-status/.test(file),
      isHere: () => spawnSync('openssl', ['version']).status === 0,
      byHand: 'install openssl',
    },
    {
      name: 'postgresql',
      of: (file) => file.includes('postgres') || isOnServersToo(file),
      isHere: () =>
        globSync('/usr/lib/postgresql/*/bin/initdb').length > 0 ||
        spawnSync('initdb', ['--version']).status === 0,
      byHand: 'install PostgreSQL, with initdb on the PATH',
    },
    {
      name: 'pgbouncer',
      of: (file) => file.includes('pooler'),
      isHere: () => existsSync('/usr/sbin/pgbouncer') || spawnSync('pgbouncer', ['--version']).status === 0,
      byHand: 'install PgBouncer',
    },
    {
      name: 'curl',
      of: (file) => file.startsWith('test/stories/') || file.includes('curl'),
      isHere: () => spawnSync('curl', ['--version']).status === 0,
      byHand: 'install curl',
    },
  ]
}

function install({ name, byHand }) {
  const canInstall = process.platform === 'linux' && process.getuid() === 0 && existsSync('/usr/bin/apt-get')
  if (!canInstall) giveUp(name, byHand)
  console.error(`waypost: installing ${name} …`)
  for (const args of [['update'], ['install', '--yes', '--no-install-recommends', name]]) {
    const { status, stdout, stderr } = spawnSync('apt-get', ['-q', ...args], {
      encoding: 'utf8',
      env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' },
    })
    if (status !== 0) giveUp(name, `${stdout}${stderr}\napt-get ${args[0]} failed; ${byHand}`)
  }
}

function giveUp(name, why) {
  console.error(`waypost: the tests need ${name}: ${why}`)
  process.exit(1)
}
