import assert from 'node:assert/strict'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { openStore } from '../store/index.ts'
import { integrationOf } from '../store/suite/scene.ts'
import { openDirectory } from './directory.ts'
import { followSettings } from './follow-settings.ts'

test('what one node changed, the others see when they look', async (t) => {
  const { one, other } = await twoNodes(t)
  const changed: [string, boolean][] = []
  other.onChange((id, integration) => changed.push([id, integration !== undefined]))
  await one.putIntegration(integrationOf('acme'))
  await one.putOptOut({ integrationId: 'acme', msisdn: '27820000001', at: 1 })
  assert.equal(other.integration('acme'), undefined)
  await other.catchUp()
  assert.deepEqual(other.integration('acme'), integrationOf('acme'))
  assert.equal(other.optOut('acme', '27820000001')?.at, 1)
  await one.deleteIntegration('acme')
  await other.catchUp()
  assert.equal(other.integration('acme'), undefined)
  assert.equal(other.optOut('acme', '27820000001'), undefined)
  assert.deepEqual(changed, [
    ['acme', true],
    ['acme', false],
  ])
})

test('nodes that change the same thing at the same time agree on what it is', async (t) => {
  const { one, other, store } = await twoNodes(t)
  const named = (name: string) => ({ ...integrationOf('acme'), name })
  await Promise.all([
    one.putIntegration(named('a')),
    other.putIntegration(named('b')),
    one.putIntegration(named('c')),
    other.putIntegration(named('d')),
  ])
  await Promise.all([one.catchUp(), other.catchUp()])
  const [stored] = (await store.loadSettings()).integrations
  assert.deepEqual(one.integration('acme'), stored)
  assert.deepEqual(other.integration('acme'), stored)
})

test('a node sees its own change when it is stored, and the same object until the next', async (t) => {
  const { one } = await twoNodes(t)
  await one.putIntegration(integrationOf('acme'))
  const integration = one.integration('acme')
  await one.putIntegration(integrationOf('other'))
  await one.catchUp()
  assert.equal(one.integration('acme'), integration)
})

test('a node that is too far behind loads everything', async (t) => {
  const { one, other, store } = await twoNodes(t)
  await one.putIntegration(integrationOf('gone'))
  await other.catchUp()
  const heard: string[] = []
  other.onChange((id) => heard.push(id))
  await one.deleteIntegration('gone')
  await one.putIntegration(integrationOf('acme'))
  const pin = (at: number) => ({ integrationId: 'acme', msisdn: '27820000001', at })
  await Promise.all(Array.from({ length: 10_500 }, (_, at) => store.putOptIn(pin(at))))
  await other.catchUp()
  assert.deepEqual(
    other.integrations().map(({ id }) => id),
    ['acme'],
  )
  assert.deepEqual(heard.sort(), ['acme', 'gone'])
})

test('whoever follows needs nobody to ask', async (t) => {
  const { one, other } = await twoNodes(t)
  const seen = Promise.withResolvers<string>()
  other.onChange((id) => seen.resolve(id))
  const events = { storeFailed: (_call: string, error: unknown) => seen.reject(error) }
  await using _following = followSettings({ directory: other, events }, 5)
  await one.putIntegration(integrationOf('acme'))
  assert.equal(await seen.promise, 'acme')
})

/** One store, as two nodes would have it. */
async function twoNodes(t: TestContext) {
  const folder = await mkdtemp(join(tmpdir(), 'waypost-'))
  const store = await openStore(`sqlite:${join(folder, 'ledger.db')}`)
  t.after(async () => {
    await store[Symbol.asyncDispose]()
    await rm(folder, { recursive: true })
  })
  return { store, one: await openDirectory(store), other: await openDirectory(store) }
}
