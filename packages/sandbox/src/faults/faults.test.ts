import assert from 'node:assert/strict'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, type TestContext, test } from 'node:test'
import {
  ask,
  businessNumber,
  messagesOf,
  msisdn,
  open,
  openReceiver,
  phoneNumberId,
  type Refused,
  register,
  type Sent,
  sendText,
  until,
  upload,
  write,
} from '../testing.ts'
import type { Fault } from './fault.ts'
import { aimedAt, aimedNumbers } from './numbers.ts'

const day = 86_400_000

describe('armed faults', () => {
  test('are what was put last, and gone when deleted', async (t) => {
    const sandbox = await open(t)
    assert.deepEqual((await ask(sandbox, 'GET /faults')).body, [])
    const faults = [
      { fault: 'error', code: 131056, to: msisdn, times: 2 },
      { fault: 'slow', ms: 10, from: businessNumber },
    ]
    const put = await ask(sandbox, 'PUT /faults', faults)
    assert.deepEqual([put.status, put.body], [200, faults])
    assert.equal((await ask(sandbox, 'DELETE /faults')).status, 204)
    assert.deepEqual((await ask(sandbox, 'GET /faults')).body, [])
  })

  const refused = [
    { body: {}, error: /must be array/ },
    { body: [{ fault: 'fire' }], error: /0\.fault must be one of error, failed/ },
    { body: [{ fault: 'hang' }, { fault: 'error' }], error: /1: the fault error needs code/ },
    { body: [{ fault: 'hang', ms: 1 }], error: /0: the fault hang has no ms/ },
    { body: [{ fault: 'hang', times: 0 }], error: /0\.times/ },
    { body: [{ fault: 'hang', to: 'me' }], error: /0\.to/ },
    { body: [{ fault: 'upload', code: 1, to: msisdn }], error: /0: the fault upload has no to/ },
  ]
  for (const { body, error } of refused)
    test(`are refused as ${JSON.stringify(body)}, and nothing changes`, async (t) => {
      const sandbox = await open(t)
      await arm(sandbox, [{ fault: 'hang' }])
      const answer = await ask<{ error: string }>(sandbox, 'PUT /faults', body)
      assert.equal(answer.status, 400)
      assert.match(answer.body.error, error)
      assert.deepEqual((await ask(sandbox, 'GET /faults')).body, [{ fault: 'hang' }])
    })

  test('befall whom they name, as often as they say', async (t) => {
    const sandbox = await open(t)
    await arm(sandbox, [{ fault: 'error', code: 131056, to: msisdn, from: businessNumber, times: 2 }])
    assert.equal((await send(sandbox, { to: '27820000002' })).status, 200)
    for (let times = 0; times < 2; times++) {
      const { status, body } = await send<Refused>(sandbox)
      assert.equal(status, 400)
      assert.partialDeepStrictEqual(body.error, { code: 131056, message: '(#131056) Pair rate limit hit' })
    }
    assert.equal((await send(sandbox)).status, 200)
    assert.deepEqual((await ask(sandbox, 'GET /faults')).body, [])
    assert.equal((await messagesOf(sandbox)).length, 1)
  })

  test('survive a restart, with the times they have left', async (t) => {
    const dataFolder = await mkdtemp(join(tmpdir(), 'waypost-sandbox-'))
    t.after(() => rm(dataFolder, { recursive: true }))
    const before = await open(t, { dataFolder })
    await arm(before, [{ fault: 'error', code: 190, times: 3 }])
    await send(before)
    await before[Symbol.asyncDispose]()
    const after = await open(t, { dataFolder })
    assert.deepEqual((await ask(after, 'GET /faults')).body, [{ fault: 'error', code: 190, times: 2 }])
  })

  test('do not befall what Meta refuses anyway', async (t) => {
    const sandbox = await open(t)
    await arm(sandbox, [{ fault: 'error', code: 190, times: 1 }])
    const { body } = await send<Refused>(sandbox, { text: {} })
    assert.equal(body.error.code, 131008)
    assert.equal((await ask<Fault[]>(sandbox, 'GET /faults')).body.length, 1)
  })
})

describe('the fault', () => {
  test('failed takes the message, and reports the error with its words', async (t) => {
    const { sandbox, receiver } = await registered(t)
    await arm(sandbox, [{ fault: 'failed', code: 131048, details: 'Too much.' }])
    assert.equal((await send(sandbox)).status, 200)
    await until('it is reported', () => receiver.statuses().length === 1)
    assert.partialDeepStrictEqual(receiver.statuses()[0], {
      status: 'failed',
      errors: [{ code: 131048, title: 'Spam rate limit hit', error_data: { details: 'Too much.' } }],
    })
    assert.deepEqual(await messagesOf(sandbox), [])
  })

  test('http answers without an envelope of Meta’s, and takes nothing', async (t) => {
    const sandbox = await open(t)
    await arm(sandbox, [{ fault: 'http', status: 429 }])
    const { status, body } = await send(sandbox)
    assert.deepEqual([status, body], [429, ''])
    assert.deepEqual(await messagesOf(sandbox), [])
  })

  const broken = [
    { fault: 'cut', taken: 0 },
    { fault: 'cutAfter', taken: 1 },
  ] as const
  for (const { fault, taken } of broken)
    test(`${fault} breaks the connection, and ${taken ? 'takes the message' : 'takes nothing'}`, async (t) => {
      const sandbox = await open(t)
      await arm(sandbox, [{ fault, times: 1 }])
      await assert.rejects(send(sandbox))
      assert.equal((await messagesOf(sandbox)).length, taken)
    })

  test('hang lets the caller wait until it gives up, and does not keep the sandbox from stopping', async (t) => {
    const sandbox = await open(t)
    await arm(sandbox, [{ fault: 'hang' }])
    const given = send(sandbox)
    await until('it is under way', async () => (await messagesOf(sandbox)).length === 0)
    const stopped = assert.rejects(given)
    await sandbox[Symbol.asyncDispose]()
    await stopped
  })

  test('slow reports before it answers', async (t) => {
    const { sandbox, receiver } = await registered(t)
    await arm(sandbox, [{ fault: 'slow', ms: 60_000, times: 1 }])
    let answered = false
    const sending = send(sandbox).then(
      () => (answered = true),
      () => undefined,
    )
    await until('both reports are there', () => receiver.statuses().length === 2)
    assert.equal(answered, false)
    await sandbox[Symbol.asyncDispose]()
    await sending
  })

  const reports = [
    { fault: 'twice', statuses: ['sent', 'sent', 'delivered', 'delivered'] },
    { fault: 'disordered', statuses: ['delivered', 'sent'] },
    { fault: 'readOnly', statuses: ['sent', 'read'] },
    { fault: 'failedFirst', statuses: ['failed', 'sent', 'delivered'] },
    { fault: 'silent', statuses: [] },
  ] as const
  for (const { fault, statuses } of reports)
    test(`${fault} reports ${statuses.join(', ') || 'nothing'}`, async (t) => {
      const { sandbox, receiver } = await registered(t)
      await arm(sandbox, [{ fault, times: 1 }])
      const id = await sendText(sandbox, 'Hello')
      const last = await sendText(sandbox, 'Another')
      await until('the next one is reported', () => receiver.statuses().some((one) => one.id === last))
      await until('all is there', () => receiver.statuses().length === statuses.length + 2)
      const told = receiver.statuses().filter((one) => one.id === id)
      assert.deepEqual(
        told.map(({ status }) => status),
        statuses,
      )
    })

  test('window lets free-form messages through for 24 hours after the person wrote, and templates always', async (t) => {
    const { sandbox, receiver } = await registered(t)
    await arm(sandbox, [{ fault: 'window' }])
    const codeOf = async (more: object = {}) => {
      const { body } = await send<Sent>(sandbox, more)
      const id = body.messages[0]?.id
      await until('it is reported', () => receiver.statuses().some((one) => one.id === id))
      const status = receiver.statuses().find((one) => one.id === id)
      return (status as unknown as { errors?: { code: number }[] }).errors?.[0]?.code
    }
    assert.equal(await codeOf(), 131047)
    await write(sandbox, 'Hi')
    assert.equal(await codeOf(), undefined)
    await ask(sandbox, 'POST /clock/advance', { ms: day - 60_000 })
    assert.equal(await codeOf(), undefined)
    await ask(sandbox, 'POST /clock/advance', { ms: 60_000 })
    assert.equal(await codeOf(), 131047)
    const template = { name: 'welcome_notification_demo', language: { code: 'en' } }
    const components = [{ type: 'body', parameters: [{ type: 'text', text: 'x' }] }]
    const asTemplate = { type: 'template', text: undefined, template: { ...template, components } }
    assert.equal(await codeOf(asTemplate), undefined)
  })

  test('pairLimit takes 45 messages at once, then one in six seconds', async (t) => {
    const sandbox = await open(t, { now: () => 1_795_000_000_000 })
    await arm(sandbox, [{ fault: 'pairLimit' }])
    for (let sent = 0; sent < 45; sent++) assert.equal((await send(sandbox)).status, 200)
    assert.equal((await send<Refused>(sandbox)).body.error.code, 131056)
    assert.equal((await send(sandbox, { to: '27820000002' })).status, 200)
    await ask(sandbox, 'POST /clock/advance', { ms: 6_000 })
    assert.equal((await send(sandbox)).status, 200)
    assert.equal((await send(sandbox)).status, 400)
  })

  test('upload answers its error to a file, and befalls no send', async (t) => {
    const sandbox = await open(t)
    await arm(sandbox, [{ fault: 'upload', code: 135000, from: businessNumber, times: 1 }])
    assert.equal((await send(sandbox)).status, 200)
    const file = { type: 'image/png', content: Buffer.from('x') }
    await assert.rejects(upload(sandbox, file), { expected: 200 })
    assert.match(await upload(sandbox, file), /^\d+$/)
  })

  test('throughput takes so many of a business in a second', async (t) => {
    const sandbox = await open(t, { now: () => 1_795_000_000_000 })
    await arm(sandbox, [{ fault: 'throughput', perSecond: 3 }])
    for (let sent = 0; sent < 3; sent++) assert.equal((await send(sandbox)).status, 200)
    assert.equal((await send<Refused>(sandbox, { to: '27820000002' })).body.error.code, 130429)
    await ask(sandbox, 'POST /clock/advance', { ms: 1_000 })
    assert.equal((await send(sandbox)).status, 200)
  })
})

describe('a number with a fault', () => {
  test('has it as often as it says, for each message anew', async (t) => {
    const sandbox = await open(t)
    const { to } = aimedNumbers[0] ?? assert.fail()
    const attempt = async (id: string) => (await send(sandbox, { to, biz_opaque_callback_data: id })).status
    const statuses = []
    for (const id of ['a', 'a', 'b', 'a', 'b', 'b']) statuses.push(await attempt(id))
    assert.deepEqual(statuses, [429, 429, 429, 200, 429, 200])
  })

  test('stands back behind an armed one', async (t) => {
    const sandbox = await open(t)
    await arm(sandbox, [{ fault: 'error', code: 190 }])
    assert.equal((await send<Refused>(sandbox, { to: '27997131056' })).body.error.code, 190)
  })

  test('may be of any code of Meta’s, also of one that is new', async (t) => {
    const { sandbox, receiver } = await registered(t)
    const { status, body } = await send<Refused>(sandbox, { to: '27997000190' })
    assert.deepEqual([status, body.error.code], [401, 190])
    assert.equal((await send<Refused>(sandbox, { to: '27997999999' })).body.error.code, 999_999)
    await send(sandbox, { to: '27998131042' })
    await until('it is reported', () => receiver.statuses().length === 1)
    assert.partialDeepStrictEqual(receiver.statuses()[0], { status: 'failed', errors: [{ code: 131042 }] })
  })

  test('is another for each, and none of a demo’s', () => {
    const numbers = aimedNumbers.map(({ to }) => to)
    assert.equal(new Set(numbers).size, numbers.length)
    for (const number of numbers) assert.match(number, /^2799[56]\d{6}$/)
    assert.equal(aimedAt('27999000001'), undefined)
    assert.equal(aimedAt('27820000001'), undefined)
  })
})

async function arm(sandbox: Parameters<typeof ask>[0], faults: Fault[]): Promise<void> {
  assert.equal((await ask(sandbox, 'PUT /faults', faults)).status, 200)
}

function send<Body = unknown>(sandbox: Parameters<typeof ask>[0], more: object = {}) {
  const message = {
    messaging_product: 'whatsapp',
    to: msisdn,
    type: 'text',
    text: { body: 'Hello' },
    ...more,
  }
  return ask<Body>(sandbox, `POST /graph/v23.0/${phoneNumberId}/messages`, message)
}

async function registered(t: TestContext) {
  const sandbox = await open(t)
  const receiver = await openReceiver(t)
  await register(sandbox, receiver.url)
  return { sandbox, receiver }
}
