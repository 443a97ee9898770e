import assert from 'node:assert/strict'
import { execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { cp, mkdir, mkdtemp, readdir, readFile, rm, stat } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { basename, dirname, join, relative } from 'node:path'
import { type TestContext, test } from 'node:test'
import { promisify } from 'node:util'
import {
  copyOf,
  environmentOf,
  type Instruction,
  isKeptOut,
  lastOf,
  type Stage,
  stagesOf,
} from '../support/dockerfile.ts'
import { eventually } from '../support/eventually.ts'
import { ask } from '../support/installation.ts'
import { freePort } from '../support/processes.ts'

const root = join(import.meta.dirname, '../..')
const run = promisify(execFile)

/** The Node that runs this goes first, as the only one of an image does, and npm is told nothing by the npm above us. */
const env = {
  ...Object.fromEntries(Object.entries(process.env).filter(([name]) => !isFromNpm(name))),
  PATH: `${dirname(process.execPath)}:${process.env.PATH}`,
  npm_config_prefer_offline: 'true',
  npm_config_fetch_retries: '0',
}

test('what the Dockerfile puts together serves, is healthy, writes to its data only and stops on SIGTERM', async (t) => {
  const built = await build(t)
  if (!built) return
  const before = await listOf(built.image)
  const [port, sandboxPort] = [await freePort(), await freePort()]
  const ports = { WAYPOST_PORT: String(port), WAYPOST_SANDBOX_PORT: String(sandboxPort) }
  const waypost = commandOf(t, built)
  const gateway = waypost(wordsOf(lastOf(built.last, 'CMD')), { WAYPOST_PORT: String(port) })
  const sandbox = waypost(['sandbox'], ports)

  const [entry, check] = [lastOf(built.last, 'ENTRYPOINT'), lastOf(built.last, 'HEALTHCHECK')].map(wordsOf)
  assert.deepEqual([entry, check], [['waypost'], ['waypost', 'health']])
  await eventually(
    async () => {
      if (gateway.child.exitCode !== null) throw new Error(`it ended: ${gateway.said()}`)
      const [code] = await once(waypost(['health'], ports).child, 'exit')
      return code === 0
    },
    'the health check passes',
    60_000,
  )

  const url = `http://127.0.0.1:${port}`
  for (const path of ['/health/live', '/metrics', '/openapi.json', '/docs'])
    assert.equal((await ask(`${url}${path}`, 'GET', {})).httpStatus, 200, path)
  assert.equal((await ask(`${url}/v1/balance`, 'GET', { key: 'none' })).httpStatus, 401)
  const page = async () =>
    (await ask(`http://127.0.0.1:${sandboxPort}`, 'GET', {}).catch(() => undefined))?.httpStatus
  assert.equal(await eventually(page, "the phone's page is there"), 200)

  for (const { child, said } of [gateway, sandbox]) {
    child.kill('SIGTERM')
    assert.deepEqual(await once(child, 'exit'), [0, null], said())
  }
  assert.deepEqual(await listOf(built.image), before)
})

/** Runs the command of an image, in the environment that the image has but for ports and folders of the test's own. */
function commandOf(t: TestContext, { image, data, last }: Built) {
  return (args: string[], ports: Record<string, string>) => {
    const settings = { ...env, ...environmentOf(last), WAYPOST_DATA: data, ...ports }
    const child = spawn(join(image, 'bin/waypost.mjs'), args, { env: settings, cwd: image })
    t.after(() => child.kill('SIGKILL'))
    let said = ''
    for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk) => (said += chunk))
    return { child, said: () => said }
  }
}

interface Built {
  image: string
  data: string
  last: Stage
}

/** Follows the Dockerfile without an engine: a stage is a folder. Undefined when packages could not be had. */
async function build(t: TestContext): Promise<Built | undefined> {
  const folder = await mkdtemp(join(tmpdir(), 'waypost-image-'))
  t.after(() => rm(folder, { recursive: true }))
  const stages = stagesOf(await readFile(join(root, 'Dockerfile'), 'utf8'))
  const data = join(folder, 'data')
  const last = stages.at(-1)
  assert.ok(last)

  for (const { name = 'image', from, instructions } of stages) {
    const stage = join(folder, name)
    await mkdir(stage)
    if (stages.some((earlier) => earlier.name === from))
      await run('cp', ['-RPl', `${join(folder, from)}/.`, stage])
    for (const instruction of instructions) {
      if (instruction.name === 'COPY') await copy(instruction, folder, stage)
      if (instruction.name !== 'RUN' || !instruction.rest.startsWith('npm ')) continue
      const failed = await npm(instruction.rest, stage)
      if (failed) {
        t.skip(failed)
        return undefined
      }
    }
  }
  return { image: join(folder, 'image'), data, last }
}

/** As COPY does: what a folder holds goes into the target, and `.dockerignore` holds for what is from the repository. */
async function copy(instruction: Instruction, folder: string, stage: string): Promise<void> {
  const { stage: other, sources, to } = copyOf(instruction)
  const ignore = await readFile(join(root, '.dockerignore'), 'utf8')
  for (const source of sources) {
    const from = other ? join(folder, other, relative('/app', source)) : join(root, source)
    const isFolder = (await stat(from)).isDirectory()
    const target = join(stage, to, isFolder ? '' : basename(source))
    await mkdir(isFolder ? target : dirname(target), { recursive: true })
    if (other) await run('cp', ['-RPl', `${from}/.`, target])
    else
      await cp(from, target, { recursive: true, filter: (path) => !isKeptOut(ignore, relative(root, path)) })
  }
}

/** Answers why this cannot go on here, which is the network's fault; anything else fails. */
async function npm(command: string, cwd: string): Promise<string | undefined> {
  try {
    await run('sh', ['-c', command], { cwd, env })
    return undefined
  } catch (error) {
    const [code] =
      /ENOTFOUND|EAI_AGAIN|ECONNREFUSED|ECONNRESET|ETIMEDOUT|ENETUNREACH/.exec(String(error)) ?? []
    if (code) return `npm's registry cannot be reached: ${code}`
    throw error
  }
}

/** Every file, with its size and when it was written last. */
async function listOf(folder: string): Promise<string[]> {
  const files = (await readdir(folder, { recursive: true, withFileTypes: true })).filter((entry) =>
    entry.isFile(),
  )
  const lines = files.map(async ({ parentPath, name }) => {
    const path = join(parentPath, name)
    const { size, mtimeMs } = await stat(path)
    return `${relative(folder, path)} ${size} ${mtimeMs}`
  })
  return (await Promise.all(lines)).sort()
}

/** The words of an instruction that ends in its exec form, a JSON array. */
function wordsOf(rest = ''): string[] {
  return JSON.parse(rest.slice(rest.indexOf('['))) as string[] // exec form
}

function isFromNpm(name: string): boolean {
  return /^npm_(lifecycle|package|command|config_local_prefix)/.test(name)
}
