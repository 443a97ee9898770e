import assert from 'node:assert/strict'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { bucketServer } from '../../packages/gateway/src/media/s3/testing.ts'
import { startServer } from '../../packages/gateway/src/store/postgres/testing.ts'
import { balancer } from './balancer.ts'
import { eventually } from './eventually.ts'
import { fleet } from './fleet.ts'
import { adminToken, ask } from './installation.ts'
import { freePort, ready, start } from './processes.ts'
import { receiver, type Scope } from './receiver.ts'
import { sandboxSender } from './sandbox-sender.ts'

interface Options {
  nodes: number
  senders: Sender[]
}

/** A business with one number. */
export interface Sender {
  id: string
  key: string
  number: string
  ordered: boolean
  messagesPerSecond: number
}

/** Several nodes behind one port, and what they share: a PostgreSQL, a bucket, the sandbox; and the businesses. */
export async function openStage(scope: Scope, options: Options) {
  const folder = await mkdtemp(join(tmpdir(), 'waypost-fleet-'))
  scope.after(() => rm(folder, { recursive: true, force: true }))
  const database = await startServer({ durable: true })
  scope.after(async () => database[Symbol.asyncDispose]())
  const bucket = await bucketServer()
  scope.after(() => bucket[Symbol.asyncDispose]())
  const entrance = await balancer(scope)
  const sandboxPort = await freePort()
  const sandboxUrl = `http://127.0.0.1:${sandboxPort}`
  const businesses = await Promise.all(
    options.senders.map(async (sender) => ({ sender, received: await receiver(scope) })),
  )

  const provision = join(folder, 'provision.json')
  const killNote = join(folder, 'killed-at')
  await writeFile(killNote, '')
  const integrations = businesses.map(({ sender, received }) =>
    integrationOf(sender, sandboxUrl, received.url),
  )
  await writeFile(provision, JSON.stringify({ integrations }))
  const shared = {
    WAYPOST_SANDBOX_PORT: String(sandboxPort),
    WAYPOST_PUBLIC_URL: entrance.url,
    WAYPOST_DATABASE_URL: await database.newDatabase(),
    WAYPOST_MEDIA_URL: `s3:${bucket.location('kills')}`,
    AWS_ACCESS_KEY_ID: 'any',
    AWS_SECRET_ACCESS_KEY: 'any',
    WAYPOST_SECRET: Buffer.alloc(32, 7).toString('base64'),
    WAYPOST_ADMIN_TOKEN: adminToken,
    WAYPOST_LOG_LEVEL: 'warn',
    WAYPOST_PROVISION: provision,
    KILL_NOTE: killNote,
    NODE_COMPILE_CACHE: join(folder, 'compiled'),
  }
  const envOf = (port: number) => ({
    ...shared,
    WAYPOST_PORT: String(port),
    WAYPOST_DATA: join(folder, `node-${port}`),
  })
  await sandboxIn(scope, { ...shared, WAYPOST_DATA: join(folder, 'sandbox') }, sandboxUrl)

  const admin = adminAt(entrance.url)
  const ports = await Promise.all(Array.from({ length: options.nodes }, freePort))
  entrance.lead(ports)
  await once(envOf(ports[0] ?? 0), () =>
    Promise.all(options.senders.map(({ id }) => admin(`/admin/integrations/${id}/templates/sync`, 'POST'))),
  )
  let awayUntil = -Infinity
  const nodes = fleet(scope, { ports, envOf, mayFail: (since) => since < awayUntil })
  await nodes.start()
  return {
    url: entrance.url,
    sandboxUrl,
    businesses,
    fleet: nodes,
    admin,
    /** At which points nodes killed themselves. */
    killedAt: async () => (await readFile(killNote, 'utf8')).split('\n').slice(0, -1),
    lanes: async () => (await admin('/admin/lanes')).items,
    async loseDatabase() {
      awayUntil = Infinity
      await database.kill()
      await sleep(Math.random() * 1000)
      await database.start()
      awayUntil = performance.now()
    },
  }
}

async function sandboxIn(scope: Scope, env: Record<string, string>, url: string) {
  const sandbox = start('packages/sandbox/src/main.ts', [], env)
  scope.after(async () => {
    sandbox.child.kill()
    await sandbox.ended
  })
  await ready(url, sandbox)
}

/** What is done once: the catalogues are filled, and what was compiled is kept at an orderly end. */
async function once(env: Record<string, string> & { WAYPOST_PORT: string }, work: () => Promise<unknown>) {
  const node = start('packages/gateway/src/main.ts', ['serve'], env)
  await ready(`http://127.0.0.1:${env.WAYPOST_PORT}`, node)
  await work()
  node.child.kill('SIGTERM')
  assert.equal(await node.ended, 0, node.output())
}

/** The admin API, of whoever is there: what breaks off or is refused is asked again. */
function adminAt(url: string) {
  return (path: string, method: 'GET' | 'POST' = 'GET') =>
    eventually(
      async () => {
        const headers = { authorization: `Bearer ${adminToken}` }
        const heard = await ask(`${url}${path}`, method, { headers }).catch(() => undefined)
        return heard?.httpStatus === 200 && Object(heard.json)
      },
      path,
      60_000,
    )
}

function integrationOf({ id, key, number, ordered, messagesPerSecond }: Sender, at: string, url: string) {
  return {
    id,
    name: `Sender ${number}`,
    apiKeys: [{ key, generation: 'one' }],
    whatsapp: { ...sandboxSender(at, number), messagesPerSecond, pairLimit: false },
    callbacks: { messageUrl: url, statusUrl: url },
    uncertainWaitMs: 300,
    ordered,
  }
}
