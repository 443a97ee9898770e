import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { mediaKinds } from '../../media/types.ts'
import {
  ask,
  messagesOf,
  msisdn,
  open,
  openReceiver,
  phoneNumberId,
  register,
  type Sent,
  sendAndShow,
  sendRefused,
  until,
  upload,
} from '../../testing.ts'

const content = Buffer.from('0123456789')
const caption = 'Look'

describe('a file in a message', () => {
  for (const [kind, { types }] of Object.entries(mediaKinds)) {
    for (const type of Object.keys(types)) {
      test(`is on the phone as ${kind} with its bytes, of ${type}`, async (t) => {
        const sandbox = await open(t)
        const id = await upload(sandbox, { type, content })
        const takesCaption = ['image', 'video', 'document'].includes(kind)
        const words = takesCaption ? { caption } : {}
        const name = kind === 'document' ? { filename: 'Report 1.pdf' } : {}
        const shown = await sendAndShow(sandbox, { type: kind, [kind]: { id, ...words, ...name } })
        const [message] = await messagesOf(sandbox)
        const url = `/phones/${msisdn}/messages/${message?.id}/media`
        const fileName = kind === 'document' ? { fileName: 'Report 1.pdf' } : {}
        assert.deepEqual(shown, { kind, media: { contentType: type, ...fileName, bytes: 10, url }, ...words })

        const answer = await fetch(`${sandbox.url}${url}`)
        assert.equal(answer.status, 200)
        assert.equal(answer.headers.get('content-type')?.split(';')[0], type)
        assert.equal(await answer.text(), content.toString())
      })
    }
  }

  test('stays on the phone when its id is deleted', async (t) => {
    const sandbox = await open(t)
    const id = await upload(sandbox, { type: 'image/png', content })
    await sendAndShow(sandbox, { type: 'image', image: { id } })
    await ask(sandbox, `DELETE /graph/${id}`)
    const [message] = await messagesOf(sandbox)
    const answer = await fetch(`${sandbox.url}/phones/${msisdn}/messages/${message?.id}/media`)
    assert.equal(await answer.text(), content.toString())
    const again = await ask<{ error: { code: number } }>(sandbox, `POST /graph/${phoneNumberId}/messages`, {
      messaging_product: 'whatsapp',
      to: msisdn,
      type: 'image',
      image: { id },
    })
    assert.equal(again.body.error.code, 100)
  })

  test('that is of another kind is accepted, fails with 131053, and is not on the phone', async (t) => {
    const sandbox = await open(t)
    const receiver = await openReceiver(t)
    await register(sandbox, receiver.url)
    const id = await upload(sandbox, { type: 'application/pdf', content })
    const message = { messaging_product: 'whatsapp', to: msisdn, type: 'image', image: { id } }
    const answer = await ask<Sent>(sandbox, `POST /graph/${phoneNumberId}/messages`, message)
    assert.equal(answer.status, 200)
    await until('the status is there', () => receiver.statuses().length === 1)
    assert.partialDeepStrictEqual(receiver.statuses(), [
      { id: answer.body.messages[0]?.id, status: 'failed', errors: [{ code: 131053 }] },
    ])
    assert.deepEqual(await messagesOf(sandbox), [])
  })

  const refused: { when: string; type: string; given: object; code: number; details: RegExp }[] = [
    {
      when: 'it has no id',
      type: 'image',
      given: { caption },
      code: 131008,
      details: /image\['id'\] is required/,
    },
    {
      when: 'nobody knows the id',
      type: 'image',
      given: { id: '1' },
      code: 100,
      details: /"1" is not a media ID/,
    },
    {
      when: 'it is a link',
      type: 'video',
      given: { link: 'https://acme.example/a.mp4' },
      code: 100,
      details: /upload the file/,
    },
    {
      when: 'a sound has a caption',
      type: 'audio',
      given: { id: '1', caption },
      code: 100,
      details: /Unexpected key "caption" on param "audio"/,
    },
    {
      when: 'a sticker has a caption',
      type: 'sticker',
      given: { id: '1', caption },
      code: 100,
      details: /Unexpected key/,
    },
    {
      when: 'an image has a name',
      type: 'image',
      given: { id: '1', filename: 'a' },
      code: 100,
      details: /Unexpected key/,
    },
    {
      when: 'a caption is too long',
      type: 'image',
      given: { id: '1', caption: 'x'.repeat(1025) },
      code: 100,
      details: /at most 1024/,
    },
  ]
  for (const { when, type, given, code, details } of refused) {
    test(`is refused with ${code} when ${when}`, async (t) => {
      const error = await sendRefused(await open(t), { type, [type]: given })
      assert.equal(error.code, code)
      assert.match(error.error_data.details, details)
    })
  }

  test('of another number is not known', async (t) => {
    const sandbox = await open(t)
    const id = await upload(sandbox, { type: 'image/png', content })
    const message = { messaging_product: 'whatsapp', to: msisdn, type: 'image', image: { id } }
    const answer = await ask<{ error: { code: number } }>(
      sandbox,
      'POST /graph/id-2799900102/messages',
      message,
    )
    assert.equal(answer.body.error.code, 100)
  })
})
