// `npm test`: every test there is, in two groups, and at the very end one line that counts them.
// `npm test -- store/sqlite` runs the files whose path contains one of the words.

import { spawnSync } from 'node:child_process'
import { existsSync, globSync } from 'node:fs'
import { availableParallelism } from 'node:os'
import { run } from 'node:test'
import { spec } from 'node:test/reporters'
import { root } from './project.mjs'

const words = process.argv.slice(2)
const isStory = (file) => file.startsWith('test/stories/')

process.chdir(root)
const files = globSync('{bench,bin,docs,packages,test}/**/*.test.ts', {
  exclude: ['**/node_modules', '**/dist'],
})
  .filter((file) => words.length === 0 || words.some((word) => file.includes(word)))
  .sort()

const groups = [
  {
    name: 'units and suites',
    files: files.filter((file) => !isStory(file)),
    minutes: 2,
    atOnce: availableParallelism(),
  },
  // Whole processes under load: side by side they would only measure each other.
  { name: 'stories', files: files.filter(isStory), minutes: 10, atOnce: 1 },
].filter((group) => group.files.length > 0)

for (const need of needs()) if (files.some(need.of) && !need.isHere()) install(need)

const total = { passed: 0, failed: 0, skipped: 0 }
for (const { name, files, minutes, atOnce } of groups) {
  console.log(`\n${name}: ${files.length} files`)
  const counts = await runFiles(files, atOnce, minutes)
  total.passed += counts.passed
  total.failed += counts.failed
  total.skipped += counts.skipped
}

console.log(`\n${total.passed} passed, ${total.failed} failed, ${total.skipped} skipped`)
process.exitCode = total.failed > 0 || total.passed === 0 ? 1 : 0

/** Every file is a process of its own, so that one that hangs, or leaves something open, fails by its name. */
async function runFiles(files, concurrency, minutes) {
  const limit = new URL(`test-limit.mjs?minutes=${minutes}`, import.meta.url)
  const events = run({ files, concurrency, execArgv: ['--import', limit.href] })
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

/** What tests run that npm does not bring: Debian's, as the browser that playwright would download is not there. */
function needs() {
  return [
    {
      name: 'chromium',
      of: (file) => isStory(file) || file.startsWith('packages/phone/'),
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
      of: (file) => file.includes('postgres'),
      isHere: () =>
        globSync('/usr/lib/postgresql/*/bin/initdb').length > 0 ||
        spawnSync('initdb', ['--version']).status === 0,
      byHand: 'install PostgreSQL, with initdb on the PATH',
    },
    {
      name: 'curl',
      of: (file) => isStory(file) || file.includes('curl'),
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
