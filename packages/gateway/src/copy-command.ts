import { parseArgs } from 'node:util'
import { type Config, loadConfig } from './config.ts'
import { type Copied, type CopiedRows, type Copying, copy } from './copy/index.ts'
import { CannotStart } from './core/cannot-start.ts'

const usage = `waypost copy --to-database=postgres://user:password@host/database --to-media=s3://bucket/prefix
  copies the ledger in SQLite and the files of the gateway here, of which no process may run, to where several gateways can
  share them; one of the two by itself copies that one. A password may be in PGPASSWORD, and credentials for the bucket are
  where the gateway has them.

What is copied is that of WAYPOST_DATA, WAYPOST_DATABASE_URL and WAYPOST_MEDIA_URL. It is only read. The database has to be
empty. Ended at any point and started again with the same options, a copy goes on; no gateway starts on it before it is
finished. docs/deploying.md says what comes before and after.
`

/** How often it is told how far it is. */
const toldEveryMs = 10_000

async function run(): Promise<number> {
  const { values } = parseArgs({
    options: {
      'to-database': { type: 'string' },
      'to-media': { type: 'string' },
      help: { type: 'boolean', short: 'h' },
    },
  })
  const to = { database: values['to-database'], media: values['to-media'] }
  if (values.help || (to.database === undefined && to.media === undefined)) {
    process.stdout.write(usage)
    return 0
  }
  const config = loadConfig(process.env)
  const copied = await copy(copyingOf(config, to), sayNowAndThen())
  process.stdout.write(`${reportOf(copied)}\n`)
  if (copied.tables.some(({ instead }) => instead)) return 1
  process.stdout.write(`\n${whatIsNext(config, to)}\n`)
  return 0
}

interface To {
  database: string | undefined
  media: string | undefined
}

function copyingOf({ WAYPOST_DATABASE_URL: ledger, WAYPOST_MEDIA_URL: from }: Config, to: To): Copying {
  if (!ledger.startsWith('sqlite:'))
    throw new CannotStart(
      'WAYPOST_DATABASE_URL: what is copied is a ledger in SQLite; --to-database says where it goes.',
    )
  const [, database] = /^postgres(?:ql)?:(.+)$/s.exec(to.database ?? '') ?? []
  if (to.database !== undefined && database === undefined)
    throw new CannotStart('--to-database: a URL that begins with postgres:')
  if (to.media === from) throw new CannotStart('--to-media: that is where the files are')
  return {
    ledger: ledger.slice('sqlite:'.length),
    ...(database !== undefined && { database }),
    ...(to.media !== undefined && { media: { from, to: to.media } }),
  }
}

function sayNowAndThen() {
  let saidAt = Date.now()
  return (what: string, number: number) => {
    if (Date.now() - saidAt < toldEveryMs) return
    saidAt = Date.now()
    process.stdout.write(`${what}: ${count(number)} so far\n`)
  }
}

function reportOf({ finishedBefore, tables, files }: Copied): string {
  const isWrong = tables.some(({ instead }) => instead)
  return [
    ...(tables.length > 0 ? [line('', 'rows', 'sum of SHA-256'), ...tables.flatMap(linesOf)] : []),
    ...(files ? [line('files', count(files.files), `${count(files.bytes)} bytes`)] : []),
    ...(files?.missing ?? []).map((id) => `  ${id} is missing: its bytes are not where the ledger says`),
    '',
    isWrong
      ? 'The copy is not what was copied, and no gateway starts on it. Begin again, with a new database.'
      : finishedBefore === undefined
        ? 'Everything was copied, and read back the same.'
        : `There was nothing to do: this copy was finished at ${new Date(finishedBefore).toISOString()}.`,
  ].join('\n')
}

const line = (what: string, number: string, rest: string) =>
  `${what.padEnd(28)}${number.padStart(13)}  ${rest}`
const count = (number: number) => number.toLocaleString('en')

function linesOf({ what, rows, digest, instead }: CopiedRows): string[] {
  const copied = line(what, count(rows), digest.slice(0, 16))
  if (!instead) return [copied]
  return [
    copied,
    line('  read back was', count(instead.rows), instead.digest.slice(0, 16)),
    ...instead.wrong.map((row) => `    ${row}`),
  ]
}

/** What the new gateways need and the copy cannot give them. */
function whatIsNext(config: Config, to: To): string {
  return [
    `The gateway here must not start again, except to go back. The new ones need:`,
    to.database === undefined
      ? `  WAYPOST_DATABASE_URL as here`
      : '  WAYPOST_DATABASE_URL as --to-database was',
    to.media === undefined ? '  WAYPOST_MEDIA_URL as here' : '  WAYPOST_MEDIA_URL as --to-media was',
    `  ${keysOf(config)}`,
    ...(config.WAYPOST_ADMIN_TOKEN === undefined
      ? [`  WAYPOST_ADMIN_TOKEN, which is in ${config.WAYPOST_DATA}/admin-token`]
      : []),
    '  the other settings as here',
  ].join('\n')
}

/** Whoever wrapped the keys that credentials are sealed with has to unwrap them. */
function keysOf({ WAYPOST_KEYS_URL: url, WAYPOST_SECRET: secret, WAYPOST_DATA: folder }: Config): string {
  if (url.startsWith('aws-kms:') && /[?&]key=/.test(url)) return 'WAYPOST_KEYS_URL as here'
  if (secret) return 'WAYPOST_SECRET as here'
  const isLocal = url.startsWith('local:')
  const file = isLocal ? url.slice('local:'.length) : `${folder}/keys.json`
  return `${isLocal ? '' : 'WAYPOST_KEYS_URL as here, '}no WAYPOST_SECRET, and a copy of ${file} each: keys.json in WAYPOST_DATA`
}

run().then(
  (code) => (process.exitCode = code),
  (error: unknown) => {
    process.stderr.write(`waypost: ${error instanceof Error ? error.message : error}\n`)
    process.exitCode = 1
  },
)
