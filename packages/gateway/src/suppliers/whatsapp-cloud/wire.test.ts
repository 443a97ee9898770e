import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { mtOf } from '../supplier.suite.ts'
import { contents } from './contents.fake.ts'
import { requestFor } from './sending.fake.ts'

/** All that Graph is sent, member by member, for every type. */
describe('Graph is sent', () => {
  for (const sending of contents)
    test(sending.what, async (t) => {
      const { id, to } = mtOf(sending.content)
      assert.deepEqual(await requestFor(t, sending), {
        messaging_product: 'whatsapp',
        recipient_type: 'individual',
        to,
        ...sending.sends,
        biz_opaque_callback_data: id,
      })
    })
})
