import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { phoneNumberCheck } from '../packages/gateway/src/core/phone-number.ts'
import { aimedNumbers } from '../packages/sandbox/src/faults/numbers.ts'
import { eventually } from './support/eventually.ts'
import { keys } from './support/installation.ts'
import { shared } from './support/shared.ts'

/** The sandbox's numbers, as a business sees what they do. */
const statuses = aimedNumbers
  .filter(({ to }) => to.startsWith('27996'))
  .map(({ to }) => ({ to, status: Number(to.slice(5)) }))

/** Their faults may pass, so that it is tried again; those of the account hold all of its messages back meanwhile. */
const mayPass = new Set([26, 85, 130, 132, 133, 137])

describe('a number of the sandbox that has a fault', () => {
  const installation = shared()

  test('is possible', () => {
    const flaw = phoneNumberCheck()
    for (const { to } of aimedNumbers) assert.equal(flaw(to), undefined, to)
  })

  test('ends a message in the status it names', async () => {
    const sent = await Promise.all(
      statuses
        .filter(({ status }) => !mayPass.has(status))
        .map(async ({ to, status }) => ({ id: await send(to), status })),
    )
    for (const { id, status } of sent)
      await eventually(async () => (await reached(id)) === status, `${status} is reached`)
  })

  for (const { to, status } of statuses.filter(({ status }) => mayPass.has(status)))
    test(`ends a message in ${status} when its time runs out between two attempts`, async () => {
      const { admin, askSandbox } = installation()
      const id = await send(to)
      await eventually(async () => {
        const { json } = await admin('GET', `/admin/messages/${id}`)
        return (json as { attempts: { endedAt: number | null }[] }).attempts[0]?.endedAt
      }, 'it was tried')
      await askSandbox('POST', '/clock/advance', { ms: 25 * 3_600_000 })
      await eventually(async () => (await reached(id)) === status, `${status} is reached`)
    })

  async function send(to: string): Promise<string> {
    const { json } = await installation().send('one', [{ to, content: 'Hello' }])
    const { messages } = json as { messages: { apiMessageId: string }[] }
    return messages[0]?.apiMessageId ?? ''
  }

  async function reached(id: string): Promise<number> {
    const { json } = await installation().ask('GET', `/v1/message/${id}`, { key: keys.one })
    return (json as { whatsapp: { statusCode: number } }).whatsapp.statusCode
  }
})
