import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { availableParallelism } from 'node:os'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'

/**
 * Where a process runs: what is measured has the first core for itself, everything it speaks to shares the second. What
 * is several processes runs where there is room.
 */
export type Core = 'measured' | 'rest' | 'any'

const cores: Record<Core, number | undefined> = { measured: 0, rest: 1, any: undefined }
const gatewayMain = new URL('../packages/gateway/src/main.ts', import.meta.url)
/** Whatever is set for a gateway on this machine is not for those measured here. */
const ownEnvironment = Object.fromEntries(
  Object.entries(process.env).filter(([name]) => !name.startsWith('WAYPOST_')),
)
const stopWithinMs = 60_000

/** `taskset` keeps a process and all its threads on one core; where there is none, they share what there is. */
export const pinned = process.platform === 'linux' && availableParallelism() > 1

export interface Running extends AsyncDisposable {
  pid: number
}

/** One of the benchmark's own scripts, in a process of its own. */
export interface Worker<Question, Answer> extends Running {
  /** What it said when it was ready. */
  said: unknown
  ask(question: Question): Promise<Answer>
}

/** The other side of `answers` in `worker.ts`. */
export async function startWorker<Question, Answer>(
  script: URL,
  core: Core,
  env: Record<string, string> = {},
): Promise<Worker<Question, Answer>> {
  const child = start(core, [fileURLToPath(script)], env, 'ipc')
  const said = await heard(child)
  return {
    ...running(child),
    said,
    async ask(question) {
      child.send(question as object) // plain data, as every question is
      return (await heard(child)) as Answer // `answers` was given this script's types
    },
  }
}

async function heard(child: ChildProcess): Promise<unknown> {
  const ended = new AbortController()
  const { signal } = ended
  try {
    const [answer] = await Promise.race([
      once(child, 'message', { signal }),
      once(child, 'exit', { signal }).then(() => {
        throw new Error(`${child.spawnargs.at(-1)} ended`)
      }),
    ])
    const { given, failed }: { given?: unknown; failed?: string } = answer
    if (failed !== undefined) throw new Error(failed)
    return given
  } finally {
    ended.abort()
  }
}

export interface Gateway extends Running {
  port: number
}

/** The gateway as an operator starts it. Its warnings and errors are shown. */
export async function startGateway(
  roles: string,
  env: Record<string, string>,
  core: Core = 'measured',
): Promise<Gateway> {
  const args = [fileURLToPath(gatewayMain), 'serve', `--roles=${roles}`]
  const child = start(core, args, { WAYPOST_PORT: '0', ...env }, 'pipe')
  const url = await new Promise<string>((resolve, reject) => {
    child.once('exit', (code) => reject(new Error(`the gateway ended with ${code}`)))
    if (!child.stdout) return
    createInterface({ input: child.stdout }).on('line', (line) => {
      const { msg, url, level } = eventIn(line)
      if (msg === 'gateway.ready' && url) resolve(url)
      else if ((level ?? 0) >= 40) process.stderr.write(`  gateway: ${line}\n`)
    })
  })
  return { ...running(child), port: Number(new URL(url).port) }
}

interface Line {
  msg?: string
  url?: string
  level?: number
}

/** Every line of the gateway's log is JSON; what it prints besides is not. */
const eventIn = (line: string): Line => (line.startsWith('{') ? JSON.parse(line) : {})

function start(
  core: Core,
  args: string[],
  env: Record<string, string>,
  stdout: 'ipc' | 'pipe',
): ChildProcess {
  const command = [process.execPath, ...args]
  const own = cores[core]
  if (pinned && own !== undefined) command.unshift('taskset', '-c', String(own))
  const [file = '', ...rest] = command
  return spawn(file, rest, {
    env: { ...ownEnvironment, ...env },
    stdio: stdout === 'ipc' ? ['ignore', 'inherit', 'inherit', 'ipc'] : ['ignore', 'pipe', 'inherit'],
  })
}

function running(child: ChildProcess): Running {
  return {
    pid: child.pid ?? 0,
    async [Symbol.asyncDispose]() {
      if (child.exitCode !== null || child.signalCode !== null) return
      const ended = once(child, 'exit')
      child.kill('SIGTERM')
      const late = setTimeout(() => child.kill('SIGKILL'), stopWithinMs)
      await ended
      clearTimeout(late)
    },
  }
}
