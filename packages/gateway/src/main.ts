import { randomBytes } from 'node:crypto'
import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { pino } from 'pino'
import packageJson from '../package.json' with { type: 'json' }
import { ConfigError, loadConfig } from './config.ts'
import { type Gateway, openGateway, type Role, roles } from './gateway.ts'

/** Stopping in order takes no longer than the slowest send; a process that hangs must not. */
const stopWithinMs = 45_000

async function serve() {
  const config = loadConfig(process.env)
  const log = pino({ level: config.WAYPOST_LOG_LEVEL, base: { name: 'gateway' } })
  await mkdir(config.WAYPOST_DATA, { recursive: true, mode: 0o700 })
  const gateway = await openGateway({
    config,
    log,
    adminToken: config.WAYPOST_ADMIN_TOKEN ?? (await keptAdminToken(config.WAYPOST_DATA)),
    version: packageJson.version,
    roles: chosenRoles(),
  })
  log.info({ url: gateway.url, version: packageJson.version }, 'gateway.ready')

  let stopping = false
  for (const signal of ['SIGTERM', 'SIGINT'] as const)
    process.on(signal, () => {
      if (stopping) return
      stopping = true
      log.info({ signal }, 'gateway.stopping')
      setTimeout(() => process.exit(1), stopWithinMs).unref()
      void stop(gateway).then(
        () => log.info('gateway.stopped'),
        (error: unknown) => {
          log.error({ err: error }, 'gateway.stopped')
          process.exitCode = 1
        },
      )
    })
}

const stop = async (gateway: Gateway) => gateway[Symbol.asyncDispose]()

function chosenRoles(): readonly Role[] {
  const { values } = parseArgs({ options: { roles: { type: 'string' } }, allowPositionals: true })
  if (values.roles === undefined) return roles
  return values.roles.split(',').map((name) => {
    const role = roles.find((known) => known === name)
    if (!role) throw new ConfigError([`--roles: ${JSON.stringify(name)} is none of ${roles.join(', ')}`])
    return role
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
  // What the operator can mend is said in words; anything else is ours, with its stack.
  const mendable = error instanceof ConfigError || (error instanceof Error && 'code' in error)
  process.stderr.write(
    `waypost: ${error instanceof Error ? (mendable ? error.message : error.stack) : error}\n`,
  )
  process.exit(1)
})
