import assert from 'node:assert/strict'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, type TestContext, test } from 'node:test'
import {
  ask,
  msisdn,
  open,
  openReceiver,
  phoneNumberId,
  register,
  sendText,
  ticksOf,
  until,
  upload,
  write,
} from '../testing.ts'

interface Clock {
  now: number
  offsetMs: number
  gateways: { url: string; turned: boolean; problem?: string }[]
}

const hour = 3_600_000

describe('the clock', () => {
  test('goes by real time until it is turned', async (t) => {
    const sandbox = await open(t, { now: () => 1_795_000_000_000 })
    const asked = await ask<Clock>(sandbox, 'GET /clock')
    assert.deepEqual(asked.body, { now: 1_795_000_000_000, offsetMs: 0 })
    await ask(sandbox, 'POST /clock/advance', { ms: hour })
    const turned = await ask<Clock>(sandbox, 'POST /clock/advance', { ms: 1 })
    assert.deepEqual(turned.body, { now: 1_795_003_600_001, offsetMs: hour + 1, gateways: [] })
  })

  for (const body of [{ ms: -1 }, { ms: 1.5 }, { ms: '1' }, { ms: 4e11 }, {}, { ms: 1, s: 1 }])
    test(`is not turned by ${JSON.stringify(body)}`, async (t) => {
      const sandbox = await open(t)
      assert.equal((await ask(sandbox, 'POST /clock/advance', body)).status, 400)
      assert.equal((await ask<Clock>(sandbox, 'GET /clock')).body.offsetMs, 0)
    })

  test('stays turned over a restart', async (t) => {
    const dataFolder = await mkdtemp(join(tmpdir(), 'waypost-sandbox-'))
    t.after(() => rm(dataFolder, { recursive: true }))
    const before = await open(t, { dataFolder })
    await ask(before, 'POST /clock/advance', { ms: hour })
    await before[Symbol.asyncDispose]()
    assert.equal((await ask<Clock>(await open(t, { dataFolder }), 'GET /clock')).body.offsetMs, hour)
  })
})

describe('turning the clock', () => {
  test('delivers what is on its way', async (t) => {
    const sandbox = await open(t)
    await ask(sandbox, `PUT /phones/${msisdn}`, { deliverAfterMs: hour })
    await sendText(sandbox, 'Hello')
    await ask(sandbox, 'POST /clock/advance', { ms: hour - 60_000 })
    assert.equal(await ticksOf(sandbox), 'sent')
    await ask(sandbox, 'POST /clock/advance', { ms: 60_000 })
    await until('it was delivered', async () => (await ticksOf(sandbox)) === 'delivered')
  })

  test('posts webhooks that wait for their next attempt', async (t) => {
    const sandbox = await open(t)
    const receiver = await openReceiver(t)
    await register(sandbox, receiver.url)
    // Eight attempts take more than an hour.
    receiver.answer = () => (receiver.posts.length > 8 ? 200 : 500)
    await write(sandbox, 'Hi')
    await until('it was taken', async () => {
      await ask(sandbox, 'POST /clock/advance', { ms: hour })
      return receiver.messages().length === 1
    })
  })

  test('ends the lives of files', async (t) => {
    const sandbox = await open(t)
    const id = await upload(sandbox, { type: 'image/png', content: Buffer.from('x') })
    const { url } = (await ask<{ url: string }>(sandbox, `GET /graph/${id}`)).body
    const fetched = () => fetch(url, { headers: { authorization: 'Bearer any' } })
    await ask(sandbox, 'POST /clock/advance', { ms: 240_000 })
    assert.equal((await fetched()).status, 200)
    await ask(sandbox, 'POST /clock/advance', { ms: 60_000 })
    assert.equal((await fetched()).status, 400)
    await ask(sandbox, 'POST /clock/advance', { ms: 30 * 24 * hour })
    assert.equal((await ask(sandbox, `GET /graph/${id}`)).status, 400)
  })

  test('turns the gateways that registered, each once, and says who did not follow', async (t) => {
    const good = await openGateway(t, 200)
    const bad = await openGateway(t, 404)
    const sandbox = await open(t, { adminToken: async () => 'the token' })
    for (const [id, { url }] of [good, good, bad].entries()) {
      const override_callback_uri = `${url}/base/suppliers/whatsapp-cloud/${id}`
      const webhook_configuration = { override_callback_uri, verify_token: 'any' }
      await ask(sandbox, `POST /graph/${phoneNumberId}${id}`, { webhook_configuration })
    }
    const { body } = await ask<Clock>(sandbox, 'POST /clock/advance', { ms: hour })
    assert.deepEqual(body.gateways, [
      { url: `${good.url}/base`, turned: true },
      { url: `${bad.url}/base`, turned: false, problem: 'it answered 404' },
    ])
    assert.deepEqual(good.calls, ['PUT /base/admin/clock Bearer the token {"offsetMs":3600000}'])

    const late = await openGateway(t, 200)
    const override_callback_uri = `${late.url}/suppliers/whatsapp-cloud/late`
    const webhook_configuration = { override_callback_uri, verify_token: 'any' }
    await ask(sandbox, `POST /graph/${phoneNumberId}9`, { webhook_configuration })
    await until('the late one is turned', () => late.calls.length === 1)
  })

  test('keeps the admin token from receivers that are elsewhere', async (t) => {
    const sandbox = await open(t, { adminToken: async () => assert.fail('asked for the token') })
    const elsewhere = await openGateway(t, 200)
    const url = elsewhere.url.replace('127.0.0.1', '0.0.0.0')
    const webhook_configuration = {
      override_callback_uri: `${url}/suppliers/whatsapp-cloud/x`,
      verify_token: 'any',
    }
    await ask(sandbox, `POST /graph/${phoneNumberId}`, { webhook_configuration })
    const { body } = await ask<Clock>(sandbox, 'POST /clock/advance', { ms: hour })
    assert.deepEqual(
      body.gateways.map(({ turned }) => turned),
      [false],
    )
    assert.deepEqual(elsewhere.calls, [])
  })
})

/** Passes the challenge, and notes what else it is asked. */
async function openGateway(t: TestContext, status: number) {
  const calls: string[] = []
  const server = createServer(async (request, response) => {
    const { pathname, searchParams } = new URL(request.url ?? '/', 'http://gateway')
    const body = Buffer.concat(await request.toArray()).toString()
    const challenge = searchParams.get('hub.challenge')
    if (challenge === null)
      calls.push(`${request.method} ${pathname} ${request.headers.authorization} ${body}`)
    response.writeHead(challenge === null ? status : 200).end(challenge ?? '{}')
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  t.after(() => {
    server.close()
    server.closeAllConnections()
  })
  const address = server.address() as AddressInfo // a server on a TCP port has one
  return { url: `http://127.0.0.1:${address.port}`, calls }
}
