import { readFile } from 'node:fs/promises'
import { pino } from 'pino'
import { logEvents } from './events.ts'
import { openSandbox } from './sandbox.ts'
import { SettingsError, settingsOf } from './settings.ts'

try {
  await run()
} catch (error) {
  console.error(error instanceof SettingsError ? error.message : error)
  process.exitCode = 1
}

async function run(): Promise<void> {
  const { host, port, dataFolder, logLevel, trustedOrigins, ...token } = settingsOf(process.env)
  if (port === 0) {
    console.log('The sandbox is switched off: WAYPOST_SANDBOX_PORT is 0')
    return
  }
  const log = pino({ level: logLevel })
  await using _sandbox = await openSandbox({
    host,
    port,
    dataFolder,
    log,
    trustedOrigins,
    adminToken: async () => token.adminToken ?? (await keptToken(token.adminTokenFile)),
  })
  await new Promise<void>((resolve) => {
    process.once('SIGTERM', resolve)
    process.once('SIGINT', resolve)
  })
  logEvents(log).stopping()
}

/** Read anew each time: the gateway beside it makes the file, perhaps later. */
async function keptToken(file: string): Promise<string | undefined> {
  const text = await readFile(file, 'utf8').catch(() => '')
  return text.trim() || undefined
}
