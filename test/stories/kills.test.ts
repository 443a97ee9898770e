import assert from 'node:assert/strict'
import { once } from 'node:events'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { type Point, pointNames } from '../../packages/gateway/src/core/points.ts'
import { crowd } from '../support/crowd.ts'
import { adminToken, ask, ids, keys, numbers } from '../support/installation.ts'
import { killsAsked } from '../support/kills.ts'
import { agree, compare, figuresOf, settled } from '../support/ledgers.ts'
import { freePort, type Running, ready, start } from '../support/processes.ts'
import { receiver } from '../support/receiver.ts'
import { sandboxSender } from '../support/sandbox-sender.ts'

/**
 * Tries to lose messages. The real gateway works under load, of businesses that send and of people who write, send
 * files and places and press buttons. It is killed without warning, at each named point of a message's road and at
 * random times, and started again. Then three ledgers that know nothing of each other are
 * compared: what the client was promised, what the phones show, what the business was told.
 *
 * `npm run test:kills -- 500` kills it as often as one likes.
 */
const kills = killsAsked(24)

/** How long a gateway under load may take until it passes a point: a callback that failed waits for 5 s and more. */
const passedWithinMs = 60_000

const sender = {
  key: keys.one,
  number: numbers.one,
  phones: Array.from({ length: 40 }, (_, i) => `2799900${1000 + i}`),
}

test(`${kills} kills lose nothing`, async (t) => {
  const folder = await mkdtemp(join(tmpdir(), 'waypost-kills-'))
  t.after(() => rm(folder, { recursive: true, force: true }))
  const business = await receiver(t)
  const [port, sandboxPort] = [await freePort(), await freePort()]
  const [url, sandboxUrl] = [`http://127.0.0.1:${port}`, `http://127.0.0.1:${sandboxPort}`]
  const env = {
    WAYPOST_PORT: String(port),
    WAYPOST_SANDBOX_PORT: String(sandboxPort),
    WAYPOST_DATA: folder,
    WAYPOST_ADMIN_TOKEN: adminToken,
    WAYPOST_LOG_LEVEL: 'error',
    WAYPOST_PROVISION: join(folder, 'provision.json'),
    KILL_NOTE: join(folder, 'killed-at'),
    // Most of a start is compiling: kept from the first one, it makes half a minute in fifty.
    NODE_COMPILE_CACHE: join(folder, 'compiled'),
  }
  await writeFile(env.KILL_NOTE, '')
  await writeFile(env.WAYPOST_PROVISION, JSON.stringify(integrationAt(sandboxUrl, business.url)))

  const sandbox = start('packages/sandbox/src/main.ts', [], env)
  t.after(() => sandbox.child.kill())
  await ready(sandboxUrl, sandbox)
  const gatewayAt = (killAt?: string) =>
    start(
      'packages/gateway/src/main.ts',
      ['serve'],
      { ...env, ...(killAt && { KILL_AT: killAt }) },
      killAt ? ['test/support/kill-at.ts'] : [],
    )

  const admin = async (path: string, method: 'GET' | 'POST' = 'GET') => {
    const headers = { authorization: `Bearer ${adminToken}` }
    const { httpStatus, text, json } = await ask(`${url}${path}`, method, { headers })
    assert.equal(httpStatus, 200, text)
    return json
  }

  // The first time unharmed: the sandbox learns where to post, the gateway which templates there are, and what was
  // compiled is kept at an orderly end.
  let gateway = gatewayAt()
  t.after(() => gateway.child.kill('SIGKILL'))
  await ready(url, gateway)
  await admin(`/admin/integrations/${ids.one}/templates/sync`, 'POST')
  gateway.child.kill('SIGTERM')
  assert.equal(await gateway.ended, 0, gateway.output())

  const load = crowd({ url, sandboxUrl, business: sender })
  t.after(() => load.abandon())
  const plan = planOf(kills)
  for (const [i, point] of plan.entries()) {
    gateway = gatewayAt(point && `${point}:${1 + (i % 7) * 3}`)
    await ready(url, gateway)
    if (point) await endOf(gateway, point)
    else {
      await sleep(50 + Math.random() * 400)
      gateway.child.kill('SIGKILL')
    }
    assert.equal(await gateway.ended, 'SIGKILL', gateway.output())
  }
  const killedAt = (await readFile(env.KILL_NOTE, 'utf8')).split('\n').slice(0, -1)
  assert.deepEqual(
    killedAt,
    plan.filter((point) => point !== undefined),
    'each gateway with a point to die at died there, by itself',
  )
  if (kills >= 2 * pointNames.length) assert.deepEqual(new Set(killedAt), new Set(pointNames))

  gateway = gatewayAt()
  await ready(url, gateway)
  await load.finish()
  const { accepted, said } = load
  const ledgers = { ...sender, accepted, said, calls: business.calls }
  const world = { sandboxUrl, admin }
  await settled(world, [ledgers])
  const findings = await compare(world, ledgers)
  t.diagnostic(`${kills} kills · ${figuresOf([{ ledgers, findings }])}`)
  await agree(ledgers, findings)
  assert.ok(accepted.size > kills, 'there was something to lose')
})

for (const killAt of ['mt.stord:1', 'mt.stored:0', 'mt.stored'])
  test(`KILL_AT=${killAt} kills nothing and says so`, async () => {
    const env = { KILL_AT: killAt, KILL_NOTE: '/dev/null' }
    const gateway = start('packages/gateway/src/main.ts', ['--help'], env, ['test/support/kill-at.ts'])
    await once(gateway.child, 'close')
    assert.equal(gateway.child.exitCode, 1)
    assert.match(gateway.output(), /KILL_AT: /)
  })

/** What kills the gateway, in turn: a moment by chance (undefined), and the next named point. */
function planOf(kills: number): (Point | undefined)[] {
  return Array.from({ length: kills }, (_, i) =>
    i % 2 === 1 ? pointNames[((i - 1) / 2) % pointNames.length] : undefined,
  )
}

/** Waits until a gateway has ended by itself; nobody else ends it. */
async function endOf(gateway: Running, point: Point): Promise<void> {
  const timer = new AbortController()
  const late = sleep(passedWithinMs, 'late', { signal: timer.signal })
  const first = await Promise.race([gateway.ended, late])
  timer.abort()
  assert.notEqual(first, 'late', `${point} was not passed within ${passedWithinMs} ms\n${gateway.output()}`)
}

function integrationAt(sandboxUrl: string, callbackUrl: string) {
  return {
    integrations: [
      {
        id: ids.one,
        name: 'Kills',
        apiKeys: [{ key: keys.one, generation: 'one' }],
        whatsapp: {
          ...sandboxSender(sandboxUrl, numbers.one),
          messagesPerSecond: 1000,
          pairLimit: false,
        },
        callbacks: { messageUrl: callbackUrl, statusUrl: callbackUrl },
        uncertainWaitMs: 300,
      },
    ],
  }
}
