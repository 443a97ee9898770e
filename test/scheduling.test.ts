import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { type Generation, generations } from './support/refusals.ts'
import { withFile } from './support/requests.ts'
import { shared } from './support/shared.ts'

const minuteMs = 60_000
const dayMs = 24 * 60 * minuteMs
const text = { to: '27999000001', content: 'Hello' }
const inMs = (ms: number) => new Date(Date.now() + ms).toISOString()
const png = Buffer.from('89504e470d0a1a0a0000000d49484452000000010000000108060000001f15c489', 'hex')

interface Answered {
  apiMessageId?: string
  messageId?: string
  error?: { code?: number; errorCode?: number; description?: string; error?: string } | null
}

function installed(overrides: Parameters<typeof shared>[0] = {}) {
  const installation = shared(overrides)

  async function send(members: object, generation: Generation = 'one') {
    const { json } = await installation().send(generation, [{ ...text, ...members }])
    const { messages } = json as { messages: Answered[] }
    const { apiMessageId, messageId, error } = messages[0] ?? {}
    return {
      id: apiMessageId ?? messageId ?? '',
      code: error?.code ?? error?.errorCode,
      words: error?.description ?? error?.error,
    }
  }
  const told = (generation: Generation, id: string, status: string) =>
    installation().received[generation].call(({ raw }) => raw.includes(id) && raw.includes(`"${status}"`))
  async function life(id: string) {
    const { json } = await installation().admin('GET', `/admin/messages/${id}`)
    return json as { acceptedAt: number; dueAt: number | null; expiresAt: number; status: string }
  }
  return { send, told, life, installation }
}

describe('a message with a time', () => {
  const { send, told, life, installation } = installed()

  for (const [generation, status, code] of [
    ['one', 'SCHEDULED', 3],
    ['legacy', 'QUEUED', 2],
  ] as const)
    test(`${generation}: is told to be ${status}, waits for its time, and goes`, async () => {
      const at = Date.now() + 2000
      const { id } = await send({ scheduledDeliveryTime: new Date(at).toISOString() }, generation)
      const { raw } = await told(generation, id, status)
      assert.match(raw, new RegExp(`"status(Code)?":${code}\\b`))
      assert.equal((await life(id)).dueAt, at)
      await told(generation, id, generation === 'one' ? 'SENT_TO_SUPPLIER' : 'DELIVERED_TO_GATEWAY')
      assert.ok(Date.now() >= at, 'not before its time')
    })

  test('that is over goes at once', async () => {
    const { id } = await send({ scheduledDeliveryTime: '2020-01-01T00:00:00+02:00' })
    await told('one', id, 'SENT_TO_SUPPLIER')
    assert.equal(
      installation().received.one.calls.filter(({ raw }) => raw.includes(id) && raw.includes('SCHEDULED'))
        .length,
      0,
    )
  })

  test('waits until then beyond a restart', async () => {
    const { id } = await send({ scheduledDeliveryTime: inMs(3 * minuteMs) })
    await installation().restart()
    assert.equal((await life(id)).status, 'scheduled')
  })

  for (const generation of generations)
    for (const [name, value] of [
      ['scheduledDeliveryTime', inMs(91 * dayMs)],
      ['scheduledDeliveryTime', '2026-12-24'],
      ['scheduledDeliveryTime', '2026-12-24T18:00:00'],
      ['scheduledDeliveryTime', 1_795_575_420_826],
      ['validityPeriod', 0],
      ['validityPeriod', 1.5],
      ['validityPeriod', 43_201],
      ['validityPeriod', '60'],
    ] as const)
      test(`${generation}: is refused with 23, and named, when its ${name} is ${value}`, async () => {
        const { code, words } = await send({ [name]: value }, generation)
        assert.equal(code, 23)
        assert.match(words ?? '', new RegExp(name))
      })

  test('is refused where its file is not kept so long', async () => {
    const { httpStatus } = await withFile('image/png', png)(installation(), 'one')
    assert.equal(httpStatus, 202)
    const far = withFile('image/png', png, { scheduledDeliveryTime: inMs(31 * dayMs) })
    assert.match((await far(installation(), 'one')).text, /scheduledDeliveryTime/)
    const near = withFile('image/png', png, { scheduledDeliveryTime: inMs(29 * dayMs) })
    assert.equal((await near(installation(), 'one')).httpStatus, 202)
  })
})

describe('a validity', () => {
  const { send, life } = installed()

  test('counts from when the message may go', async () => {
    const at = Date.now() + dayMs
    const [soon, later, usual] = [
      await send({ validityPeriod: 60 }),
      await send({ validityPeriod: 43_200, scheduledDeliveryTime: new Date(at).toISOString() }, 'legacy'),
      await send({ validityPeriod: null, scheduledDeliveryTime: null }),
    ]
    const { acceptedAt, expiresAt } = await life(soon.id)
    assert.equal(expiresAt - acceptedAt, 60 * minuteMs)
    assert.equal((await life(later.id)).expiresAt, at + 30 * dayMs)
    const { acceptedAt: from, expiresAt: until } = await life(usual.id)
    assert.equal(until - from, dayMs)
  })
})

describe('where order is kept', () => {
  const { send, told } = installed({ one: { ordered: true } })

  test('a message that is scheduled holds nothing up', async () => {
    await send({ scheduledDeliveryTime: inMs(dayMs) })
    const { id } = await send({})
    await told('one', id, 'SENT_TO_SUPPLIER')
  })
})

describe('an emulated integration', () => {
  const emulated = { mode: 'emulated', balance: { amount: 1, prices: { message: 1 } } }
  const { send, told, installation } = installed({ one: emulated, legacy: emulated })

  for (const [generation, code] of [
    ['one', 24],
    ['legacy', 1006],
  ] as const)
    test(`${generation}: accepts, tells ${code}, and sends and charges nothing`, async () => {
      const { id } = await send({}, generation)
      const { raw } = await told(generation, id, 'EMULATED')
      assert.match(raw, new RegExp(`"status(Code)?":${code}\\b`))
      assert.deepEqual(await installation().phone(text.to), [])
      const { id: second } = await send({}, generation)
      await told(generation, second, 'EMULATED')
    })

  test('says what is wrong as any other does', async () => {
    assert.equal((await send({ to: '27999' })).code, 23)
    const { id } = await send({ content: undefined, hsm: { template: 'unknown', parameters: { 1: 'a' } } })
    await told('one', id, 'WHATSAPP_HSM_IS_MISSING')
  })
})
