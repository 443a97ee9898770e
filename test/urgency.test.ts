import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { type Installation, ids, numbers } from './support/installation.ts'
import { shared } from './support/shared.ts'

/** Which messages go before others in their sender's lane. */
describe('a message', () => {
  const installation = shared()
  const ann = '27999300001'
  const stranger = '27999300002'

  test('goes first when somebody waits for it: alone, and a reply or a password', async () => {
    const { admin, askSandbox, received } = installation()
    for (const category of ['utility', 'authentication'])
      await admin('PUT', `/admin/integrations/${ids.one}/templates/${category}`, {
        language: 'en',
        category,
        body: 'Yours is {{1}}.',
      })
    await askSandbox('POST', `/phones/${ann}/messages`, { to: numbers.one, type: 'text', text: 'Hi' })
    await received.one.call(({ raw }) => raw.includes('moText'))

    const text = { content: 'Hello' }
    const filled = (templateName: string) => ({
      template: { templateName, body: { parameters: { 1: '7' } } },
    })
    const rows: { what: string; messages: object[]; priority: number }[] = [
      { what: 'a reply', messages: [{ to: ann, ...text }], priority: 0 },
      { what: 'a text to a stranger', messages: [{ to: stranger, ...text }], priority: 1 },
      {
        what: 'one reply of several',
        messages: [text, text].map((one) => ({ to: ann, ...one })),
        priority: 1,
      },
      { what: 'a template in a conversation', messages: [{ to: ann, ...filled('utility') }], priority: 1 },
      { what: 'a password', messages: [{ to: stranger, ...filled('authentication') }], priority: 0 },
    ]
    for (const { what, messages, priority } of rows)
      assert.deepEqual(new Set(await priorities(installation(), messages)), new Set([priority]), what)
  })

  // What WhatsApp calls them, and what the business does.
  for (const [country, theirs, ours] of [
    ['Brazil', '551187654321', '5511987654321'],
    ['Mexico', '5215512345678', '525512345678'],
    ['Argentina', '5491123456789', '541123456789'],
  ] as const)
    test(`in ${country} goes first to the person who wrote, also by the number that WhatsApp does not use`, async () => {
      const { askSandbox, received } = installation()
      await askSandbox('POST', `/phones/${theirs}/messages`, { to: numbers.one, type: 'text', text: 'Hi' })
      await received.one.call(({ raw }) => raw.includes(theirs))
      assert.deepEqual(await priorities(installation(), [{ to: ours, content: 'Hello' }]), [0])
    })
})

async function priorities({ send, admin }: Installation, messages: object[]): Promise<number[]> {
  const { json } = await send('one', messages)
  const ids = (json as { messages: { apiMessageId: string }[] }).messages.map(
    ({ apiMessageId }) => apiMessageId,
  )
  return Promise.all(
    ids.map(async (id) => {
      const { json } = await admin('GET', `/admin/messages/${id}`)
      return (json as { priority: number }).priority
    }),
  )
}
