import { type ChildProcess, execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { chownSync, existsSync, globSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { delimiter, join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import postgres from 'postgres'
import { freePort } from '../../core/free-port.fake.ts'

/** A PostgreSQL of a test's own, in a folder that goes with it. */
export interface Server extends AsyncDisposable {
  readonly port: number
  /** Makes an empty database and answers its URL. */
  newDatabase(): Promise<string>
  /** As a power cut would. */
  kill(): Promise<void>
  start(): Promise<void>
  /** Makes a primary of a standby. */
  promote(): Promise<void>
}

export interface ServerOptions {
  /** Without, what is acknowledged is on no disk: enough where no test ends the server. */
  durable?: boolean
  settings?: Record<string, string>
  /** Takes after this one. Once it does, nothing is acknowledged there that is not here as well. */
  standbyOf?: Server
}

export async function startServer(options: ServerOptions = {}): Promise<Server> {
  const { durable = false, settings = {}, standbyOf } = options
  const programs = programsFolder()
  const user = whoRuns()
  const folder = mkdtempSync(join(tmpdir(), 'waypost-postgres-'))
  if (user) chownSync(folder, user.uid, user.gid)
  const [program, ...how] = standbyOf ? copyOf(standbyOf) : fresh
  execFileSync(join(programs, program), ['--pgdata', join(folder, 'data'), '--no-sync', ...how], {
    ...user,
    cwd: folder,
    stdio: ['ignore', 'ignore', 'pipe'],
  })
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
  const url = (database: string) => urlOf(port, database)
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
  if (standbyOf) await waitedFor(standbyOf)
  return {
    port,
    async newDatabase() {
      const name = `test${++databases}`
      await ask(port, `CREATE DATABASE ${name}`)
      return url(name)
    },
    promote: async () => void (await ask(port, 'SELECT pg_promote()')),
    kill: () => end('SIGKILL'),
    start,
    async [Symbol.asyncDispose]() {
      await end('SIGINT')
      rmSync(folder, { recursive: true, force: true })
    },
  }
}

const fresh = ['initdb', '--username=waypost', '--auth=trust', '--encoding=UTF8'] as const

const copyOf = ({ port }: Server) =>
  [
    'pg_basebackup',
    '--dbname',
    urlOf(port, 'postgres'),
    '--write-recovery-conf',
    '--checkpoint=fast',
  ] as const

/** From now on commits wait for the standby. */
async function waitedFor({ port }: Server) {
  await ask(port, "ALTER SYSTEM SET synchronous_standby_names = '*'")
  await ask(port, 'SELECT pg_reload_conf()')
  while ((await ask(port, "SELECT 1 FROM pg_stat_replication WHERE sync_state = 'sync'")).length === 0)
    await pause(50)
}

const urlOf = (port: number, database: string) => `postgres://waypost@127.0.0.1:${port}/${database}`

async function ask(port: number, statement: string) {
  const sql = postgres(urlOf(port, 'postgres'), { max: 1, onnotice: () => {} })
  try {
    return await sql.unsafe(statement)
  } finally {
    await sql.end({ timeout: 5 })
  }
}

export interface Pooler extends AsyncDisposable {
  /** The URL of the same database by way of it. */
  before(url: string): string
}

/** PgBouncer before a server, in transaction mode. */
export async function startPooler(server: Server, settings: Record<string, string> = {}): Promise<Pooler> {
  const user = whoRuns()
  const folder = mkdtempSync(join(tmpdir(), 'waypost-pgbouncer-'))
  const port = await freePort()
  const lines = {
    listen_addr: '127.0.0.1',
    listen_port: String(port),
    unix_socket_dir: '',
    pool_mode: 'transaction',
    auth_type: 'any',
    ...settings,
  }
  const file = join(folder, 'pgbouncer.ini')
  writeFileSync(
    file,
    [
      '[databases]',
      `* = host=127.0.0.1 port=${server.port} user=waypost`,
      '[pgbouncer]',
      ...Object.entries(lines).map(([name, value]) => `${name} = ${value}`),
    ].join('\n'),
  )
  if (user) for (const path of [folder, file]) chownSync(path, user.uid, user.gid)
  const child = spawn(pgbouncer, ['--quiet', file], { ...user, cwd: folder, stdio: 'ignore' })
  const ended = once(child, 'exit')
  const before = (url: string) => url.replace(`:${server.port}/`, `:${port}/`)
  const url = before(urlOf(server.port, 'postgres'))
  for (const deadline = Date.now() + 60_000; !(await answers(url)); await pause(50))
    if (Date.now() > deadline || child.exitCode !== null) throw new Error('PgBouncer did not start')
  return {
    before,
    async [Symbol.asyncDispose]() {
      child.kill('SIGKILL')
      await ended
      rmSync(folder, { recursive: true, force: true })
    },
  }
}

const pgbouncer = existsSync('/usr/sbin/pgbouncer') ? '/usr/sbin/pgbouncer' : 'pgbouncer'

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
