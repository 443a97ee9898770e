import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { eventually } from './support/eventually.ts'
import { type Installation, ids, install, keys, numbers } from './support/installation.ts'

const hour = 3_600_000
const day = 24 * hour

describe('the business clock', () => {
  test('is turned by the admin API, gives the time, and stays turned over a restart', async (t) => {
    const installation = await install(t)
    const { admin, ask } = installation
    const first = await admin('GET', '/admin/clock')
    assert.deepEqual([first.httpStatus, first.json], [200, { offsetMs: 0 }])
    const put = await admin('PUT', '/admin/clock', { offsetMs: 40 * day })
    assert.deepEqual([put.httpStatus, put.json], [200, { offsetMs: 40 * day }])

    const timeThere = async () => {
      const { json } = await ask('GET', '/v1/message/00000000000000000000000000000000', { key: keys.one })
      return (json as { timestamp: number }).timestamp - Date.now()
    }
    assert.ok((await timeThere()) > 39 * day)
    await installation.restart()
    assert.deepEqual((await admin('GET', '/admin/clock')).json, { offsetMs: 40 * day })
    assert.ok((await timeThere()) > 39 * day)
  })

  test('is real time, and nobody’s to turn, without WAYPOST_TEST_CLOCK', async (t) => {
    const { admin } = await install(t, { env: { WAYPOST_TEST_CLOCK: 'false' } })
    for (const [method, body] of [['GET'], ['PUT', { offsetMs: 1 }]] as const) {
      const { httpStatus, json } = await admin(method, '/admin/clock', body)
      assert.equal(httpStatus, 404)
      assert.match((json as { detail: string }).detail, /WAYPOST_TEST_CLOCK/)
    }
  })

  for (const body of [{}, { offsetMs: '1' }, { offsetMs: 1.5 }, { offsetMs: 4e12 }, { offsetMs: 1, now: 1 }])
    test(`is not turned by ${JSON.stringify(body)}`, async (t) => {
      const { admin } = await install(t)
      assert.equal((await admin('PUT', '/admin/clock', body)).httpStatus, 400)
      assert.deepEqual((await admin('GET', '/admin/clock')).json, { offsetMs: 0 })
    })
})

describe('turning the clock on the sandbox', () => {
  test('turns the gateway that registered there', async (t) => {
    const installation = await registered(t)
    const { httpStatus, json } = await installation.askSandbox('POST', '/clock/advance', { ms: day })
    assert.equal(httpStatus, 200)
    assert.partialDeepStrictEqual(json, {
      offsetMs: day,
      gateways: [{ url: installation.url, turned: true }],
    })
    assert.deepEqual((await installation.admin('GET', '/admin/clock')).json, { offsetMs: day })
  })

  test('ends the validity of what waits, at once', async (t) => {
    const nobody = 'http://127.0.0.1:1/graph/v23.0'
    const installation = await registered(t, nobody)
    await installation.send('one', [{ to: '27999000001', content: 'Hello' }])
    await installation.askSandbox('POST', '/clock/advance', { ms: 40 * day })
    await installation.received.one.call(({ raw }) => raw.includes('EXPIRED'))
  })

  test('lets go at once of what is held back for an error that was', async (t) => {
    const installation = await registered(t)
    const account = [{ fault: 'error', code: 131042, times: 1 }] // it holds the sender for a quarter of an hour
    assert.equal((await installation.askSandbox('PUT', '/faults', account)).httpStatus, 200)
    await installation.send('one', [{ to: '27999000001', content: 'Hello' }])
    await eventually(
      async () => ((await installation.askSandbox('GET', '/faults')).json as object[]).length === 0,
      'the error was answered',
    )
    await eventually(async () => {
      await installation.askSandbox('POST', '/clock/advance', { ms: 15 * 60_000 })
      return (await installation.phone('27999000001')).length > 0
    }, 'it is on the phone')
  })

  test('closes the window of 24 hours that a person has opened', async (t) => {
    const installation = await registered(t)
    await installation.askSandbox('PUT', '/faults', [{ fault: 'window' }])
    const to = '27999000001'
    const { httpStatus } = await installation.askSandbox('POST', `/phones/${to}/messages`, {
      to: numbers.one,
      type: 'text',
      text: 'Hi',
    })
    assert.equal(httpStatus, 201)
    await installation.send('one', [{ to, content: 'Open', clientMessageId: 'in time' }])
    const told = (id: string, status: string) =>
      installation.received.one.call(({ raw }) => raw.includes(id) && raw.includes(status))
    await told('in time', 'DEVICE_ACK')
    await installation.askSandbox('POST', '/clock/advance', { ms: day })
    await installation.send('one', [{ to, content: 'Closed', clientMessageId: 'too late' }])
    await told('too late', 'WHATSAPP_RE_ENGAGEMENT_REQUIRED')
  })

  test('passes three days of callback attempts in seconds', async (t) => {
    const installation = await registered(t)
    const { one } = installation.received
    one.answerWith(() => 500)
    await installation.send('one', [{ to: '27999000001', content: 'Hello' }])
    const state = async () => {
      const { json } = await installation.admin('GET', `/admin/callbacks?integrationId=${ids.one}`)
      return (json as { items: { state: string; attempts: number }[] }).items
    }
    const items = await eventually(
      async () => {
        await installation.askSandbox('POST', '/clock/advance', { ms: 2 * hour })
        const found = await state()
        return found.length >= 2 && found.every((item) => item.state === 'dead') && found
      },
      'all callbacks are dead letters',
      120_000,
    )
    for (const { attempts } of items) assert.ok(attempts >= 10, `${attempts} attempts`)
  })
})

/** Once the gateway has registered its webhook on the sandbox; with `baseUrl`, one of its integrations sends elsewhere. */
async function registered(t: Parameters<typeof install>[0], baseUrl?: string): Promise<Installation> {
  const elsewhere = baseUrl && {
    one: {
      whatsapp: {
        from: numbers.one,
        supplier: 'whatsapp-cloud',
        baseUrl,
        phoneNumberId: `id-${numbers.one}`,
        accessToken: 'any',
        appSecret: 'any',
      },
    },
  }
  const installation = await install(t, elsewhere || {})
  await eventually(async () => {
    const { json } = await installation.askSandbox('GET', '/businesses')
    return (json as { webhook: string | null }[]).some(({ webhook }) => webhook !== null)
  }, 'the gateway has registered')
  return installation
}
