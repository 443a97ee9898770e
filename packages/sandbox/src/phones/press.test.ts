import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { march, suffix, two } from '../graph/types/template-parts.fake.ts'
import { ask, messagesOf, msisdn, open, type Refused, sendAndShow, until } from '../testing.ts'

describe('pressing a button', () => {
  test('of a URL or a number says where it leads; of a reply is for later', async (t) => {
    const sandbox = await open(t)
    const template = (name: string, ...more: object[]) => ({
      type: 'template',
      template: { name, language: { code: 'en' }, components: [march, two, ...more] },
    })
    await sendAndShow(sandbox, template('test_header_with_text_dynamic_action', suffix(1, 'a?b=c')))
    await sendAndShow(sandbox, template('test_header_with_text_quick_reply'))
    const [actions, replies] = (await messagesOf(sandbox)).map(
      ({ id }) => `POST /phones/${msisdn}/messages/${id}/press`,
    )

    const dialled = await ask(sandbox, `${actions}`, { button: 1 })
    assert.deepEqual([dialled.status, dialled.body], [200, { dials: '+27215550100' }])
    const opened = await ask(sandbox, `${actions}`, { button: 2 })
    assert.deepEqual([opened.status, opened.body], [200, { opens: 'https://acme.example/a?b=c' }])
    assert.equal((await ask(sandbox, `${actions}`, { button: 3 })).status, 404)
    assert.equal((await ask(sandbox, `${actions}`, { button: 0 })).status, 400)
    const answered = await ask<{ detail: string }>(sandbox, `${replies}`, { button: 1 })
    assert.deepEqual([answered.status, answered.body.detail], [409, 'Answering by button is not there yet'])
  })

  test('is not possible before the message is there', async (t) => {
    const sandbox = await open(t)
    await ask(sandbox, `PUT /phones/${msisdn}`, { online: false })
    await sendAndShow(sandbox, { type: 'text', text: { body: 'Hello' } })
    const [message] = await messagesOf(sandbox)
    const path = `POST /phones/${msisdn}/messages/${message?.id}/press`
    assert.equal((await ask(sandbox, path, { button: 1 })).status, 409)
    await ask(sandbox, `PUT /phones/${msisdn}`, { online: true })
    await until('it is there', async () => (await ask<Refused>(sandbox, path, { button: 1 })).status === 404)
  })
})
