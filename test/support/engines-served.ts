import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { GetObjectCommand, ListObjectsV2Command, PutObjectCommand, S3Client } from '@aws-sdk/client-s3'
import postgres, { type Sql } from 'postgres'
import type { Engines } from './engines.ts'
import type { Scope } from './receiver.ts'
import type { Traces } from './traces.ts'

/** Servers, and what a gateway's own part of them is called. */
interface Part {
  /** URL of a database of the server. */
  database: string
  /** What follows `s3:`, without a prefix. */
  bucket: string
  name: string
}

/** A database and a prefix in a bucket, on servers that others use too. */
export async function served({ database, bucket, name }: Part, t: Scope): Promise<Engines> {
  const { AWS_ACCESS_KEY_ID = '', AWS_SECRET_ACCESS_KEY = '' } = process.env
  const own = database.replace(/[^/]*$/, name)
  await on(database, (sql) => sql.unsafe(`CREATE DATABASE ${name}`))
  t.after(() => on(database, (sql) => sql.unsafe(`DROP DATABASE ${name} WITH (FORCE)`)))
  const [begun] = await on(own, (sql) => sql<{ at: string }[]>`SELECT pg_current_wal_lsn() AS at`)
  const objects = bucketPart(bucket, name)

  return {
    env: {
      WAYPOST_DATABASE_URL: own,
      WAYPOST_MEDIA_URL: `s3:${bucket.replace('?', `${name}?`)}`,
      AWS_ACCESS_KEY_ID,
      AWS_SECRET_ACCESS_KEY,
    },
    async traces() {
      const traces = await on(own, rows)
      for (const key of await objects.keys()) traces.set(key, await objects.bytes(key))
      return traces
    },
    log: () => on(own, (sql) => log(sql, begun?.at ?? '')),
    files: objects.keys,
    bytesOf: (fileId) => objects.bytes(`${name}/kept/${fileId}`),
    spoil: (fileId) => objects.put(`${name}/kept/${fileId}`, 'something else'),
    expire: (fileId) =>
      on(own, async (sql) => {
        await sql`UPDATE files SET file = jsonb_set(file::jsonb, '{expiresAt}', '1')::text WHERE id = ${fileId}`
      }),
    wrote: (integrationId, person, at) =>
      on(own, async (sql) => {
        const row = { integration_id: integrationId, person, at }
        await sql`INSERT INTO windows ${sql(row)}`
      }),
    async broken() {
      const change = (statements: string) =>
        // The table first, as whoever uses it locks it: its partitions come after it.
        on(own, (sql) => sql.unsafe(`BEGIN; LOCK TABLE mts IN ACCESS EXCLUSIVE MODE; ${statements}; COMMIT`))
      await change(`
        CREATE FUNCTION broken() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE 'broken'; END $$;
        CREATE TRIGGER broken BEFORE INSERT ON mts FOR EACH ROW EXECUTE FUNCTION broken()`)
      return { [Symbol.asyncDispose]: async () => void (await change('DROP FUNCTION broken CASCADE')) }
    },
    async locked() {
      const sql = connect(own)
      await sql.unsafe('BEGIN; LOCK TABLE mts')
      return { [Symbol.asyncDispose]: () => sql.end({ timeout: 0 }) }
    },
  }
}

const connect = (url: string) => postgres(url, { max: 1, onnotice: () => {} })

async function on<Result>(url: string, work: (sql: Sql) => Promise<Result>): Promise<Result> {
  const sql = connect(url)
  try {
    return await work(sql)
  } finally {
    await sql.end()
  }
}

/** Every row as text, by table. */
async function rows(sql: Sql): Promise<Traces> {
  const traces: Traces = new Map()
  const tables = await sql<{ name: string }[]>`
    SELECT relname AS name FROM pg_class WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace`
  for (const { name } of tables) {
    const rows = await sql<{ row: string }[]>`SELECT t::text AS row FROM ${sql(name)} t`
    traces.set(name, Buffer.from(rows.map(({ row }) => row).join('\n')))
  }
  return traces
}

/** The segments of the write-ahead log since then. */
async function log(sql: Sql, since: string): Promise<Traces> {
  const traces: Traces = new Map()
  const segments = await sql<{ folder: string; name: string }[]>`
    SELECT current_setting('data_directory') AS folder, name FROM pg_ls_waldir()
    WHERE name BETWEEN pg_walfile_name(${since}) AND pg_walfile_name(pg_current_wal_lsn())`
  for (const { folder, name } of segments)
    traces.set(`pg_wal/${name}`, await readFile(join(folder, 'pg_wal', name)))
  return traces
}

function bucketPart(bucket: string, name: string) {
  const { host, searchParams } = new URL(`s3:${bucket}`)
  const client = new S3Client({
    endpoint: searchParams.get('endpoint') ?? '',
    region: searchParams.get('region') ?? '',
    forcePathStyle: true,
  })
  const [Bucket, Prefix] = [host, `${name}/`]
  return {
    async keys() {
      const { Contents = [] } = await client.send(new ListObjectsV2Command({ Bucket, Prefix }))
      return Contents.map(({ Key = '' }) => Key)
    },
    async bytes(Key: string) {
      const { Body: body } = await client.send(new GetObjectCommand({ Bucket, Key }))
      return Buffer.from((await body?.transformToByteArray()) ?? [])
    },
    async put(Key: string, Body: string) {
      await client.send(new PutObjectCommand({ Bucket, Key, Body }))
    },
  }
}
