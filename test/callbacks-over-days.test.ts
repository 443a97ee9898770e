import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { eventually } from './support/eventually.ts'
import { type Installation, ids, install, numbers } from './support/installation.ts'

/** What becomes of events whose endpoint fails for hours and days; the business clock is turned. */
const hour = 3_600_000
const day = 24 * hour

interface Shown {
  id: string
  sequence: number
  state: string
  attempts: number
}

async function open(...asked: Parameters<typeof install>) {
  const installation = await install(...asked)
  let offsetMs = 0
  function turn(ms: number) {
    offsetMs += ms
    return installation.admin('PUT', '/admin/clock', { offsetMs })
  }
  return {
    ...installation,
    turn,
    /** Answers how often the endpoint was called until it was paused. */
    async failForFiveDays() {
      installation.received.one.answerWith(() => 500)
      await send(installation)
      await eventually(async () => {
        const all = await callbacksOf(installation)
        return all.length === 2 && all.every(({ attempts }) => attempts > 0)
      }, 'both events have failed')
      await turn(5 * day)
      await eventually(async () => (await lane(installation))?.pausedAt, 'the endpoint is paused')
      await turn(5 * day)
      return installation.received.one.calls.length
    },
    /** Of the integration `one`, in their sequence, once they are as they should be. */
    callbacks: (fit: (all: Shown[]) => boolean, what: string) =>
      eventually(async () => {
        const all = await callbacksOf(installation)
        return fit(all) && all
      }, what),
  }
}

async function callbacksOf({ admin }: Pick<Installation, 'admin'>): Promise<Shown[]> {
  const { json } = await admin('GET', `/admin/callbacks?integrationId=${ids.one}&limit=200`)
  const { items } = json as { items: Shown[] } // held to its contract in admin-messages.test.ts
  return items.sort((one, other) => one.sequence - other.sequence)
}

async function lane({ admin }: Pick<Installation, 'admin'>, endpoint = 'status') {
  const { json } = await admin('GET', '/admin/lanes')
  const { items } = json as {
    items: { lane: string; waiting: number; failingSince: number; pausedAt: number }[]
  }
  return items.find(({ lane }) => lane === `callback:${ids.one}:${endpoint}`)
}

const send = ({ send }: Pick<Installation, 'send'>) =>
  send('one', [{ to: '27999000001', content: 'Hello', clientMessageId: 'one' }])

const both = (fits: (callback: Shown) => boolean) => (all: Shown[]) => all.length === 2 && all.every(fits)

describe('an event has its 72 hours of attempts', () => {
  test('anew when it is replayed: a dead letter that fails again is not dead at once', async (t) => {
    const installation = await open(t)
    const { callbacks, turn, admin, received } = installation
    received.one.answerWith(() => 500)
    await send(installation)
    await callbacks(
      both(({ attempts }) => attempts > 0),
      'both have failed',
    )
    await turn(73 * hour)
    const dead = await callbacks(
      both(({ state }) => state === 'dead'),
      'both are dead letters',
    )

    await admin('POST', `/admin/callbacks/${dead[0]?.id}/replay`)
    const range = { endpoint: 'status', fromSequence: 2, toSequence: 2 }
    await admin('POST', `/admin/integrations/${ids.one}/callbacks/replay`, range)
    const replayed = await callbacks(
      both(({ attempts, state }) => attempts >= 1 && state === 'waiting'),
      'both have failed again, and wait for their second attempt',
    )
    assert.deepEqual(
      replayed.map(({ id }) => id),
      dead.map(({ id }) => id),
    )
  })

  test('from its first attempt: waiting for a URL uses up none of it', async (t) => {
    const installation = await open(t, { one: { callbacks: {} } })
    const { callbacks, turn, admin, received } = installation
    await send(installation)
    await callbacks(({ length }) => length === 2, 'both events are kept')
    await turn(100 * hour)
    received.one.answerWith(() => 500)
    await admin('PATCH', `/admin/integrations/${ids.one}`, { callbacks: { statusUrl: received.one.url } })
    await callbacks(
      both(({ attempts, state }) => attempts === 1 && state === 'waiting'),
      'both have failed once, and wait for their second attempt',
    )
  })
})

describe('an endpoint that has only failed for five days', () => {
  test('is paused: its events wait, visibly, and across a restart', async (t) => {
    const installation = await open(t)
    const { admin, received, failForFiveDays, restart, callbacks } = installation
    const told = await failForFiveDays()
    const paused = await lane(installation)
    assert.ok(paused && paused.pausedAt - paused.failingSince >= 5 * day)

    await restart()
    await send(installation)
    const all = await callbacks(({ length }) => length === 4, 'new events are kept')
    assert.deepEqual(
      all.slice(2).map(({ state, attempts }) => [state, attempts]),
      [
        ['waiting', 0],
        ['waiting', 0],
      ],
    )
    assert.equal((await lane(installation))?.pausedAt, paused.pausedAt)
    const { json } = await admin('GET', `/admin/integrations/${ids.one}`)
    assert.partialDeepStrictEqual(json, { callbacks: { paused: ['status'] } })
    const { text } = await installation.ask('GET', '/metrics')
    assert.match(text, /^waypost_endpoints_paused 1$/m)
    // The other endpoint is told meanwhile, so that ours would have been.
    received.one.answerWith(() => 204)
    await installation.askSandbox('POST', '/phones/27999000001/messages', {
      to: numbers.one,
      type: 'text',
      text: 'Hi',
    })
    await received.one.call(({ raw }) => raw.includes('moText'))
    assert.equal(received.one.calls.length, told + 1)
  })

  const resuming: [
    string,
    (installation: Awaited<ReturnType<typeof open>>) => Promise<{ httpStatus: number }>,
  ][] = [
    [
      'the call to resume it',
      ({ admin }) => admin('POST', `${own}/callbacks/resume`, { endpoint: 'status' }),
    ],
    [
      'a change of the integration’s callbacks',
      ({ admin, received }) => admin('PATCH', own, { callbacks: { statusUrl: received.one.url } }),
    ],
    [
      'a replay of one event',
      async ({ admin, ...rest }) => {
        const [first] = await callbacksOf({ admin, ...rest })
        return admin('POST', `/admin/callbacks/${first?.id}/replay`)
      },
    ],
    [
      'a replay of a range',
      ({ admin }) =>
        admin('POST', `${own}/callbacks/replay`, { endpoint: 'status', fromSequence: 1, toSequence: 1 }),
    ],
  ]
  for (const [how, resume] of resuming)
    test(`is resumed by ${how}: everything that waits is told, under the same ids`, async (t) => {
      const installation = await open(t)
      const { received, failForFiveDays, callbacks } = installation
      const told = await failForFiveDays()
      await send(installation)
      const before = await callbacks(({ length }) => length === 4, 'new events are kept')
      received.one.answerWith(() => 204)
      assert.equal((await resume(installation)).httpStatus, 200)
      await callbacks((all) => all.every(({ state }) => state === 'delivered'), 'all are told')
      assert.deepEqual(
        received.one.calls
          .slice(told)
          .map(({ headers }) => headers['webhook-id'])
          .sort(),
        before.map(({ id }) => id).sort(),
      )
      assert.equal((await lane(installation))?.pausedAt, null)
    })
})

const own = `/admin/integrations/${ids.one}`
