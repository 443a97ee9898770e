import assert from 'node:assert/strict'
import { join } from 'node:path'
import { describe, type TestContext, test } from 'node:test'
import { suiteServer } from '../packages/gateway/src/store/postgres/suite-server.fake.ts'
import { eventually } from './support/eventually.ts'
import { adminToken, ask, install, keys } from './support/installation.ts'
import { freePort, ready, start } from './support/processes.ts'

const minuteMs = 60_000
const hourMs = 60 * minuteMs
const secret = Buffer.alloc(32, 7).toString('base64')

describe('nodes whose clocks disagree', () => {
  const server = suiteServer()

  /** A node that takes messages, and another that sends them and calls back: its machine's clock is off. */
  async function twoNodes(t: TestContext, offMs: number) {
    const env = {
      WAYPOST_DATABASE_URL: await server().newDatabase(),
      WAYPOST_SECRET: secret,
      WAYPOST_TEST_CLOCK: 'true',
    }
    const one = await install(t, { roles: ['api'], env })
    const port = await freePort()
    const off = start(
      'packages/gateway/src/main.ts',
      [],
      {
        ...env,
        CLOCK_OFF_MS: String(offMs),
        WAYPOST_PORT: String(port),
        WAYPOST_DATA: join(one.folder, 'off'),
        WAYPOST_ADMIN_TOKEN: adminToken,
      },
      ['test/support/clock-off.ts'],
    )
    t.after(() => off.child.kill('SIGKILL'))
    const url = `http://127.0.0.1:${port}`
    await ready(url, off)
    const askOff = (method: 'GET' | 'POST', path: string, body?: unknown) =>
      ask(`${url}${path}`, method, { headers: { authorization: `Bearer ${adminToken}` }, body })
    return { one, off, url, askOff }
  }

  for (const [what, offMs] of Object.entries({ ahead: hourMs, behind: -hourMs })) {
    test(`one that is an hour ${what} sends neither early nor late, and lets nothing expire`, async (t) => {
      const { one, url } = await twoNodes(t, offMs)
      const [later, now] = ['27999000001', '27999000002']
      const scheduledDeliveryTime = new Date(Date.now() + 30 * minuteMs).toISOString()
      const { json } = await one.send('one', [
        { to: later, content: 'Later', scheduledDeliveryTime },
        { to: now, content: 'Now', validityPeriod: 10 },
      ])
      const [scheduled, sent] = (json as { messages: { apiMessageId: string }[] }).messages // as the contract has it
      assert.ok(scheduled && sent)

      const told = await one.received.one.call(({ raw }) => raw.includes(`"${sent.apiMessageId}"`))
      const [, toldAt] = /"timestamp":(\d+)/.exec(told.raw) ?? []
      assert.ok(Math.abs(Number(toldAt) - Date.now()) < minuteMs, told.raw)
      const signedAt = Number(told.headers['webhook-timestamp']) * 1000
      assert.ok(Math.abs(signedAt - Date.now()) < minuteMs, `signed at ${new Date(signedAt).toISOString()}`)
      assert.equal((await one.phone(now)).length, 1)
      const { text: lanes } = await one.admin('GET', '/admin/lanes')
      const leases = [...lanes.matchAll(/"leasedUntil":(\d+)/g)].map(
        ([, until]) => Number(until) - Date.now(),
      )
      assert.ok(leases.length > 0 && leases.every((ms) => Math.abs(ms) < minuteMs), lanes)
      assert.deepEqual(await one.phone(later), [])

      const accepted = await ask(`${url}/v1/message`, 'POST', {
        key: keys.one,
        body: { messages: [{ to: now, content: 'From there' }] },
      })
      const [own] = (accepted.json as { messages: { apiMessageId: string }[] }).messages // likewise
      const madeAt = Number.parseInt(own?.apiMessageId.slice(0, 12) ?? '', 16)
      assert.ok(Math.abs(madeAt - Date.now()) < minuteMs, `an id of ${new Date(madeAt).toISOString()}`)
      await eventually(async () => (await one.phone(now)).length === 2, 'what it took itself is sent')

      await one.admin('PUT', '/admin/clock', { offsetMs: 31 * minuteMs })
      await eventually(async () => (await one.phone(later)).length === 1, 'its time has come at both')
    })
  }

  test('one whose machine is off says so, in its log and its metrics', async (t) => {
    const { off, askOff } = await twoNodes(t, -hourMs)
    const { text } = await askOff('GET', '/metrics')
    const [, seconds] = /^waypost_clock_ahead_seconds (.*)$/m.exec(text) ?? []
    assert.equal(Math.round(Number(seconds) / 60), -60, text)
    assert.equal(off.output().split('"msg":"clock.differs"').length, 2, off.output())
  })
})
