import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { shared } from './support/shared.ts'

describe('health', () => {
  const installation = shared()
  for (const path of ['/health/live', '/health/ready'])
    test(`HEAD ${path} answers like GET, without the body`, async () => {
      const url = `${installation().url}${path}`
      const [get, head] = await Promise.all([fetch(url), fetch(url, { method: 'HEAD' })])
      assert.deepEqual([get.status, head.status], [200, 200])
      assert.equal(await head.text(), '')
      const { length } = await get.text()
      assert.equal(head.headers.get('content-length'), String(length))
      assert.equal(head.headers.get('content-type'), get.headers.get('content-type'))
    })
})
