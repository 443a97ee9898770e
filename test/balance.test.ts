import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { eventually } from './support/eventually.ts'
import { refusal, scriptedGraph, taken } from './support/graph.ts'
import { ids, install, keys, numbers } from './support/installation.ts'
import type { Scope } from './support/receiver.ts'
import type { Generation } from './support/refusals.ts'

const text = { to: '27999000001', content: 'Hello' }
const hsm = { to: '27999000001', hsm: { template: 'welcome', parameters: { 1: 'you' } } }

/** A business that has this much, where a text costs 1 and a template 2.5. */
async function charged(t: Scope, amount: number | null, prices: object = { message: 1, template: 2.5 }) {
  const balance = { currency: 'ZAR', amount, prices }
  const graph = await scriptedGraph(t, numbers.one)
  const installation = await install(t, {
    one: { whatsapp: graph.sender, balance },
    legacy: { balance },
  })
  const path = `/admin/integrations/${ids.one}`
  const { admin, ask, received, send } = installation

  async function sendAll(messages: object[], generation: Generation = 'one') {
    const { httpStatus, json } = await send(generation, messages)
    const { messages: answers } = json as { messages: Answered[] } // every test here reads it
    return { httpStatus, ids: answers.map(idOf), codes: answers.map(codeOf) }
  }
  return {
    ...installation,
    graph,
    sendAll,
    restart: () => installation.restart(),
    async patch(body: object) {
      const { httpStatus, text } = await admin('PATCH', path, body)
      assert.equal(httpStatus, 200, text)
    },
    async left() {
      const { json } = await ask('GET', '/v1/balance', { key: keys.one })
      return json
    },
    async shown() {
      const { json } = await admin('GET', path)
      const { amount, reserved } = (json as { balance: { amount: number | null; reserved: number } }).balance
      return { amount, reserved }
    },
    async chargeOf(id: string | undefined) {
      const { json } = await admin('GET', `/admin/messages/${id}`)
      return (json as { charge: unknown }).charge
    },
    async waiting() {
      const { json } = await admin('GET', '/admin/lanes')
      const { items } = json as { items: { kind: string; waiting: number }[] }
      return items.find(({ kind }) => kind === 'mt')?.waiting
    },
    told: (id: string | undefined, status: string) =>
      received.one.call(({ raw }) => raw.includes(`"${id}"`) && raw.includes(`"${status}"`)),
  }
}

interface Answered {
  apiMessageId?: string
  messageId?: string | null
  error?: { code?: number; errorCode?: number } | null
}

const idOf = ({ apiMessageId, messageId }: Answered) => apiMessageId ?? messageId ?? undefined
const codeOf = ({ error }: Answered) => error?.code ?? error?.errorCode ?? 0

describe('a balance', () => {
  test('that does not cover a message refuses it, and lets pass what it covers', async (t) => {
    const { sendAll, admin } = await charged(t, 3)
    const template = { language: 'en', category: 'utility', body: 'Hello {{1}}' }
    const put = await admin('PUT', `/admin/integrations/${ids.one}/templates/welcome`, template)
    assert.equal(put.httpStatus, 200, put.text)
    const { httpStatus, codes } = await sendAll([text, hsm, text, text, text])
    assert.deepEqual({ httpStatus, codes }, { httpStatus: 207, codes: [0, 20, 0, 0, 20] })
  })

  test('that is used up answers 402, and 301 in the legacy API', async (t) => {
    const { sendAll } = await charged(t, 0.5)
    assert.partialDeepStrictEqual(await sendAll([text]), { httpStatus: 402, codes: [20] })
    assert.partialDeepStrictEqual(await sendAll([text, text]), { httpStatus: 207, codes: [20, 20] })
    assert.partialDeepStrictEqual(await sendAll([text], 'legacy'), { httpStatus: 202, codes: [301] })
  })

  test('is reserved when a message is accepted, and charged when it is sent', async (t) => {
    const { graph, sendAll, left, shown, chargeOf, told, patch } = await charged(t, 10)
    graph.answerWith(refusal(190)) // the sender is held: what was accepted waits
    const sent = await sendAll([text, text])
    await graph.sentTimes(1)
    assert.deepEqual(await left(), { currency: 'ZAR', balance: 8 })
    assert.deepEqual(await shown(), { amount: 10, reserved: 2 })
    assert.deepEqual(await chargeOf(sent.ids[0]), { price: 1, state: 'reserved' })

    graph.answerWith(taken)
    await patch({ whatsapp: { accessToken: 'a better one' } })
    for (const id of sent.ids) await told(id, 'SENT_TO_SUPPLIER')
    assert.deepEqual(await left(), { currency: 'ZAR', balance: 8 })
    assert.deepEqual(await shown(), { amount: 8, reserved: 0 })
    assert.deepEqual(await chargeOf(sent.ids[0]), { price: 1, state: 'charged' })
  })

  test('is given back when a message is refused by the supplier', async (t) => {
    const { graph, sendAll, shown, chargeOf, told } = await charged(t, 10)
    graph.answerWith(refusal(131026))
    const sent = await sendAll([text])
    await told(sent.ids[0], 'RECIPIENT_DOES_NOT_EXIST')
    assert.deepEqual(await shown(), { amount: 10, reserved: 0 })
    assert.deepEqual(await chargeOf(sent.ids[0]), { price: 1, state: 'released' })
  })

  test('is not touched by a message that is over when it is accepted', async (t) => {
    const { sendAll, shown, told } = await charged(t, 10)
    const sent = await sendAll([hsm])
    await told(sent.ids[0], 'WHATSAPP_HSM_IS_MISSING')
    assert.deepEqual(await shown(), { amount: 10, reserved: 0 })
  })

  test('is overdrawn by no number of requests at once', async (t) => {
    const { sendAll, shown } = await charged(t, 25)
    const all = await Promise.all(Array.from({ length: 20 }, () => sendAll([text, text])))
    const codes = all.flatMap(({ codes }) => codes)
    assert.equal(codes.filter((code) => code === 0).length, 25)
    assert.equal(codes.filter((code) => code === 20).length, 15)
    await eventually(async () => (await shown()).amount === 0, 'all of them are charged')
  })

  test('that is too low uses up no limit of messages', async (t) => {
    const { sendAll, patch, told } = await charged(t, 0)
    await patch({ limits: { perDay: 1 } })
    await sendAll([text, text])
    await patch({ balance: { amount: 1 } })
    const { ids: sent } = await sendAll([text])
    await told(sent[0], 'SENT_TO_SUPPLIER')
  })

  test('that is lowered while messages wait ends those it does not cover when their turn comes', async (t) => {
    const { graph, sendAll, patch, shown, told, chargeOf, waiting } = await charged(t, 3)
    graph.answerWith(refusal(190))
    const { ids: sent } = await sendAll([text])
    await graph.sentTimes(1)
    await eventually(async () => (await waiting()) === 1, 'its sender is held')
    sent.push(...(await sendAll([text, text])).ids)
    graph.answerWith(taken)
    await patch({ balance: { amount: 1.5 } })
    await told(sent[0], 'SENT_TO_SUPPLIER')
    for (const id of sent.slice(1)) {
      const { body } = await told(id, 'INSUFFICIENT_ACCOUNT_BALANCE')
      assert.match(JSON.stringify(body), /"statusCode":25/)
      assert.deepEqual(await chargeOf(id), { price: 1, state: 'released' })
    }
    assert.deepEqual(await shown(), { amount: 0.5, reserved: 0 })
    assert.equal(graph.sends.filter(({ opaque }) => opaque.includes(sent[1] ?? '')).length, 0)
  })

  test('stays what it is when other settings change, or the gateway starts again', async (t) => {
    const { sendAll, patch, shown, told, restart } = await charged(t, 10)
    const { ids: sent } = await sendAll([text])
    await told(sent[0], 'SENT_TO_SUPPLIER')
    await patch({ name: 'Another', balance: { prices: { message: 2 } } })
    assert.deepEqual(await shown(), { amount: 9, reserved: 0 })
    await restart()
    assert.deepEqual(await shown(), { amount: 9, reserved: 0 })
    await patch({ balance: { amount: 10 } })
    assert.deepEqual(await shown(), { amount: 10, reserved: 0 })
    await patch({ balance: { amount: null } })
    assert.deepEqual(await shown(), { amount: null, reserved: 0 })
  })

  for (const { what, amount, prices } of [
    { what: 'without an amount', amount: null, prices: { message: 1, template: 1 } },
    { what: 'without prices', amount: 0, prices: {} },
  ])
    test(`${what} refuses and charges nothing`, async (t) => {
      const { sendAll, left, told, chargeOf } = await charged(t, amount, prices)
      const { ids: sent } = await sendAll([text])
      await told(sent[0], 'SENT_TO_SUPPLIER')
      assert.deepEqual(await left(), { currency: 'ZAR', balance: 0 })
      assert.equal(await chargeOf(sent[0]), null)
    })
})
