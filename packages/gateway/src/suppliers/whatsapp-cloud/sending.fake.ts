import assert from 'node:assert/strict'
import type { TestContext } from 'node:test'
import { Agent } from 'undici'
import { httpFarSide, json } from '../far-side.fake.ts'
import { suppliers } from '../index.ts'
import { mtOf } from '../supplier.suite.ts'
import { kept, mediaId, type Sending } from './contents.fake.ts'
import { files, template, userOf } from './graph.fake.ts'
import { integrationWith } from './integration.fake.ts'

for (const file of Object.values(kept)) await files.put(file, Buffer.from(file.fileName))

/** The request that Graph gets for a content. */
export async function requestFor(t: TestContext, { content, template: changes }: Sending): Promise<unknown> {
  const graph = await httpFarSide(t)
  // An upload is answered as well.
  graph.answerWith(json(200, { id: mediaId, messages: [{ id: 'wamid.1' }] }))
  const agent = new Agent()
  t.after(() => agent.destroy())
  const supplier = suppliers['whatsapp-cloud']?.(integrationWith({ baseUrl: graph.url }), {
    agent,
    files,
    userOf,
    template: (integrationId, name) => ({ ...template(integrationId, name), buttons: [], ...changes }),
  })
  assert.ok(supplier)
  const outcome = await supplier.send(mtOf(content), AbortSignal.timeout(5000))
  assert.equal(outcome.type, 'sent')
  const [request, ...others] = graph.requests.filter(({ path }) => path.endsWith('/messages'))
  assert.deepEqual(others, [])
  return JSON.parse(request?.body ?? '')
}
