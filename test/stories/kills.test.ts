import assert from 'node:assert/strict'
import { once } from 'node:events'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { type Point, pointNames } from '../../packages/gateway/src/core/points.ts'
import { eventually } from '../support/eventually.ts'
import { adminToken, ask, ids, keys, numbers, type PhoneMessage } from '../support/installation.ts'
import { freePort, type Running, ready, start } from '../support/processes.ts'
import { receiver } from '../support/receiver.ts'

/**
 * Tries to lose messages. The real gateway works under load and is killed without warning, at each named point of a
 * message's road and at random times, and started again. Then three ledgers that know nothing of each other are
 * compared: what the client was promised, what the phones show, what the business was told.
 *
 * `npm run test:kills -- 500` kills it as often as one likes.
 */
const kills = Number(process.argv.at(2) ?? process.env.KILLS ?? 50)

/** How long a gateway under load may take until it passes a point: a callback that failed waits for 5 s and more. */
const passedWithinMs = 60_000

/** The statuses that say a message is on the handset, as the One API names them. */
const reached = new Set(['DEVICE_ACK', 'READ'])

const phones = Array.from({ length: 40 }, (_, i) => `2799900${String(1000 + i)}`)

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

  // The first time unharmed: the sandbox learns where to post, and what was compiled is kept at an orderly end.
  let gateway = gatewayAt()
  t.after(() => gateway.child.kill('SIGKILL'))
  await ready(url, gateway)
  gateway.child.kill('SIGTERM')
  assert.equal(await gateway.ended, 0, gateway.output())

  const load = clients(url, sandboxUrl)
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
  const { accepted, replies } = await load.finish()
  const admin = async (path: string) => {
    const { json } = await ask(`${url}${path}`, 'GET', { headers: { authorization: `Bearer ${adminToken}` } })
    return json
  }

  /** What the business was told, each event once: which messages arrived, and what people wrote. */
  function told() {
    const events = new Map(business.calls.map(({ headers, body }) => [headers['webhook-id'], body]))
    const bodies = [...events.values()]
    const arrived = bodies.flatMap((body) =>
      statuses(body).flatMap(({ status, messageId }) => (reached.has(status) ? messageId : [])),
    )
    return { events: events.size, arrived: new Set(arrived), texts: new Set(bodies.flatMap(texts)) }
  }
  await eventually(
    async () => {
      const { items } = (await admin('/admin/lanes')) as { items: { waiting: number }[] }
      const settled = items.every(({ waiting }) => waiting === 0)
      if (!settled) return false
      const { arrived, texts } = told()
      return arrived.size >= accepted.size && texts.size >= replies.size
    },
    'everything was carried and told',
    90_000,
  ).catch(() => {}) // the ledgers below say what is missing, and of what

  const shown = new Map<string, number>()
  for (const phone of phones)
    for (const message of (await ask(`${sandboxUrl}/phones/${phone}/messages`, 'GET', {}))
      .json as PhoneMessage[])
      if (message.direction === 'in' && message.text)
        shown.set(message.text, (shown.get(message.text) ?? 0) + 1)

  const lost = [...accepted.keys()].filter((text) => !shown.has(text))
  const ledger = told()
  const untold = [...accepted.values()].filter((id) => !ledger.arrived.has(id))
  const unheard = [...replies].filter((text) => !ledger.texts.has(text))
  const twice = [...shown].filter(([, times]) => times > 1).map(([text]) => text)
  const unmarked: string[] = []
  for (const text of twice) {
    const id = accepted.get(text)
    const { attempts = [] } = ((await admin(`/admin/messages/${id}`)) ?? {}) as {
      attempts?: { outcome?: string }[]
    }
    if (!attempts.some(({ outcome }) => outcome === 'unknown')) unmarked.push(text)
  }
  t.diagnostic(
    `${kills} kills · ${accepted.size} accepted, ${lost.length} lost, ${twice.length} shown twice, all but ${unmarked.length} marked uncertain · ` +
      `${replies.size} replies, ${unheard.length} lost · ${business.calls.length} callbacks, ${business.calls.length - ledger.events} repeated`,
  )
  assert.deepEqual(lost, [], 'accepted, and on no phone')
  assert.deepEqual(untold, [], 'delivered, and the business was not told')
  assert.deepEqual(unheard, [], 'written by a person, taken by the gateway, and the business was not told')
  assert.deepEqual(unmarked, [], 'on a phone twice, and no attempt of it was marked uncertain')
  assert.ok(accepted.size > kills && replies.size > kills, 'there was something to lose')
  for (const kind of ['messageStatusUpdate', 'moText'])
    gapless(
      kind,
      business.calls
        .filter(({ body }) => Object.hasOwn((body as unknown as Event).event, kind))
        .map(({ headers }) => Number(headers['waypost-sequence'])),
    )
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
          from: numbers.one,
          supplier: 'whatsapp-cloud',
          baseUrl: `${sandboxUrl}/graph/v23.0`,
          phoneNumberId: `id-${numbers.one}`,
          accessToken: 'sandbox',
          appSecret: 'sandbox-app-secret',
          messagesPerSecond: 1000,
          pairLimit: false,
        },
        callbacks: { messageUrl: callbackUrl, statusUrl: callbackUrl },
        uncertainWaitMs: 300,
      },
    ],
  }
}

/** Businesses that send and people who write, without a pause, through whatever happens to the gateway. */
function clients(url: string, sandboxUrl: string) {
  /** Text → id, of what a 202 promised. */
  const accepted = new Map<string, string>()
  const replies = new Set<string>()
  let stopped = false
  let abandoned = false

  async function business(name: string) {
    for (let request = 0; !stopped; request++) {
      const texts = Array.from({ length: 1 + (request % 4) }, (_, i) => `${name}-${request}-${i}`)
      const messages = texts.map((content) => ({
        to: phones[Math.floor(Math.random() * phones.length)],
        content,
      }))
      // Asks until it gets an answer. The key makes that one request, however often it arrives.
      while (!abandoned) {
        const heard = await ask(`${url}/v1/message`, 'POST', {
          key: keys.one,
          headers: { 'idempotency-key': `${name}-${request}` },
          body: { messages },
        }).catch(() => undefined)
        if (heard?.httpStatus === 202) {
          const answer = heard.json as { messages: { apiMessageId: string }[] }
          for (const [i, text] of texts.entries()) accepted.set(text, answer.messages[i]?.apiMessageId ?? '')
          break
        }
        await sleep(20)
      }
      await sleep(5)
    }
  }

  async function person(msisdn: string) {
    for (let turn = 0; !stopped; turn++) {
      const text = `reply-${msisdn}-${turn}`
      const { httpStatus } = await ask(`${sandboxUrl}/phones/${msisdn}/messages`, 'POST', {
        body: { to: numbers.one, type: 'text', text },
      })
      if (httpStatus === 201) replies.add(text)
      await sleep(100)
    }
  }

  const all = [
    ...Array.from({ length: 8 }, (_, i) => business(`text-${i}`)),
    ...phones.slice(0, 4).map((msisdn) => person(msisdn)),
  ]
  return {
    async finish() {
      stopped = true
      await Promise.all(all)
      return { accepted, replies }
    },
    /** Ends the load where a test that failed has no gateway left to answer it. */
    async abandon() {
      stopped = abandoned = true
      await Promise.allSettled(all)
    },
  }
}

/** A callback of the One API, as far as the ledgers look at it. */
interface Event {
  event: { messageStatusUpdate?: { status: string; messageId: string }[]; moText?: { content: string }[] }
}

function statuses(body: Record<string, unknown>) {
  return (body as unknown as Event).event.messageStatusUpdate ?? []
}

function texts(body: Record<string, unknown>) {
  return (body as unknown as Event).event.moText?.map(({ content }) => content) ?? []
}

/** Every number from 1 to the highest was told. */
function gapless(kind: string, sequences: number[]) {
  const seen = [...new Set(sequences)].sort((a, b) => a - b)
  assert.ok(seen.length > 0, `${kind} was told`)
  assert.deepEqual(
    seen,
    seen.map((_, i) => i + 1),
    `the sequence numbers of ${kind} have no gap`,
  )
}
