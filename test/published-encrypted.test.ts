import assert from 'node:assert/strict'
import { before, describe, test } from 'node:test'
import { oneError } from '@waypost/protocol'
import { keys } from './support/installation.ts'
import { example, published, sameShape } from './support/published.ts'
import { answerTo, filled, picture, request } from './support/published-requests.ts'
import { shared } from './support/shared.ts'
import { makeUrlStatic, syncTemplates } from './support/templates.ts'

/** The published requests that are encrypted, by an integration that has encryption and by one that has not. */
const requests = published.filter(({ kind, encrypted }) => kind === 'request' && encrypted)

const encryption = {
  mtKey: 'arn:aws:kms:eu-west-1:000000000000:key/00000000-0000-4000-8000-000000000001',
  moKey: 'arn:aws:kms:eu-west-1:000000000000:key/00000000-0000-4000-8000-000000000002',
}

describe('where there is encryption, the published request', () => {
  const installation = shared({ one: { encryption } })
  const business = () => ({ url: installation().url, key: keys.one, kmsArn: encryption.mtKey })
  before(async () => {
    await makeUrlStatic(installation(), 'https://acme.example/news')
    await syncTemplates(installation())
  })

  for (const one of requests) {
    const answer = answerTo(one)
    test(`${one.id} is answered as published in ${answer.id}`, async () => {
      const body = await filled(business(), one.id)
      const { httpStatus, json, text } = await request(business(), one.id, body)
      assert.equal(httpStatus, 202, text)
      const expected = structuredClone(answer.body)
      const [entry = {}] = expected.messages as object[]
      const [sent] = body.messages
      Object.assign(entry, { to: sent?.to, clientMessageId: sent?.clientMessageId })
      sameShape(json, expected)
    })
  }

  test('to upload a file is answered as published in 17', async () => {
    const query = new URLSearchParams({
      fileName: 'cake.jpg',
      to: '2799900001',
      encryptionKey: 'AQIDAHig+A==',
      kmsArn: encryption.mtKey,
      sha256FileHash: '529fd548'.repeat(8),
    })
    const headers = { 'content-type': 'image/jpg' }
    const { ask } = installation()
    const heard = await ask('POST', `/v1/media?${query}`, { key: keys.one, headers, body: picture.bytes })
    assert.equal(`HTTP ${heard.httpStatus}`, example(17).context)
    sameShape(heard.json, example(17).body)
  })
})

describe('where there is no encryption, the published request', () => {
  const installation = shared()

  for (const { id } of requests)
    test(`${id} is error 38`, async () => {
      const business = { url: installation().url, key: keys.one }
      const body = await filled(business, id)
      const { httpStatus, json } = await request(business, id, body)
      const { code, description } = oneError('channel_inactive')
      const [sent] = body.messages
      assert.equal(httpStatus, 400)
      assert.deepEqual(json, {
        messages: [
          {
            error: { code, description },
            accepted: false,
            to: sent?.to,
            clientMessageId: sent?.clientMessageId,
          },
        ],
        error: null,
      })
    })
})
