import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { eventually } from './support/eventually.ts'
import { type Installation, ids, install } from './support/installation.ts'

/** What becomes of events whose endpoint fails for hours and days; the business clock is turned. */
const hour = 3_600_000

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
    await turn(73 * hour)
    await callbacks(
      both(({ state }) => state === 'dead'),
      'they are dead letters again once that time is over',
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
