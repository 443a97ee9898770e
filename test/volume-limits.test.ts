import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { ids, install, type Overrides } from './support/installation.ts'
import { generations } from './support/refusals.ts'

const text = { to: '27999000001', content: 'Hello' }
const both = (members: Record<string, unknown>): Overrides => ({ one: members, legacy: members })

/** What is over a limit is taken and ends at once; the account's limit per day alone is an error of the legacy API. */
describe('a message beyond a limit', () => {
  const daily = {
    one: { status: 'VOLUME_LIMIT_DAILY', code: 27 },
    legacy: { status: 'VOLUME_LIMIT_EXCEED', code: 1005 },
  }
  const monthly = {
    one: { status: 'VOLUME_LIMIT_MONTHLY', code: 28 },
    legacy: { status: 'VOLUME_LIMIT_EXCEED', code: 1004 },
  }
  const rows = [
    { whose: 'of its integration per day', overrides: both({ limits: { perDay: 1 } }), expected: daily },
    {
      whose: 'of its integration per month',
      overrides: both({ limits: { perMonth: 1 } }),
      expected: monthly,
    },
    { whose: 'of the account per month', overrides: { account: { perMonth: 1 } }, expected: monthly },
  ]
  for (const { whose, overrides, expected } of rows)
    for (const generation of generations)
      test(`${whose}: ${generation} ${expected[generation].code}, and it is not on the phone`, async (t) => {
        const installation = await install(t, overrides)
        const { status, code } = expected[generation]
        await installation.send(generation, [text])
        const over = await installation.send(generation, [{ ...text, clientMessageId: 'over' }])
        assert.equal(over.httpStatus, 202)
        const { raw } = await installation.received[generation].call(
          ({ raw }) => raw.includes('"over"') && raw.includes(status),
        )
        assert.match(raw, new RegExp(`"statusCode":${code}\\b`))
        await installation.received[generation].call(({ raw }) =>
          /DEVICE_ACK|RECEIVED_BY_RECIPIENT/.test(raw),
        )
        assert.equal((await installation.phone(text.to)).length, 1)
      })

  test('of one integration leaves the other alone', async (t) => {
    const installation = await install(t, { one: { limits: { perDay: 1 } } })
    await installation.send('one', [text])
    await installation.admin('PATCH', `/admin/integrations/${ids.legacy}`, { limits: { perDay: 2 } })
    await installation.send('legacy', [text, { ...text, clientMessageId: 'second' }])
    await installation.received.legacy.call(({ raw }) => raw.includes('"second"') && raw.includes('RECEIVED'))
  })
})
