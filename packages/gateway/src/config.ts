import { resolve } from 'node:path'
import { isAddressOrRange } from './api/authenticate.ts'
import { CannotStart } from './core/cannot-start.ts'
import { dataKeyBytes } from './core/keys.ts'
import { jsonIn } from './json-file.ts'
import { keySchemes, parametersOf } from './keys/index.ts'
import { mediaSchemes } from './media/index.ts'
import { placeIn } from './media/s3/place.ts'
import { storeSchemes } from './store/index.ts'

/** A setting: how it is read, what it is when absent, and what it is for. `docs/configuration.md` is held to this table. */
interface Setting<T> {
  /** As the documentation prints it. */
  default: string
  what: string
  /** Throws an Error whose message says what would be right. */
  read(text: string | undefined, env: Environment): T
}

type Environment = Record<string, string | undefined>

const setting = <T>(row: Setting<T>) => row

/** Every environment variable the gateway looks at. */
export const settings = {
  WAYPOST_HOST: setting({
    default: '127.0.0.1',
    what: 'The address the gateway listens on.',
    read: (text = '127.0.0.1') => text,
  }),
  WAYPOST_PORT: setting({
    default: '8080',
    what: 'The port the gateway listens on; 0 takes any free one.',
    read: (text = '8080') => port(text),
  }),
  WAYPOST_SANDBOX_PORT: setting({
    default: '8090',
    what: 'The port of the sandbox that runs beside the gateway; 0 says there is none.',
    read: (text = '8090') => port(text),
  }),
  WAYPOST_PUBLIC_URL: setting({
    default: 'from host and port',
    what: 'Where suppliers and businesses reach the gateway: the base of the webhooks registered with Meta.',
    read: (text) => (text === undefined ? undefined : url(text, ['http:', 'https:']).replace(/\/+$/, '')),
  }),
  WAYPOST_DATA: setting({
    default: './data',
    what: 'The folder in which the embedded defaults keep things.',
    read: (text = './data') => resolve(text),
  }),
  WAYPOST_DATABASE_URL: setting({
    default: '`sqlite:` in the data folder',
    what: 'The ledger: `sqlite:` and a path, or `postgres://user:password@host/database`.',
    read: (text, env) =>
      located(text ?? `sqlite:${resolve(env.WAYPOST_DATA ?? './data', 'waypost.db')}`, storeSchemes),
  }),
  WAYPOST_MEDIA_URL: setting({
    default: '`file:` in the data folder',
    what: 'Where files are kept: `file:` and a folder, or `s3://bucket/prefix?endpoint=…&region=…`. Endpoint, region and credentials are found as the AWS SDK finds them when absent; [Files in a bucket](#files-in-a-bucket) has the other parameters.',
    read: (text, env) => mediaUrl(text ?? `file:${resolve(env.WAYPOST_DATA ?? './data', 'media')}`),
  }),
  WAYPOST_KEYS_URL: setting({
    default: '`local:` in the data folder',
    what: 'Who wraps data keys: `local:` and a file of keys, or `aws-kms:?endpoint=…&region=…&key=…`. Endpoint and region are found as the AWS SDK finds them when absent; `key` is an ARN and wraps what the gateway itself seals, without it a file in the data folder does.',
    read: (text, env) => keysUrl(text ?? `local:${resolve(env.WAYPOST_DATA ?? './data', 'keys.json')}`),
  }),
  WAYPOST_SECRET: setting({
    default: 'none',
    what: '32 bytes in base64, instead of the file of keys in the data folder: the same on every node that shares a database.',
    read: (text) => (text === undefined ? undefined : secretOf(text)),
  }),
  WAYPOST_SEAL_CONTENT: setting({
    default: 'false',
    what: 'Contents and files are sealed in the ledger and in the media store, too, under a key for each integration. Credentials always are.',
    read: (text = 'false') => truth(text),
  }),
  WAYPOST_ADMIN_TOKEN: setting({
    default: 'made at the first start, printed once, kept in the data folder',
    what: 'The bearer token of `/admin`; at least 16 characters.',
    read: (text) => atLeast(16, text),
  }),
  WAYPOST_PROVISION: setting({
    default: 'none',
    what: 'A JSON file applied at each start: the account, integrations with their keys, recipients, templates.',
    read(text) {
      if (text !== undefined) jsonIn(text)
      return text
    },
  }),
  WAYPOST_CALLBACKS_ALLOW_PRIVATE: setting({
    default: '`true` when the host is loopback and the sandbox is on, else `false`',
    what: 'Callback URLs may point to private, link-local and loopback addresses. The sandbox beside the gateway may be called back in any case, if `WAYPOST_SANDBOX_PORT` is set.',
    read: (text, env) => (text === undefined ? besideSandbox(env) : truth(text)),
  }),
  WAYPOST_TEST_CLOCK: setting({
    default: '`true` when the sandbox is on, else `false`',
    what: 'The business clock can be turned, by `PUT /admin/clock`; without, it is real time, however far it was turned before. The sandbox counts as on where `WAYPOST_SANDBOX_PORT` is set, and not to 0, or the host is loopback.',
    read: (text, env) => (text === undefined ? isSandboxOn(env) : truth(text)),
  }),
  WAYPOST_TRUST_PROXY: setting({
    default: 'none',
    what: 'Addresses and CIDR ranges, comma-separated, of proxies whose `X-Forwarded-For` is believed when addresses are checked.',
    read: (text) => text?.split(',').map((part) => addressOrRange(part.trim())) ?? [],
  }),
  WAYPOST_MAX_MESSAGES: setting({
    default: '100',
    what: 'The most messages one request may carry.',
    read: (text = '100') => whole(text, 1, 10_000),
  }),
  WAYPOST_REQUEST_TIMEOUT_MS: setting({
    default: '60000',
    what: 'How long a request may take to arrive, in milliseconds; after that it is refused and the connection closed.',
    read: (text = '60000') => whole(text, 1, 3_600_000),
  }),
  WAYPOST_LOG_LEVEL: setting({
    default: 'info',
    what: '`fatal`, `error`, `warn`, `info`, `debug`, `trace` or `silent`.',
    read: (text = 'info') => oneOf(text, ['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent']),
  }),
} as const

export type Config = { [Name in keyof typeof settings]: ReturnType<(typeof settings)[Name]['read']> } & {
  /** Origins that callbacks may go to whatever their addresses are: that of the sandbox, where there is one. */
  callbackOrigins: ReadonlySet<string>
}

/** Reads every setting, or throws a `ConfigError` that names every problem. */
export function loadConfig(env: Environment): Config {
  const problems: string[] = []
  const said: Environment = Object.fromEntries(
    Object.keys(settings).map((name) => [name, env[name]?.trim() || undefined]),
  )
  const entries = Object.entries(settings).map(([name, { read }]) => {
    try {
      return [name, read(said[name], said)]
    } catch (error) {
      problems.push(`${name}: ${error instanceof Error ? error.message : error}`)
      return [name, undefined]
    }
  })
  if (problems.length > 0) throw new ConfigError(problems)
  // Each entry was read by the row of its name.
  return { ...Object.fromEntries(entries), callbackOrigins: sandboxOrigins(said) } as Config
}

export class ConfigError extends CannotStart {
  override name = 'ConfigError'
  readonly problems: string[]
  constructor(problems: string[]) {
    super(`settings that cannot be used:\n${problems.map((problem) => `  ${problem}`).join('\n')}`)
    this.problems = problems
  }
}

function port(text: string) {
  return whole(text, 0, 65_535)
}

function whole(text: string, least: number, most: number) {
  const value = Number(text)
  if (!/^\d+$/.test(text) || value < least || value > most)
    throw new Error(`a whole number from ${least} to ${most}`)
  return value
}

function oneOf<const Name extends string>(text: string, names: readonly Name[]): Name {
  const found = names.find((name) => name === text)
  if (!found) throw new Error(`one of ${names.join(', ')}`)
  return found
}

function truth(text: string) {
  return oneOf(text, ['true', 'false']) === 'true'
}

function url(text: string, protocols: string[]) {
  if (!URL.canParse(text) || !protocols.includes(new URL(text).protocol))
    throw new Error(`a URL that begins with ${protocols.join('// or ')}//`)
  return text
}

/** A choice of implementation, by its scheme, and where that keeps things. */
function located(text: string, schemes: string[]) {
  if (!schemes.some((scheme) => text.startsWith(`${scheme}:`) && text.length > scheme.length + 1))
    throw new Error(`a URL that begins with ${schemes.join(': or ')}:`)
  return text
}

function mediaUrl(text: string) {
  if (text.startsWith('s3:')) placeIn(text.slice('s3:'.length))
  else located(text, mediaSchemes)
  return text
}

function keysUrl(text: string) {
  if (text.startsWith('aws-kms:')) parametersOf(text.slice('aws-kms:'.length))
  else located(text, keySchemes)
  return text
}

function secretOf(text: string) {
  const secret = Buffer.from(text, 'base64')
  if (secret.length !== dataKeyBytes || secret.toString('base64') !== text)
    throw new Error(`${dataKeyBytes} bytes in base64: \`openssl rand -base64 ${dataKeyBytes}\``)
  return secret
}

function addressOrRange(text: string) {
  if (!isAddressOrRange(text)) throw new Error('addresses and CIDR ranges, comma-separated')
  return text
}

function atLeast(characters: number, text: string | undefined) {
  if (text !== undefined && text.length < characters) throw new Error(`at least ${characters} characters`)
  return text
}

function besideSandbox({
  WAYPOST_HOST: host = '127.0.0.1',
  WAYPOST_SANDBOX_PORT: sandbox = '8090',
}: Environment) {
  return sandbox !== '0' && /^(127\.|localhost$|::1$|\[::1\]$)/.test(host)
}

function isSandboxOn(env: Environment) {
  return env.WAYPOST_SANDBOX_PORT === undefined ? besideSandbox(env) : Number(env.WAYPOST_SANDBOX_PORT) !== 0
}

/**
 * Where `npm start` finds the sandbox. The default port does not count here: a gateway that runs without a sandbox, and
 * was not told so, must not let callbacks reach whatever else listens on that port.
 */
function sandboxOrigins({
  WAYPOST_HOST: host = '127.0.0.1',
  WAYPOST_SANDBOX_PORT: sandbox = '0',
}: Environment): ReadonlySet<string> {
  const reachable = { '0.0.0.0': '127.0.0.1', '::': '::1' }[host] ?? host
  const url = URL.parse(`http://${reachable.includes(':') ? `[${reachable}]` : reachable}:${sandbox}`)
  return new Set(url && Number(sandbox) !== 0 ? [url.origin] : [])
}
