import { join, resolve } from 'node:path'

export interface Settings {
  host: string
  /** 0 switches the sandbox off. */
  port: number
  dataFolder: string
  logLevel: string
  /** The gateway's, where it is set; it keeps one of its own in the data folder otherwise. */
  adminToken: string | undefined
  adminTokenFile: string
  /** Where the gateway beside it may be found, except on this machine. */
  trustedOrigins: ReadonlySet<string>
}

export class SettingsError extends Error {}

const logLevels = ['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent']

/** Reads the environment. Throws one `SettingsError` that names every problem. */
export function settingsOf(env: Record<string, string | undefined>): Settings {
  const problems: string[] = []
  const setting = (name: string, byDefault: string) => env[name]?.trim() || byDefault

  const port = setting('WAYPOST_SANDBOX_PORT', '8090')
  if (!/^\d{1,5}$/.test(port) || Number(port) > 65_535) {
    problems.push(`WAYPOST_SANDBOX_PORT is "${port}"; it must be a number from 0 (switched off) to 65535`)
  }
  const logLevel = setting('WAYPOST_LOG_LEVEL', 'info')
  if (!logLevels.includes(logLevel)) {
    problems.push(`WAYPOST_LOG_LEVEL is "${logLevel}"; it must be one of ${logLevels.join(', ')}`)
  }
  const host = setting('WAYPOST_HOST', '127.0.0.1')
  if (/[\s/]/.test(host)) {
    problems.push(`WAYPOST_HOST is "${host}"; it must be a host name or an address, without scheme and port`)
  }

  if (problems.length > 0) throw new SettingsError(problems.join('\n'))
  const data = setting('WAYPOST_DATA', './data')
  const publicUrl = URL.parse(setting('WAYPOST_PUBLIC_URL', ''))
  const beside = URL.parse(
    `http://${host.includes(':') ? `[${host}]` : host}:${setting('WAYPOST_PORT', '8080')}`,
  )
  return {
    host,
    port: Number(port),
    dataFolder: resolve(join(data, 'sandbox')),
    logLevel,
    adminToken: setting('WAYPOST_ADMIN_TOKEN', '') || undefined,
    adminTokenFile: resolve(join(data, 'admin-token')),
    trustedOrigins: new Set([publicUrl, beside].flatMap((url) => url?.origin ?? [])),
  }
}
