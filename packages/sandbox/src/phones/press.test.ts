import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { march, suffix, two } from '../graph/types/template-parts.fake.ts'
import {
  ask,
  businessNumber,
  messagesOf,
  msisdn,
  open,
  openReceiver,
  type Refused,
  register,
  type ShownMessage,
  sendAndShow,
  until,
} from '../testing.ts'

describe('pressing a button', () => {
  test('of a URL or a number says where it leads', async (t) => {
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
    const pressed = await ask<Refused>(sandbox, `${replies}`, { button: 1 })
    assert.equal(pressed.status, 404, 'nobody has registered the number')
  })

  test('of a reply tells the business which, in which message, once each', async (t) => {
    const sandbox = await open(t)
    const receiver = await openReceiver(t)
    await register(sandbox, receiver.url)
    const payload = { type: 'payload', payload: 'ours:1' }
    const button = { type: 'button', sub_type: 'quick_reply', index: '0', parameters: [payload] }
    await sendAndShow(sandbox, {
      type: 'template',
      template: {
        name: 'test_header_with_text_quick_reply',
        language: { code: 'en' },
        components: [march, two, button],
      },
    })
    const [template] = await messagesOf(sandbox)
    const press = (place: number) =>
      ask<ShownMessage>(sandbox, `POST /phones/${msisdn}/messages/${template?.id}/press`, { button: place })

    const first = await press(1)
    const texts = template?.buttons?.map(({ text }) => text) ?? []
    assert.equal(first.status, 201)
    assert.partialDeepStrictEqual(first.body, {
      kind: 'text',
      text: texts[0],
      replyTo: template?.id,
      direction: 'out',
    })
    assert.equal((await press(1)).status, 409)
    assert.equal((await press(3)).status, 201)
    await until('both are there', () => receiver.messages().length === 2)

    const context = { from: businessNumber, id: template?.id }
    const told = new Map(receiver.messages().map((message) => [message.id, message]))
    assert.partialDeepStrictEqual(told.get(first.body.id), {
      type: 'button',
      button: { payload: 'ours:1', text: texts[0] },
      context,
    })
    const others = [...told.values()].filter(({ id }) => id !== first.body.id)
    assert.partialDeepStrictEqual(others, [
      { type: 'button', button: { payload: texts[2], text: texts[2] }, context },
    ])
    const [after] = await messagesOf(sandbox)
    assert.deepEqual(
      after?.buttons?.map(({ pressed }) => pressed),
      [true, false, true],
    )
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
