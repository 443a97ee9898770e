import assert from 'node:assert/strict'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { openStore } from '../store/index.ts'
import { scene } from '../store/suite/scene.ts'
import { payloadOf, postbackOf } from './postback.ts'

test('a pressed button brings what the message gave it, and nobody else’s', async (t) => {
  const folder = await mkdtemp(join(tmpdir(), 'waypost-'))
  t.after(() => rm(folder, { recursive: true }))
  await using store = await openStore(`sqlite:${join(folder, 'ledger.db')}`)
  const stage = { store, clock: { at: Date.now() } }
  const template = { templateName: 'bill', parameters: {}, postbackData: { 2: '{"order":17}' } }
  const { mt } = await scene(stage).sent({ content: { type: 'template', template } })
  const strange = await scene(stage).sent({ content: { type: 'template', template } })
  const pressed = (payload?: string) =>
    postbackOf(store, mt, { text: 'Pay', ...(payload !== undefined && { payload }) })

  assert.equal(await pressed(payloadOf(mt.id, 2)), '{"order":17}')
  assert.equal(await pressed(payloadOf(mt.id, 1)), undefined, 'of a button that was given nothing')
  assert.equal(await pressed(payloadOf(strange.mt.id, 2)), undefined, 'of another integration')
  assert.equal(await pressed('Pay'), undefined, 'what Meta gives a button that was given nothing')
  assert.equal(await pressed('of somebody else'), 'of somebody else')
  assert.equal(await pressed(), undefined)
})
