import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { admin } from '@waypost/protocol'
import { operated } from './support/admin.ts'
import { eventually } from './support/eventually.ts'
import { ids, numbers } from './support/installation.ts'

/** What an operator sees of messages, callbacks and lanes. */
const operator = operated()
const { call, refused } = operator

describe('a message', () => {
  test('tells its whole life, from the send to what the business was told', async () => {
    const clientMessageId = 'life of one'
    const id = await send({ to: '27999000003', content: 'My life', clientMessageId })
    const life = await eventually(async () => {
      const found = await call(admin.getMessage, { id })
      return found.callbacks.filter(({ state }) => state === 'delivered').length === 2 && found
    }, 'two statuses told')

    assert.deepEqual([life.id, life.integrationId, life.from], [id, ids.one, numbers.one])
    assert.deepEqual(life.content, { type: 'text', text: { body: 'My life' } })
    assert.deepEqual([life.status, life.statusCode], ['delivered', { one: 5, legacy: 4 }])
    assert.deepEqual(
      life.attempts.map(({ number, outcome }) => [number, outcome]),
      [[1, 'sent']],
    )
    assert.equal(life.supplierIds.length, 1)
    assert.deepEqual(
      life.statuses.map(({ status }) => status),
      ['sent', 'delivered'],
    )
    assert.deepEqual(
      life.callbacks.map(({ attempts, lastAttempt }) => [attempts, lastAttempt?.httpStatus]),
      [
        [1, 204],
        [1, 204],
      ],
    )
    assert.deepEqual(life.next, [{ what: 'report', at: null, callbackId: null }])
  })

  test('that waits is stopped, once, and the business is told', async () => {
    const tomorrow = new Date(Date.now() + 86_400_000).toISOString()
    const id = await send({ to: '27999000013', clientMessageId: 'stopped', scheduledDeliveryTime: tomorrow })
    const life = await call(admin.stopMessage, { id })
    assert.deepEqual([life.status, life.statusCode], ['stopped_by_admin', { one: 22, legacy: 11 }])
    assert.deepEqual(life.statuses.at(-1)?.status, 'stopped_by_admin')
    const { one } = operator.gateway.received
    await one.call(({ raw }) => raw.includes('STOPPED_BY_ADMIN') && raw.includes('"stopped"'))
    assert.equal((await refused(admin.stopMessage, { id })).status, 409)
    assert.equal((await refused(admin.stopMessage, { id: 'f'.repeat(32) })).status, 404)
  })

  test('is found by each of its marks', async () => {
    const clientMessageId = 'sought'
    const id = await send({ to: '27999000004', content: 'Seek me', clientMessageId })
    await eventually(async () => (await call(admin.getMessage, { id })).status === 'delivered', 'delivered')
    const searches = [
      { clientMessageId },
      { to: '27999000004' },
      { integrationId: ids.one, to: '27999000004', status: 'delivered' },
      { to: '27999000004', status: 'sent,DEVICE_ACK' },
      { integrationId: ids.one, limit: 1 },
    ]
    for (const search of searches) {
      const { items } = await call(admin.searchMessages, search)
      assert.equal(items[0]?.id, id, JSON.stringify(search))
    }
    for (const search of [
      { to: '27999000004', status: 'read' },
      { integrationId: ids.legacy, clientMessageId },
    ])
      assert.deepEqual((await call(admin.searchMessages, search)).items, [], JSON.stringify(search))
    assert.equal((await refused(admin.searchMessages, { status: 'sent,gone' })).errors?.[0]?.path, 'status')
  })

  test('is found page by page, newest first', async () => {
    const sent = [await send({ to: '27999000005' }), await send({ to: '27999000005' })]
    const first = await call(admin.searchMessages, { to: '27999000005', limit: 1 })
    const second = await call(admin.searchMessages, { to: '27999000005', limit: 1, cursor: first.nextCursor })
    assert.deepEqual(
      [...first.items, ...second.items].map(({ id }) => id),
      sent.reverse(),
    )
  })
})

describe('a callback', () => {
  test('is sent again with the same id when it is replayed, alone or in a range', async () => {
    const id = await send({ to: '27999000006' })
    const { callbacks } = await eventually(async () => {
      const life = await call(admin.getMessage, { id })
      return life.callbacks.length === 2 && life.callbacks.every(({ state }) => state === 'delivered') && life
    }, 'two statuses told')
    const [first, second] = callbacks
    assert.ok(first && second)
    const timesTold = (webhookId: string) =>
      operator.gateway.received.one.calls.filter(({ headers }) => headers['webhook-id'] === webhookId).length

    assert.deepEqual(await call(admin.replayCallback, { id: first.id }), { replayed: 1 })
    await eventually(async () => timesTold(first.id) === 2, 'told again')

    const range = { endpoint: 'status', fromSequence: first.sequence, toSequence: second.sequence }
    await eventually(async () => {
      const { items } = await call(admin.listCallbacks, { integrationId: ids.one, state: 'waiting' })
      return items.length === 0
    }, 'nothing waits')
    assert.deepEqual(await call(admin.replayCallbacks, { id: ids.one }, { ...range, states: ['dead'] }), {
      replayed: 0,
    })
    const replayed = second.sequence - first.sequence + 1 // another message's may be between them
    assert.deepEqual(await call(admin.replayCallbacks, { id: ids.one }, range), { replayed })
    await eventually(async () => timesTold(first.id) === 3 && timesTold(second.id) === 2, 'told once more')
  })

  test('is not replayed from nowhere', async () => {
    assert.equal((await refused(admin.replayCallback, { id: 'f'.repeat(32) })).status, 404)
    const ranges = [
      { body: {}, paths: ['endpoint', 'fromSequence', 'toSequence'] },
      { body: { endpoint: 'status', fromSequence: 0, toSequence: 1 }, paths: ['fromSequence'] },
      { body: { endpoint: 'status', fromSequence: 3, toSequence: 2 }, paths: ['toSequence'] },
      {
        body: { endpoint: 'both', fromSequence: 1, toSequence: 2, states: ['waiting'] },
        paths: ['endpoint', 'states[0]'],
      },
    ]
    for (const { body, paths } of ranges) {
      const { errors = [] } = await refused(admin.replayCallbacks, { id: ids.one }, body)
      assert.deepEqual(
        errors.map(({ path }) => path),
        paths,
      )
    }
  })

  test('is listed by integration and state', async () => {
    const { items } = await call(admin.listCallbacks, { integrationId: ids.one, limit: 5 })
    assert.ok(items.length > 0 && items.every(({ integrationId }) => integrationId === ids.one))
    assert.deepEqual((await call(admin.listCallbacks, { integrationId: ids.one, state: 'dead' })).items, [])
    assert.equal((await refused(admin.listCallbacks, { state: 'lost' })).errors?.[0]?.path, 'state')
  })

  test('can be caught up on: the bodies that were sent, in sequence, from any place', async () => {
    await send({ to: '27999000007' })
    const all = await eventually(async () => {
      const page = await call(admin.listEvents, { id: ids.one, endpoint: 'status', limit: 200 })
      const { items } = page
      return items.length > 0 && items.every(({ state }) => state === 'delivered') && page
    }, 'all told')
    assert.deepEqual(
      all.items.map(({ sequence }) => sequence),
      all.items.map((_, i) => i + 1),
    )
    const [first] = all.items
    const told = operator.gateway.received.one.calls.find(
      ({ headers }) => headers['webhook-id'] === first?.id,
    )
    assert.deepEqual(told?.body, first?.body)

    const page = await call(admin.listEvents, { id: ids.one, endpoint: 'status', after: 1, limit: 1 })
    assert.deepEqual([page.items[0]?.sequence, page.nextCursor], [2, '2'])
    assert.deepEqual(
      (await call(admin.listEvents, { id: ids.one, endpoint: 'status', after: 10_000 })).items,
      [],
    )
    assert.equal((await refused(admin.listEvents, { id: ids.one })).errors?.[0]?.path, 'endpoint')
  })
})

test('lanes say what waits in them, since when, and who serves them', async () => {
  const id = await send({ to: '27999000008' })
  await eventually(async () => (await call(admin.getMessage, { id })).status === 'delivered', 'delivered')
  const { items } = await call(admin.listLanes)
  const lane = items.find(({ lane }) => lane === `whatsapp:${numbers.one}`)
  assert.deepEqual([lane?.kind, lane?.waiting, lane?.oldestDueAt], ['mt', 0, null])
  assert.match(lane?.node ?? '', /\w/)
})

async function send(message: {
  to: string
  content?: string
  clientMessageId?: string
  scheduledDeliveryTime?: string
}): Promise<string> {
  const { json } = await operator.gateway.send('one', [{ content: 'Hello', ...message }])
  // The sends of this file are all accepted; another answer fails the test right here.
  return (json as { messages: [{ apiMessageId: string }] }).messages[0].apiMessageId
}
