import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { eventually } from './eventually.ts'
import { ask } from './installation.ts'

export { freePort } from '../../packages/gateway/src/core/free-port.fake.ts'

const { PATH = '', HOME = '', NODE_COMPILE_CACHE = '' } = process.env
const kept = { PATH, HOME, ...(NODE_COMPILE_CACHE && { NODE_COMPILE_CACHE }) }
const root = fileURLToPath(new URL('../../', import.meta.url))

export interface Running {
  child: ChildProcess
  /** What it wrote so far. */
  output(): string
  /** Resolves with the signal or exit code it ended with. */
  ended: Promise<string | number | null>
}

/** Starts one of the project's programs as a process of its own, under the Node that runs the test. */
export function start(
  file: string,
  args: string[],
  env: Record<string, string>,
  imports: string[] = [],
): Running {
  const child = spawn(
    process.execPath,
    [...imports.flatMap((module) => ['--import', `${root}${module}`]), `${root}${file}`, ...args],
    {
      env: { ...kept, ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
    },
  )
  let output = ''
  for (const stream of [child.stdout, child.stderr]) stream?.on('data', (chunk) => (output += chunk))
  return {
    child,
    output: () => output,
    ended: once(child, 'exit').then(([code, signal]) => signal ?? code),
  }
}

/** Asks until the program answers that it is ready; fails with what it wrote when it ends before. */
export async function ready(url: string, running: Running): Promise<void> {
  await eventually(
    async () => {
      if (running.child.exitCode !== null) throw new Error(`it ended: ${running.output()}`)
      if (running.child.signalCode !== null) return true // killed before it was ready: that, too, is an end to waiting
      const heard = await ask(`${url}/health/ready`, 'GET', {}).catch(() => undefined)
      return heard?.httpStatus === 200
    },
    `${url} is ready\n${running.output()}`,
    60_000, // several start at the same time, some for the first time
  )
}
