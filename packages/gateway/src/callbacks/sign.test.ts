import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { Webhook } from 'standardwebhooks'
import { signer } from './sign.ts'

const secret = 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw'

describe('signing', () => {
  test('gives the signature that the Standard Webhooks specification prints for its example', () => {
    const body = '{"test": 2432232314}'
    const headers = signer()(secret, { id: 'msg_p5jXN8AQM9LWM0D4loKWxJek', at: 1_614_265_330_000, body })
    assert.deepEqual(headers, {
      'webhook-id': 'msg_p5jXN8AQM9LWM0D4loKWxJek',
      'webhook-timestamp': '1614265330',
      'webhook-signature': 'v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=',
    })
  })

  test('is verified by the library, outside ASCII too, and only for this very body', () => {
    const body = JSON.stringify({ content: 'Grüße 👋' })
    const headers = signer()(secret, { id: 'a', at: Date.now() + 999, body })
    assert.deepEqual(new Webhook(secret).verify(body, headers), { content: 'Grüße 👋' })
    assert.throws(() => new Webhook(secret).verify(`${body} `, headers))
  })

  test('keeps secrets apart', () => {
    const sign = signer()
    const signable = { id: 'a', at: 0, body: '{}' }
    const other = `whsec_${Buffer.from('another secret').toString('base64')}`
    const first = sign(secret, signable)
    assert.notDeepEqual(sign(other, signable), first)
    assert.deepEqual(sign(secret, signable), first)
  })

  test('throws on a secret that is not base64', () => {
    assert.throws(() => signer()('whsec_not base64!', { id: 'a', at: 0, body: '{}' }))
  })
})
