import { type ChildProcess, execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { chownSync, existsSync, globSync, mkdtempSync, rmSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { delimiter, join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import postgres from 'postgres'

/** A PostgreSQL of a test's own, in a folder that goes with it. */
export interface Server extends AsyncDisposable {
  readonly port: number
  /** Makes an empty database and answers its URL. */
  newDatabase(): Promise<string>
  /** As a power cut would. */
  kill(): Promise<void>
  start(): Promise<void>
}

interface Options {
  /** Without, what is acknowledged is on no disk: enough where no test ends the server. */
  durable?: boolean
  settings?: Record<string, string>
}

export async function startServer({ durable = false, settings = {} }: Options = {}): Promise<Server> {
  const programs = programsFolder()
  const user = whoRuns()
  const folder = mkdtempSync(join(tmpdir(), 'waypost-postgres-'))
  if (user) chownSync(folder, user.uid, user.gid)
  execFileSync(
    join(programs, 'initdb'),
    ['--pgdata', join(folder, 'data'), '--username=waypost', '--auth=trust', '--encoding=UTF8', '--no-sync'],
    { ...user, cwd: folder, stdio: ['ignore', 'ignore', 'pipe'] },
  )
  const port = await freePort()
  const lines = {
    listen_addresses: '127.0.0.1',
    port: String(port),
    unix_socket_directories: folder,
    max_connections: '200',
    ...(durable ? {} : { fsync: 'off', full_page_writes: 'off' }),
    ...settings,
  }
  const args = Object.entries(lines).flatMap(([name, value]) => ['-c', `${name}=${value}`])
  const url = (database: string) => `postgres://waypost@127.0.0.1:${port}/${database}`
  let child: ChildProcess | undefined
  let databases = 0

  const isRunning = () => child !== undefined && child.exitCode === null && child.signalCode === null

  async function start() {
    for (const deadline = Date.now() + 60_000; Date.now() < deadline; await pause(50)) {
      // What a killed one left is in its way for a moment: its own processes end when they notice.
      if (!isRunning())
        child = spawn(join(programs, 'postgres'), ['-D', join(folder, 'data'), ...args], {
          ...user,
          cwd: folder,
          stdio: 'ignore',
        })
      if (await answers(url('postgres'))) return
    }
    throw new Error('PostgreSQL did not start')
  }

  async function end(signal: 'SIGKILL' | 'SIGINT') {
    if (!child || !isRunning()) return
    const ended = once(child, 'exit')
    child.kill(signal)
    await ended
  }

  await start()
  return {
    port,
    async newDatabase() {
      const name = `test${++databases}`
      const sql = postgres(url('postgres'), { max: 1, onnotice: () => {} })
      await sql.unsafe(`CREATE DATABASE ${name}`)
      await sql.end()
      return url(name)
    },
    kill: () => end('SIGKILL'),
    start,
    async [Symbol.asyncDispose]() {
      await end('SIGINT')
      rmSync(folder, { recursive: true, force: true })
    },
  }
}

async function answers(url: string): Promise<boolean> {
  const sql = postgres(url, { max: 1, connect_timeout: 2, onnotice: () => {} })
  try {
    await sql.unsafe('SELECT 1')
    return true
  } catch {
    return false
  } finally {
    await sql.end({ timeout: 1 })
  }
}

/** Where Debian puts them, else where a shell finds them. */
function programsFolder(): string {
  const debian = globSync('/usr/lib/postgresql/*/bin').sort().reverse()
  const found = [...debian, ...(process.env.PATH ?? '').split(delimiter)].find(
    (folder) => existsSync(join(folder, 'initdb')) && existsSync(join(folder, 'postgres')),
  )
  if (found === undefined) throw new Error('PostgreSQL is not installed')
  return found
}

/** PostgreSQL does not run as root. */
function whoRuns(): { uid: number; gid: number } | undefined {
  if (process.getuid?.() !== 0) return undefined
  const id = (flag: string) => Number(execFileSync('id', [flag, 'nobody'], { encoding: 'utf8' }))
  return { uid: id('-u'), gid: id('-g') }
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  server.close()
  await once(server, 'close')
  return typeof address === 'object' && address ? address.port : 0
}
