import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { eventually } from './support/eventually.ts'
import { cut, refusal, type Sent, scriptedGraph, taken } from './support/graph.ts'
import { type Installation, ids, install, numbers } from './support/installation.ts'
import type { Scope } from './support/receiver.ts'

/** What becomes of a message when its supplier does not simply take it. */
async function scripted(t: Scope, settings: Record<string, unknown> = {}) {
  const graph = await scriptedGraph(t, numbers.one)
  const { whatsapp = {}, ...others } = settings as { whatsapp?: object }
  const installation = await install(t, { one: { whatsapp: { ...graph.sender, ...whatsapp }, ...others } })
  return { graph, installation }
}

type Graph = Awaited<ReturnType<typeof scriptedGraph>>

async function send({ send }: Installation, to: string[], content = 'Hello') {
  const { json } = await send(
    'one',
    to.map((recipient) => ({ to: recipient, content })),
  )
  return (json as { messages: { apiMessageId: string }[] }).messages.map(({ apiMessageId }) => apiMessageId)
}

async function statusOf({ ask }: Installation, id: string | undefined) {
  const { json } = await ask('GET', `/v1/message/${id}`, { key: 'b25lLWtleS1mb3ItdGVzdA==' })
  return (json as { whatsapp?: { statusCode: number } }).whatsapp?.statusCode
}

const told = (installation: Installation, id: string | undefined, status: string) =>
  installation.received.one.call(({ raw }) => raw.includes(`"${id}"`) && raw.includes(`"${status}"`))

describe('a message', () => {
  test('is sent with our id, and each report raises its status', async (t) => {
    const { graph, installation } = await scripted(t)
    const [id] = await send(installation, ['27999000001'])
    await told(installation, id, 'SENT_TO_SUPPLIER')
    const sent = graph.sends[0] as Sent
    assert.equal(sent.opaque, id)
    for (const [report, status, code] of [
      ['delivered', 'DEVICE_ACK', 5],
      ['read', 'READ', 6],
    ] as const) {
      assert.equal(await graph.post({ statuses: [graph.status(sent, report)] }), 200)
      await told(installation, id, status)
      assert.equal(await statusOf(installation, id), code)
    }
    await graph.post({ statuses: [graph.status(sent, 'delivered'), graph.status(sent, 'sent')] })
    assert.equal(await statusOf(installation, id), 6, 'late reports lower nothing')
    assert.equal(graph.sends.length, 1)
  })

  test('keeps a report that overtakes the answer', async (t) => {
    const { graph, installation } = await scripted(t)
    graph.answerWith((sent, response) => {
      void graph.post({ statuses: [graph.status(sent, 'read')] }).then((status) => {
        assert.equal(status, 200)
        taken(sent, response)
      })
    })
    const [id] = await send(installation, ['27999000001'])
    await told(installation, id, 'READ')
    assert.equal(await statusOf(installation, id), 6)
    const statuses = () => installation.received.one.calls.filter(({ raw }) => raw.includes(`"${id}"`)).length
    assert.equal(statuses(), 1, 'and says nothing of a rank that was passed')
  })

  test('is sent again after a throttle, and the answer to the business is one', async (t) => {
    const { graph, installation } = await scripted(t)
    graph.answerWith((sent, response) => (graph.sends.length === 1 ? refusal(130429) : taken)(sent, response))
    const [id] = await send(installation, ['27999000001'])
    await told(installation, id, 'SENT_TO_SUPPLIER')
    assert.equal(graph.sends.length, 2)
  })

  test('waits for its pair alone when Meta throttles the pair', async (t) => {
    const { graph, installation } = await scripted(t)
    graph.answerWith((sent, response) =>
      (sent.to === '27999000001' && graph.sends.length < 4 ? refusal(131056) : taken)(sent, response),
    )
    const [slow] = await send(installation, ['27999000001'])
    await graph.sentTimes(1)
    const [quick] = await send(installation, ['27999000002'])
    await told(installation, quick, 'SENT_TO_SUPPLIER')
    assert.equal(await statusOf(installation, slow), 2, 'it is queued still')
  })

  const refusals = [
    { code: 131026, status: 'RECIPIENT_DOES_NOT_EXIST', statusCode: 29 },
    { code: 131047, status: 'WHATSAPP_RE_ENGAGEMENT_REQUIRED', statusCode: 131 },
    { code: 131008, status: 'WHATSAPP_PARAMETER_MISSING', statusCode: 144 },
    { code: 999999, status: 'DELIVERY_FAILURE', statusCode: 23 },
  ]
  for (const { code, status, statusCode } of refusals)
    test(`refused with Meta’s ${code} ends as ${status}, answered or reported`, async (t) => {
      const { graph, installation } = await scripted(t)
      graph.answerWith(refusal(code))
      const [answered] = await send(installation, ['27999000001'])
      await told(installation, answered, status)

      graph.answerWith(taken)
      const [reported] = await send(installation, ['27999000002'])
      await told(installation, reported, 'SENT_TO_SUPPLIER')
      const sent = graph.sends.at(-1) as Sent
      await graph.post({ statuses: [graph.status(sent, 'failed', { errors: [{ code, title: 'no' }] })] })
      await told(installation, reported, status)
      assert.deepEqual(
        [await statusOf(installation, answered), await statusOf(installation, reported)],
        [statusCode, statusCode],
      )
    })
})

describe('a fault that is reported', () => {
  const failed = (graph: Graph, sent: Sent, code: number) =>
    graph.post({ statuses: [graph.status(sent, 'failed', { errors: [{ code, title: 'no' }] })] })

  test('and is the account’s holds everything from the sender, until the integration is changed', async (t) => {
    const { graph, installation } = await scripted(t)
    const [first] = await send(installation, ['27999000001'])
    await told(installation, first, 'SENT_TO_SUPPLIER')
    assert.equal(await failed(graph, graph.sends[0] as Sent, 131042), 200)
    const others = ['2', '3', '4', '5'].map((digit) => `2799900000${digit}`)
    await send(installation, others)
    // Another sender's message, accepted later and delivered, shows that they had their time.
    await installation.send('legacy', [{ to: '27999000009', content: 'Hi', clientMessageId: 'later' }])
    await installation.received.legacy.call(({ raw }) => raw.includes('RECEIVED_BY_RECIPIENT'))
    assert.equal(graph.sends.length, 1)

    await installation.admin('PATCH', `/admin/integrations/${ids.one}`, { name: 'It has paid' })
    await graph.sentTimes(6)
    assert.deepEqual(graph.sends.map(({ to }) => to).sort(), ['27999000001', '27999000001', ...others].sort())
  })

  test('and is the pair’s holds that person for longer each time, and nobody else', async (t) => {
    const { graph, installation } = await scripted(t)
    const [slow] = await send(installation, ['27999000001'])
    for (const times of [1, 2]) {
      await graph.sentTimes(times)
      await told(installation, slow, 'SENT_TO_SUPPLIER')
      assert.equal(await failed(graph, graph.sends.at(-1) as Sent, 131056), 200)
    }
    await send(installation, ['27999000001', '27999000002'])
    await graph.sentTimes(3)
    assert.equal(graph.sends.at(-1)?.to, '27999000002')
    const { json } = await installation.admin('GET', `/admin/messages/${slow}`)
    const { attempts, dueAt } = json as { attempts: { beganAt: number }[]; dueAt: number }
    assert.equal(attempts.length, 2)
    assert.ok(dueAt - (attempts[1]?.beganAt ?? 0) >= 4000, 'a second the first time, four the second')
  })
})

describe('an attempt whose answer was lost', () => {
  test('is not repeated when a report with our id says it arrived', async (t) => {
    const { graph, installation } = await scripted(t, { uncertainWaitMs: 500 })
    graph.answerWith((sent, response) => (graph.sends.length < 3 ? cut : taken)(sent, response))
    const [id] = await send(installation, ['27999000001'])
    await graph.sentTimes(1)
    const uncertain = async () => {
      const { json } = await installation.admin('GET', `/admin/messages/${id}`)
      return (json as { uncertain: boolean }).uncertain
    }
    await eventually(uncertain, 'the admin API calls it uncertain')
    assert.equal(await statusOf(installation, id), 2, 'the business goes on seeing the last status')
    await graph.post({ statuses: [graph.status(graph.sends[0] as Sent, 'delivered')] })
    await told(installation, id, 'DEVICE_ACK')
    assert.equal(await uncertain(), false)
    // Another one of the same lane, lost later and repeated, shows that the time for a repetition has passed.
    const [next] = await send(installation, ['27999000002'])
    await told(installation, next, 'SENT_TO_SUPPLIER')
    assert.deepEqual(
      graph.sends.map(({ opaque }) => opaque),
      [id, next, next],
    )
  })

  test('is repeated after the wait when nothing is heard', async (t) => {
    const { graph, installation } = await scripted(t, { uncertainWaitMs: 100 })
    graph.answerWith((sent, response) => (graph.sends.length === 1 ? cut : taken)(sent, response))
    const [id] = await send(installation, ['27999000001'])
    await told(installation, id, 'SENT_TO_SUPPLIER')
    assert.deepEqual(
      graph.sends.map(({ opaque }) => opaque),
      [id, id],
    )
  })

  test('is held when the integration wants no repetition', async (t) => {
    const { graph, installation } = await scripted(t, { uncertainWaitMs: 0, onUncertain: 'hold' })
    graph.answerWith((sent, response) => (graph.sends.length === 1 ? cut : taken)(sent, response))
    const [held] = await send(installation, ['27999000001'])
    await graph.sentTimes(1)
    const [next] = await send(installation, ['27999000002'])
    await told(installation, next, 'SENT_TO_SUPPLIER')
    assert.equal(graph.sends.filter(({ opaque }) => opaque === held).length, 1)
    const { json } = await installation.admin('GET', `/admin/messages/${held}`)
    assert.equal((json as { uncertain: boolean }).uncertain, true)
  })
})

describe('order', () => {
  test('holds in a conversation when the integration wants it, and others go on', async (t) => {
    const { graph, installation } = await scripted(t, { ordered: true })
    graph.answerWith((sent, response) => (graph.sends.length === 1 ? refusal(131000) : taken)(sent, response))
    const [first] = await send(installation, ['27999000001'], 'first')
    await graph.sentTimes(1)
    const [second] = await send(installation, ['27999000001'], 'second')
    const [other] = await send(installation, ['27999000002'], 'other')
    await told(installation, other, 'SENT_TO_SUPPLIER')
    await told(installation, second, 'SENT_TO_SUPPLIER')
    await told(installation, first, 'SENT_TO_SUPPLIER')
    const toFirst = graph.sends.filter(({ to }) => to === '27999000001').map(({ text }) => text)
    assert.deepEqual(toFirst, ['first', 'first', 'second'])
  })

  test('is not kept by default: a deferred message does not block those behind it', async (t) => {
    const { graph, installation } = await scripted(t)
    graph.answerWith((sent, response) => (graph.sends.length === 1 ? refusal(131000) : taken)(sent, response))
    await send(installation, ['27999000001'], 'first')
    await graph.sentTimes(1)
    await send(installation, ['27999000001'], 'second')
    await graph.sentTimes(3)
    assert.deepEqual(
      graph.sends.map(({ text }) => text),
      ['first', 'second', 'first'],
    )
  })
})

describe('webhooks', () => {
  test('with a wrong signature are refused and change nothing', async (t) => {
    const { graph, installation } = await scripted(t)
    const [id] = await send(installation, ['27999000001'])
    await told(installation, id, 'SENT_TO_SUPPLIER')
    assert.equal(
      await graph.post({ statuses: [graph.status(graph.sends[0] as Sent, 'read')] }, 'another secret'),
      401,
    )
    assert.equal(await statusOf(installation, id), 4)
  })

  test('posted twenty times at once are told once', async (t) => {
    const { graph, installation } = await scripted(t)
    const message = {
      contacts: [{ profile: { name: 'Ann' }, wa_id: '27999000001' }],
      messages: [
        { id: 'wamid.in', from: '27999000001', timestamp: '1700000000', type: 'text', text: { body: 'Hi' } },
      ],
    }
    await send(installation, ['27999000001'])
    await graph.sentTimes(1)
    const answers = await Promise.all(Array.from({ length: 20 }, () => graph.post(message)))
    assert.deepEqual(new Set(answers), new Set([200]))
    await installation.received.one.call(({ raw }) => raw.includes('moText'))
    await eventually(async () => (await waiting(installation)) === 0, 'nothing waits any more')
    assert.equal(installation.received.one.calls.filter(({ raw }) => raw.includes('moText')).length, 1)
  })

  test('of a person without a number carry a lasting alias', async (t) => {
    const { graph, installation } = await scripted(t)
    await send(installation, ['27999000001'])
    await graph.sentTimes(1)
    const from = async (id: string) => {
      const status = await graph.post({
        contacts: [{ profile: { name: 'Ann' }, user_id: 'US.13491208655302741918' }],
        messages: [
          {
            id,
            from_user_id: 'US.13491208655302741918',
            timestamp: '1700000000',
            type: 'text',
            text: { body: id },
          },
        ],
      })
      assert.equal(status, 200)
      const { body } = await installation.received.one.call(({ raw }) => raw.includes(`"${id}"`))
      return (body as { event: { moText: { from: string }[] } }).event.moText[0]?.from
    }
    const first = await from('wamid.a')
    assert.match(String(first), /^999\d{12}$/)
    assert.equal(await from('wamid.b'), first)
    await installation.restart()
    await eventually(
      async () => graph.webhookUrl()?.startsWith(installation.url),
      'the new address is registered',
    )
    assert.equal(await from('wamid.c'), first)
  })

  test('of nobody’s integration are not taken', async (t) => {
    const { installation } = await scripted(t)
    const { httpStatus } = await installation.ask('POST', `/suppliers/whatsapp-cloud/${'0'.repeat(32)}`, {
      body: {},
    })
    assert.equal(httpStatus, 404)
    const greeted = await installation.ask(
      'GET',
      `/suppliers/whatsapp-cloud/${ids.one}?hub.mode=subscribe&hub.verify_token=no&hub.challenge=7`,
    )
    assert.equal(greeted.httpStatus, 403)
  })
})

/** How much waits in any lane. */
async function waiting({ admin }: Installation) {
  const { json } = await admin('GET', '/admin/lanes')
  return (json as { items: { waiting: number }[] }).items.reduce((sum, { waiting }) => sum + waiting, 0)
}
