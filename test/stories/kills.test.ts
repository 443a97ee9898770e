import assert from 'node:assert/strict'
import { once } from 'node:events'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { type Point, pointNames } from '../../packages/gateway/src/core/points.ts'
import { crowd, sha256Of, textOn } from '../support/crowd.ts'
import { eventually } from '../support/eventually.ts'
import { adminToken, ask, ids, keys, numbers, type PhoneMessage } from '../support/installation.ts'
import { freePort, type Running, ready, start } from '../support/processes.ts'
import { type Received, receiver } from '../support/receiver.ts'
import { sandboxSender } from '../support/sandbox-sender.ts'

/**
 * Tries to lose messages. The real gateway works under load, of businesses that send and of people who write, send
 * files and places and press buttons. It is killed without warning, at each named point of a message's road and at
 * random times, and started again. Then three ledgers that know nothing of each other are
 * compared: what the client was promised, what the phones show, what the business was told.
 *
 * `npm run test:kills -- 500` kills it as often as one likes.
 */
const kills = Number(process.argv.at(2) ?? process.env.KILLS ?? 50)

/** How long a gateway under load may take until it passes a point: a callback that failed waits for 5 s and more. */
const passedWithinMs = 60_000

/** The statuses that say a message is on the handset, as the One API names them. */
const reached = ['DEVICE_ACK', 'READ']

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

  const load = crowd({ url, sandboxUrl, phones })
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
  const { accepted, said } = await load.finish()
  const acts = [
    ...Array.from(said.texts, (text) => `moText ${text}`),
    ...Array.from(said.files.keys(), (caption) => `moMedia ${caption}`),
    ...Array.from(said.places, (name) => `moLocation ${name}`),
    ...Array.from(said.presses, (text) => `moSuggestedResponse ${text}`),
  ]
  const hasArrived = (told: Told, id: string) => reached.some((status) => told.has(nameOf(id, status)))
  await eventually(
    async () => {
      const { items } = (await admin('/admin/lanes')) as { items: { waiting: number }[] }
      if (items.some(({ waiting }) => waiting > 0)) return false
      const told = toldIn(business.calls)
      return acts.every((act) => told.has(act)) && [...accepted.values()].every((id) => hasArrived(told, id))
    },
    'everything was carried and told',
    90_000,
  ).catch(() => {}) // the ledgers below say what is missing, and of what

  const shown = new Map<string, number>()
  for (const phone of phones)
    for (const message of (await ask(`${sandboxUrl}/phones/${phone}/messages`, 'GET', {}))
      .json as PhoneMessage[])
      if (message.direction === 'in') shown.set(textOn(message), (shown.get(textOn(message)) ?? 0) + 1)

  const told = toldIn(business.calls)
  const lost = [...accepted.keys()].filter((text) => !shown.has(text))
  const untold = [...accepted.values()].filter((id) => !hasArrived(told, id))
  const unheard = acts.filter((act) => !told.has(act))
  const doubled = [...told].filter(([, ids]) => ids.size > 1).map(([act]) => act)
  const twice = [...shown].filter(([, times]) => times > 1).map(([text]) => text)
  const unmarked: string[] = []
  for (const text of twice) {
    const id = accepted.get(text)
    const { attempts } = (await admin(`/admin/messages/${id}`)) as { attempts: { outcome: string | null }[] }
    if (!attempts.some(({ outcome }) => outcome === 'unknown')) unmarked.push(text)
  }
  const events = new Set(business.calls.map(({ headers }) => headers['webhook-id']))
  t.diagnostic(
    `${kills} kills · ${accepted.size} accepted, ${lost.length} lost, ${twice.length} shown twice, all but ${unmarked.length} marked uncertain · ` +
      `${acts.length} acts of people, ${unheard.length} lost, ${said.files.size} of them files, ${said.presses.size} buttons · ` +
      `${business.calls.length} callbacks, ${business.calls.length - events.size} repeated`,
  )
  assert.deepEqual(lost, [], 'accepted, and on no phone')
  assert.deepEqual(untold, [], 'delivered, and the business was not told')
  assert.deepEqual(unheard, [], 'done by a person, taken by the gateway, and the business was not told')
  assert.deepEqual(doubled, [], 'told as two events, which no receiver can know for one')
  assert.deepEqual(unmarked, [], 'on a phone twice, and no attempt of it was marked uncertain')
  assert.ok(accepted.size > kills && acts.length > kills, 'there was something to lose')
  for (const [kind, done] of Object.entries(said)) assert.ok(done.size > 0, `there were ${kind} to lose`)
  for (const endpoint of ['status', 'message']) gapless(endpoint, business.calls)
  repeatedAsTheyWere(business.calls)
  await canBeDownloaded(business.calls, said.files)
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

/** What the business was told → under which ids. */
type Told = Map<string, Set<string>>

/** How an event of each kind is told apart from others of its kind. */
const names = {
  messageStatusUpdate: ({ messageId, status }) => `${messageId} ${status}`,
  moText: ({ content }) => content,
  moMedia: ({ caption }) => caption,
  moLocation: ({ locationName }) => locationName,
  moSuggestedResponse: ({ postbackData }) => postbackData,
} satisfies Record<string, (event: Record<string, string>) => string | undefined>

const nameOf = (messageId: string, status: string) => `messageStatusUpdate ${messageId} ${status}`

/** The events in a callback of the One API, with their kind. */
function eventsIn({ body }: Received): [kind: string, event: Record<string, string>][] {
  const lists = Object.entries(body.event as Record<string, Record<string, string>[]>) // its contract
  return lists.flatMap(([kind, events]) => events.map((event): [string, typeof event] => [kind, event]))
}

function toldIn(calls: Received[]): Told {
  const told: Told = new Map()
  for (const call of calls)
    for (const [kind, event] of eventsIn(call)) {
      const name = `${kind} ${Object.hasOwn(names, kind) ? names[kind as keyof typeof names](event) : 'unasked'}`
      told.set(name, (told.get(name) ?? new Set()).add(String(call.headers['webhook-id'])))
    }
  return told
}

/** Every number from 1 to the highest was told, each of one event. */
function gapless(endpoint: string, calls: Received[]) {
  const told = calls.filter(({ raw }) => raw.includes('"messageStatusUpdate"') === (endpoint === 'status'))
  const events = new Map(told.map(({ headers }) => [headers['webhook-id'], headers['waypost-sequence']]))
  const sequences = Array.from(events.values(), Number).sort((a, b) => a - b)
  assert.ok(sequences.length > 0, `${endpoint}: there were events`)
  assert.deepEqual(
    sequences,
    sequences.map((_, i) => i + 1),
    `the sequence numbers of the ${endpoint} endpoint have no gap, and none is used twice`,
  )
}

/** Whoever remembers ids may leave out what comes again: nothing in it is new. */
function repeatedAsTheyWere(calls: Received[]) {
  const first = new Map<unknown, Received>()
  for (const call of calls) {
    const { headers, raw } = first.get(call.headers['webhook-id']) ?? call
    assert.deepEqual(
      [call.raw, call.headers['waypost-sequence']],
      [raw, headers['waypost-sequence']],
      'an event that is told again is told as it was',
    )
    first.set(call.headers['webhook-id'], call)
  }
}

/** Each file that was told of can be had, and is what the person sent. */
async function canBeDownloaded(calls: Received[], sent: Map<string, string>) {
  const files = new Map<string, string>()
  for (const call of calls)
    for (const [kind, event] of eventsIn(call))
      if (kind === 'moMedia') {
        const [file] = (event as unknown as { files: { downloadUrl: string; sha256Hash: string }[] }).files
        assert.equal(file?.sha256Hash, sent.get(event.caption ?? ''), call.raw)
        files.set(file?.downloadUrl ?? '', event.caption ?? '')
      }
  for (const [url, caption] of files) {
    const answer = await fetch(url, { headers: { authorization: keys.one } })
    assert.equal(answer.status, 200, caption)
    assert.equal(sha256Of(await answer.bytes()), sent.get(caption), caption)
  }
}
