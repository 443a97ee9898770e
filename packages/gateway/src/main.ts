import { randomBytes } from 'node:crypto'
import { mkdir, readFile, stat, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { parseArgs } from 'node:util'
import { type Logger, pino } from 'pino'
import packageJson from '../package.json' with { type: 'json' }
import { type Config, ConfigError, loadConfig } from './config.ts'
import { blame, CannotStart } from './core/cannot-start.ts'
import { roles as allRoles, type Gateway, openGateway, type Role } from './gateway.ts'

/** Stopping in order takes no longer than the slowest send; a process that hangs must not. */
const stopWithinMs = 45_000
/** Before it is ready nothing was promised: what cannot be stopped in order by then is left. */
const stopStartingWithinMs = 1000

async function serve() {
  const { config, roles } = chosen()
  const log = pino({ level: config.WAYPOST_LOG_LEVEL, base: { name: 'gateway' } })
  await makeFolder(config.WAYPOST_DATA).catch(blame('WAYPOST_DATA'))
  const adminToken =
    config.WAYPOST_ADMIN_TOKEN ?? (await keptAdminToken(config.WAYPOST_DATA).catch(blame('WAYPOST_DATA')))
  const opening = openGateway({ config, log, adminToken, version: packageJson.version, roles })
  stopAtSignal(opening, log)
  const { url } = await opening
  log.info({ url, version: packageJson.version }, 'gateway.ready')
}

function stopAtSignal(opening: Promise<Gateway>, log: Logger) {
  let stopping = false
  for (const signal of ['SIGTERM', 'SIGINT'] as const)
    process.on(signal, () => {
      if (stopping) return
      stopping = true
      log.info({ signal }, 'gateway.stopping')
      setTimeout(() => {
        log.error({ open: process.getActiveResourcesInfo() }, 'gateway.stop.late')
        process.exit(1)
      }, stopWithinMs).unref()
      void stop(opening).then(
        (isStopped) => {
          log.info('gateway.stopped')
          if (!isStopped) process.exit(0)
        },
        (error: unknown) => {
          log.error({ err: error }, 'gateway.stopped')
          process.exitCode = 1
        },
      )
    })
}

/** Answers false where it was left as it was. */
async function stop(opening: Promise<Gateway>): Promise<boolean> {
  const gateway = await Promise.race([opening, sleep(stopStartingWithinMs, undefined, { ref: false })])
  await gateway?.[Symbol.asyncDispose]()
  return gateway !== undefined
}

/** What environment and command line say; what is wrong with either is told at once. */
function chosen(): { config: Config; roles: readonly Role[] } {
  const problems: string[] = []
  function read<T>(part: () => T): T | undefined {
    try {
      return part()
    } catch (error) {
      if (!(error instanceof ConfigError)) throw error
      problems.push(...error.problems)
      return undefined
    }
  }
  const config = read(() => loadConfig(process.env))
  const roles = read(chosenRoles)
  if (!config || !roles) throw new ConfigError(problems)
  return { config, roles }
}

function chosenRoles(): readonly Role[] {
  const named = rolesArgument()?.split(',') ?? allRoles
  const unknown = named.filter((name) => !allRoles.some((known) => known === name))
  if (unknown.length > 0)
    throw new ConfigError(
      unknown.map((name) => `--roles: ${JSON.stringify(name)} is none of ${allRoles.join(', ')}`),
    )
  return allRoles.filter((known) => named.some((name) => name === known))
}

function rolesArgument(): string | undefined {
  try {
    return parseArgs({ options: { roles: { type: 'string' } }, allowPositionals: true }).values.roles
  } catch (error) {
    throw new ConfigError([error instanceof Error ? error.message : String(error)])
  }
}

/** Not all in one: below /proc, where nothing can be made, Node's recursion never ends. */
async function makeFolder(path: string): Promise<void> {
  await mkdir(dirname(path), { recursive: true })
  await mkdir(path, { mode: 0o700 }).catch(async (error: unknown) => {
    const there = await stat(path).catch(() => undefined)
    if (!there?.isDirectory()) throw error
  })
}

/** The admin token of this data folder: made and printed at the first start, read at the others. */
async function keptAdminToken(folder: string): Promise<string> {
  const file = join(folder, 'admin-token')
  try {
    return (await readFile(file, 'utf8')).trim()
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'ENOENT')) throw error
    const token = randomBytes(24).toString('base64url')
    await writeFile(file, `${token}\n`, { mode: 0o600, flag: 'wx' })
    process.stdout.write(`Admin token, printed this once and kept in ${file}: ${token}\n`)
    return token
  }
}

serve().catch((error: unknown) => {
  const said = error instanceof CannotStart ? error.message : error instanceof Error ? error.stack : error
  process.stderr.write(`waypost: ${said}\n`)
  process.exit(1)
})
