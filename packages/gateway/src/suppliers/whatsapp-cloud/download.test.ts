import assert from 'node:assert/strict'
import type { ServerResponse } from 'node:http'
import { buffer } from 'node:stream/consumers'
import { describe, type TestContext, test } from 'node:test'
import type { Fetched } from '../../core/supplier.ts'
import { type Answer, breakOff, json, page, reset } from '../far-side.fake.ts'
import { open, patience, refused } from './graph.fake.ts'

const sha256 = '5f'.repeat(32)

/** A file of a person, looked up and asked for as these answers say. */
async function fetched(t: TestContext, lookedUp: (url: string) => Answer, file: Answer = bytes) {
  const { supplier, graph } = await open(t)
  const answers = [lookedUp(graph.url), file]
  graph.answerWith((response) => answers.shift()?.(response))
  const found = await supplier.fetch?.('1003383421387256', patience())
  assert.ok(found)
  return { found, requests: graph.requests }
}

const bytes = (response: ServerResponse) => void response.writeHead(200).end('a cat')
const at =
  (members: object = {}) =>
  (url: string) =>
    json(200, { url: `${url}/files/17?token=a`, mime_type: 'image/jpeg', sha256, file_size: '5', ...members })

describe('a file that a person sent', () => {
  test('is looked up, and read from where it is, each with the token and our name', async (t) => {
    const { found, requests } = await fetched(t, at())
    assert.ok(found.type === 'found')
    assert.equal((await buffer(found.stream)).toString(), 'a cat')
    assert.deepEqual([found.bytes, found.sha256], [5, sha256])
    assert.deepEqual(
      requests.map(({ method, path }) => `${method} ${path}`),
      ['GET /graph/v23.0/1003383421387256?phone_number_id=id-2799900101', 'GET /files/17?token=a'],
    )
    for (const { headers } of requests) {
      assert.match(headers.authorization ?? '', /^Bearer ./)
      assert.equal(headers['user-agent'], 'Waypost')
    }
  })

  const refusals: { when: string; lookedUp: Answer; file?: Answer; is: Partial<Fetched> }[] = [
    {
      when: 'Meta does not know its id any more',
      lookedUp: refused(400, { code: 100, error_subcode: 33 }),
      is: { type: 'gone', cause: '100' },
    },
    {
      when: 'the token has expired',
      lookedUp: refused(401, { code: 190 }),
      is: { type: 'deferred', cause: '190' },
    },
    { when: 'Meta has a fault', lookedUp: refused(500, { code: 2 }), is: { type: 'deferred', cause: '2' } },
    { when: 'a proxy answers', lookedUp: page(404), is: { type: 'deferred', cause: 'http_404' } },
    { when: 'the answer has no address', lookedUp: json(200, { id: '1' }), is: { type: 'deferred' } },
    { when: 'the connection is reset', lookedUp: reset, is: { type: 'deferred' } },
    { when: 'the answer breaks off', lookedUp: breakOff, is: { type: 'deferred' } },
  ]
  for (const { when, lookedUp, is } of refusals)
    test(`is ${is.type} when ${when}`, async (t) => {
      const { found } = await fetched(t, () => lookedUp)
      assert.partialDeepStrictEqual(found, is)
    })

  test('is deferred when it is not where it was said to be: another look-up may help', async (t) => {
    const { found } = await fetched(t, at(), page(404))
    assert.deepEqual(found, { type: 'deferred', cause: 'http_404' })
  })

  test('may come without its hash and size', async (t) => {
    const { found } = await fetched(t, at({ sha256: undefined, file_size: undefined }))
    assert.ok(found.type === 'found' && found.bytes === undefined && found.sha256 === undefined)
    assert.equal((await buffer(found.stream)).length, 5)
  })
})
