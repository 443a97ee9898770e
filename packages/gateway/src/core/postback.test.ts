import assert from 'node:assert/strict'
import { createSecretKey, randomBytes } from 'node:crypto'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, type TestContext, test } from 'node:test'
import { openStore } from '../store/index.ts'
import { scene } from '../store/suite/scene.ts'
import { sealText } from './envelope.ts'
import type { Encryption } from './integration.ts'
import { type DataKeys, KeyRefused, KeysUnavailable } from './keys.ts'
import { payloadOf, postbackOf } from './postback.ts'
import { StoreUnavailable } from './store.ts'
import { shut } from './unreadable.ts'

const events = { postbackLost() {} }

test('a pressed button brings what the message gave it, and nobody else’s', async (t) => {
  await using store = await openLedger(t)
  const stage = { store, clock: { at: Date.now() } }
  const template = { templateName: 'bill', parameters: {}, postbackData: { 2: '{"order":17}' } }
  const { mt } = await scene(stage).sent({ content: { type: 'template', template } })
  const strange = await scene(stage).sent({ content: { type: 'template', template } })
  const pressed = (payload?: string) =>
    postbackOf({ store, keys: none, events }, { id: mt.integrationId, encryption: null }, buttonWith(payload))

  assert.equal(await pressed(payloadOf(mt.id, 2)), '{"order":17}')
  assert.equal(await pressed(payloadOf(mt.id, 1)), undefined, 'of a button that was given nothing')
  assert.equal(await pressed(payloadOf(strange.mt.id, 2)), undefined, 'of another integration')
  assert.equal(await pressed('Pay'), undefined, 'what Meta gives a button that was given nothing')
  assert.equal(await pressed('of somebody else'), 'of somebody else')
  assert.equal(await pressed(), undefined)
})

test('a pressed button waits while the key that its message is sealed with at rest is refused', async (t) => {
  await using store = await openLedger(t)
  const { mt } = await scene({ store, clock: { at: Date.now() } }).sent()
  const refused = { findMt: async () => ({ ...mt, content: shut }) }
  const asking = { store: refused, keys: none, events }
  const pressed = buttonWith(payloadOf(mt.id, 1))
  await assert.rejects(
    postbackOf(asking, { id: mt.integrationId, encryption: null }, pressed),
    StoreUnavailable,
  )
})

describe('a pressed button of a sealed message', () => {
  const key = createSecretKey(randomBytes(32))
  const encryption = { mtKey: 'for messages', moKey: 'for answers' }

  async function pressed(t: TestContext, unwrap: DataKeys['unwrap'], whose: Encryption | null = encryption) {
    await using store = await openLedger(t)
    const postbackData = { 2: sealText(key, '{"order":17}') }
    const template = { templateName: 'bill', parameters: {}, postbackData }
    const { mt } = await scene({ store, clock: { at: Date.now() } }).sent({
      content: { type: 'template', template },
      encryptionKey: 'AQID',
    })
    const integration = { id: mt.integrationId, encryption: whose }
    return await postbackOf({ store, keys: { unwrap }, events }, integration, buttonWith(payloadOf(mt.id, 2)))
  }

  test('brings what the message gave it, opened with the key for messages', async (t) => {
    const unwrap = async (name: string, wrapped: string) => {
      assert.deepEqual([name, wrapped], ['for messages', 'AQID'])
      return key
    }
    assert.equal(await pressed(t, unwrap), '{"order":17}')
  })

  test('brings nothing when the key is refused, or does not open it', async (t) => {
    assert.equal(await pressed(t, async () => Promise.reject(new KeyRefused('not ours'))), undefined)
    assert.equal(await pressed(t, async () => createSecretKey(randomBytes(32))), undefined)
  })

  test('waits for the key while it cannot be asked for', async (t) => {
    const unwrap = async () => Promise.reject(new KeysUnavailable('nobody answers'))
    await assert.rejects(pressed(t, unwrap), KeysUnavailable)
  })

  test('brings nothing where the answer would not be sealed: what is sealed is never kept opened', async (t) => {
    assert.equal(await pressed(t, none.unwrap, null), undefined)
  })
})

const buttonWith = (payload?: string) => ({ text: 'Pay', ...(payload !== undefined && { payload }) })

/** Where none may be asked for. */
const none: Pick<DataKeys, 'unwrap'> = { unwrap: async () => assert.fail('a key was asked for') }

async function openLedger(t: TestContext) {
  const folder = await mkdtemp(join(tmpdir(), 'waypost-'))
  t.after(() => rm(folder, { recursive: true }))
  return openStore(`sqlite:${join(folder, 'ledger.db')}`)
}
