import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { install, keys } from './support/installation.ts'
import { generations, refusedWith } from './support/refusals.ts'
import { shared } from './support/shared.ts'

const text = { to: '27999000001', content: 'Hello' }

describe('a gateway that only dispatches', () => {
  const installation = shared({ roles: ['dispatch'] })

  for (const generation of generations)
    test(`${generation}: takes no messages`, async () => {
      const { httpStatus, json } = await installation().send(generation, [text])
      assert.deepEqual({ httpStatus, json }, refusedWith(generation, 'resource_unknown'))
    })

  const rows = [
    { method: 'GET', path: '/v1/balance' },
    { method: 'POST', path: '/v1/media' },
    { method: 'POST', path: '/suppliers/whatsapp-cloud/some' },
    { method: 'GET', path: '/admin/account' },
    { method: 'GET', path: '/openapi.json' },
    { method: 'GET', path: '/docs' },
  ] as const
  for (const { method, path } of rows)
    test(`does not know ${path}`, async () => {
      const { httpStatus, json } = await installation().ask(method, path, { key: keys.one })
      assert.deepEqual({ httpStatus, json }, refusedWith('one', 'resource_unknown'))
    })

  for (const path of ['/health/live', '/health/ready', '/metrics'])
    test(`answers ${path}`, async () => {
      assert.equal((await installation().ask('GET', path)).httpStatus, 200)
    })
})

test('a gateway that only takes requests keeps its messages, and whoever dispatches sends them', async (t) => {
  const installation = await install(t, { roles: ['api'] })
  for (const generation of generations)
    assert.equal((await installation.send(generation, [text])).httpStatus, 202)
  const { json } = await installation.admin('GET', '/admin/lanes')
  const { items } = json as { items: { waiting: number; node: string | null }[] } // the contract of the lanes
  assert.deepEqual(
    items.map(({ waiting, node }) => [waiting, node]),
    [
      [1, null],
      [1, null],
    ],
  )
  await installation.restart(['dispatch', 'callbacks', 'api'])
  for (const generation of generations) await installation.received[generation].call(() => true)
  assert.equal((await installation.phone(text.to)).length, 2)
})
