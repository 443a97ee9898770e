import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { eventually } from './support/eventually.ts'
import { type Installation, ids, install, numbers } from './support/installation.ts'
import { type Received, receiver } from './support/receiver.ts'

/** A business that moves from one generation to the other is called back in both at once. */
const own = `/admin/integrations/${ids.one}`

const send = ({ send }: Installation) =>
  send('one', [{ to: '27999000001', content: 'Hello', clientMessageId: 'mine' }])

/** Once the sandbox knows where to post what is written to this number. */
const write = ({ askSandbox }: Installation) =>
  eventually(async () => {
    const message = { to: numbers.one, type: 'text', text: 'Hi' }
    return (await askSandbox('POST', '/phones/27999000001/messages', message)).httpStatus < 300
  }, 'the number is registered')

interface Event {
  id: string
  sequence: number
  state: string
  body: unknown
}

async function eventsOf({ admin }: Installation, endpoint: string, query = ''): Promise<Event[]> {
  const { json } = await admin('GET', `${own}/events?endpoint=${endpoint}${query}`)
  const { items } = json as { items: Event[] } // held to its contract in admin-messages.test.ts
  return items
}

/** What a receiver was told, by sequence, as the list of events has it. */
const heard = (calls: Received[]) =>
  calls
    .map(({ headers, body }) => ({
      id: String(headers['webhook-id']),
      sequence: Number(headers['waypost-sequence']),
      body,
    }))
    .sort((one, other) => one.sequence - other.sequence)

const told = (events: Event[]) => events.map(({ id, sequence, body }) => ({ id, sequence, body }))

describe('shadow callbacks', () => {
  test('tell the same events in the other generation, each endpoint at its own URL and in its own sequence', async (t) => {
    const [messages, statuses] = [await receiver(t), await receiver(t)]
    const installation = await install(t, {
      one: { shadowCallbacks: { messageUrl: messages.url, statusUrl: statuses.url } },
    })
    await installation.admin('PATCH', own, {
      callbacks: { messageUrl: installation.received.one.url, statusUrl: installation.received.one.url },
    })
    await send(installation)
    await write(installation)
    await installation.received.one.call(({ raw }) => raw.includes('moText'))
    await installation.received.one.call(({ raw }) => raw.includes('DEVICE_ACK'))
    await messages.call(({ body }) => body.content === 'Hi')
    await statuses.call(({ body }) => body.status === 'RECEIVED_BY_RECIPIENT')
    const { json } = await installation.admin('GET', '/admin/messages?clientMessageId=mine')
    const [message] = (json as { items: { id: string }[] }).items
    const life = await installation.admin('GET', `/admin/messages/${message?.id}`)
    const { statuses: history, callbacks } = life.json as { statuses: object[]; callbacks: object[] }
    assert.deepEqual([history.length, callbacks.length], [2, 4], 'its statuses are not there twice')
    assert.deepEqual(heard(messages.calls), told(await eventsOf(installation, 'shadow-message')))
    assert.deepEqual(heard(statuses.calls), told(await eventsOf(installation, 'shadow-status')))
    assert.deepEqual(
      heard(statuses.calls).map(({ sequence }) => sequence),
      [1, 2],
    )
    assert.deepEqual(
      heard(installation.received.one.calls.filter(({ raw }) => raw.includes('messageStatusUpdate'))),
      told(await eventsOf(installation, 'status')),
    )
  })

  test('fail by themselves: the others are told meanwhile, and a replay tells the shadow again', async (t) => {
    const shadow = await receiver(t)
    shadow.answerWith(() => 301)
    const installation = await install(t, { one: { shadowCallbacks: { statusUrl: shadow.url } } })
    await send(installation)
    await installation.received.one.call(({ raw }) => raw.includes('DEVICE_ACK'))
    await eventually(
      async () => (await eventsOf(installation, 'shadow-status')).filter(isDead).length === 2,
      'both are dead letters',
    )
    assert.ok((await eventsOf(installation, 'status')).every((event) => !isDead(event)))
    shadow.answerWith(() => 204)
    const range = { endpoint: 'shadow-status', fromSequence: 1, toSequence: 2 }
    assert.equal((await installation.admin('POST', `${own}/callbacks/replay`, range)).httpStatus, 200)
    await eventually(
      async () => (await eventsOf(installation, 'shadow-status')).every(({ state }) => state === 'delivered'),
      'both are told',
    )
  })

  test('begin when they are configured, and what waits when they are removed ends, visibly', async (t) => {
    const shadow = await receiver(t)
    shadow.answerWith(() => 500)
    const installation = await install(t)
    await send(installation)
    await installation.received.one.call(({ raw }) => raw.includes('DEVICE_ACK'))
    const { json } = await installation.admin('PATCH', own, {
      shadowCallbacks: { statusUrl: shadow.url, basicAuth: { username: 'acme', password: 'open sesame' } },
    })
    assert.partialDeepStrictEqual(json, {
      shadowCallbacks: {
        messageUrl: null,
        statusUrl: shadow.url,
        generation: 'legacy',
        basicAuth: { username: 'acme', password: '…' },
      },
    })
    assert.deepEqual(await eventsOf(installation, 'shadow-status'), [])

    await send(installation)
    const { headers } = await shadow.call(() => true)
    assert.equal(headers.authorization, `Basic ${Buffer.from('acme:open sesame').toString('base64')}`)
    await eventually(
      async () => (await eventsOf(installation, 'shadow-status')).length === 2,
      'both events are kept',
    )
    await installation.admin('PATCH', own, { shadowCallbacks: null })
    await eventually(
      async () => (await eventsOf(installation, 'shadow-status')).every(isDead),
      'both are dead letters',
    )
    const all = await installation.admin('GET', `/admin/callbacks?integrationId=${ids.one}&state=dead`)
    assert.match(all.text, /The shadow endpoint is removed/)
    await send(installation)
    await eventually(async () => (await eventsOf(installation, 'status')).length === 6, 'statuses go on')
    assert.equal((await eventsOf(installation, 'shadow-status')).length, 2)
  })
})

describe('catching up', () => {
  for (const [generation, endpoint] of [
    ['one', 'message'],
    ['one', 'status'],
    ['legacy', 'message'],
    ['legacy', 'status'],
  ] as const)
    test(`gives what the ${endpoint} endpoint was told in ${generation}, page by page, without a gap`, async (t) => {
      const business = await receiver(t)
      const installation = await install(t, {
        one: { callbacks: { [`${endpoint}Url`]: business.url, generation } },
      })
      for (let i = 0; i < 3; i++) await (endpoint === 'status' ? send(installation) : write(installation))
      const count = endpoint === 'status' ? 6 : 3
      await eventually(async () => business.calls.length === count, 'everything is told')

      const pages: Event[] = []
      for (let after: string | null = '0'; after !== null; ) {
        const { json } = await installation.admin(
          'GET',
          `${own}/events?endpoint=${endpoint}&after=${after}&limit=2`,
        )
        const page = json as { items: Event[]; nextCursor: string | null } // as above
        pages.push(...page.items)
        after = page.nextCursor
      }
      assert.deepEqual(told(pages), heard(business.calls))
      assert.deepEqual(
        pages.map(({ sequence }) => sequence),
        Array.from({ length: count }, (_, index) => index + 1),
      )
    })
})

const isDead = ({ state }: Event) => state === 'dead'
