import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { type Config, loadConfig } from './config.ts'
import { CannotStart } from './core/cannot-start.ts'
import { openKeys } from './keys/index.ts'
import { rotateLocal } from './keys/local/index.ts'

const usage = `waypost keys rotate
  adds a key to the file of keys; what was wrapped before stays readable
waypost keys data-key --key=<name>
  a new data key under this name: { "plaintext", "encryptionKey" }, both base64
waypost keys open --key=<name> <encryptionKey>
  the data key that an encryptionKey wraps, base64

The key service is that of WAYPOST_KEYS_URL.
`

const commands: Record<string, (config: Config, said: Said) => Promise<string>> = {
  async rotate({ WAYPOST_KEYS_URL: url, WAYPOST_SECRET: secret }) {
    const [, path] = /^local:(.*)$/s.exec(url) ?? []
    if (path === undefined || secret) throw new CannotStart('only a file of keys can be rotated here')
    return `${path}: key ${await rotateLocal(path)} wraps from now on`
  },
  'data-key': async (config, { key }) =>
    withService(config, async ({ make }) => {
      const made = await make(named(key))
      return JSON.stringify({ plaintext: made.key.toString('base64'), encryptionKey: made.wrapped })
    }),
  open: async (config, { key, blob }) =>
    withService(config, async ({ unwrap }) =>
      (await unwrap(named(key), named(blob, 'an encryptionKey'))).toString('base64'),
    ),
}

interface Said {
  key: string | undefined
  blob: string | undefined
}

type Service = Awaited<ReturnType<typeof openKeys>>['service']

async function withService(config: Config, ask: (service: Service) => Promise<string>): Promise<string> {
  await using keys = await openKeys(config.WAYPOST_KEYS_URL, {
    secret: config.WAYPOST_SECRET,
    ownPath: join(config.WAYPOST_DATA, 'keys.json'),
  })
  return await ask(keys.service)
}

function named(text: string | undefined, what = '--key and the name of a key'): string {
  if (!text) throw new CannotStart(`say ${what}`)
  return text
}

async function run(): Promise<string> {
  const { values, positionals } = parseArgs({
    options: { key: { type: 'string' } },
    allowPositionals: true,
  })
  const [name = '', blob] = positionals
  const command = Object.hasOwn(commands, name) ? commands[name] : undefined
  if (!command && name !== '')
    throw new CannotStart(`there is no ${JSON.stringify(name)}; \`waypost keys\` says what there is`)
  if (!command) return usage
  return `${await command(loadConfig(process.env), { key: values.key, blob })}\n`
}

run().then(
  (said) => process.stdout.write(said),
  (error: unknown) => {
    process.stderr.write(`waypost: ${error instanceof Error ? error.message : error}\n`)
    process.exitCode = 1
  },
)
