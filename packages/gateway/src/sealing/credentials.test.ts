import assert from 'node:assert/strict'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { describe, test } from 'node:test'
import { CannotStart } from '../core/cannot-start.ts'
import type { Callbacks, Integration } from '../core/integration.ts'
import type { Store } from '../core/store.ts'
import { openStore } from '../store/index.ts'
import { integrationOf } from '../store/suite/scene.ts'
import { sealedCredentials } from './credentials.ts'
import { installationKey } from './installation-key.ts'
import { newFolder, wrappingIn } from './testing.ts'
import { openVault } from './vault.ts'

const folder = await newFolder()
let files = 0

/** Whatever is a secret of an integration is marked. */
const calledBack = (what: string): Callbacks => ({
  messageUrl: `https://user:marked-${what}-1@acme.example/in`,
  statusUrl: `https://acme.example/status?token=marked-${what}-2`,
  generation: 'one',
  basicAuth: { username: 'acme', password: `marked-${what}-3` },
  inlineMedia: false,
  misspeltLatitude: false,
})
const acme: Integration = {
  ...integrationOf('0000000000000000000000000000000a'),
  whatsapp: {
    from: '2799900002',
    supplier: 'whatsapp-cloud',
    baseUrl: 'https://graph.facebook.com/v23.0',
    phoneNumberId: '1',
    businessAccountId: '2',
    accessToken: 'marked-access-token',
    appSecret: 'marked-app-secret',
    verifyToken: 'marked-verify-token',
    suspended: false,
    active: true,
    messagesPerSecond: 80,
    pairLimit: true,
    templatePolicy: 'strict',
  },
  callbacks: calledBack('callbacks'),
  shadowCallbacks: calledBack('shadow'),
  signingSecret: 'whsec_marked',
}
const bare = { ...integrationOf('0000000000000000000000000000000b'), signingSecret: 'whsec_marked-too' }

const newFile = () => join(folder, `${++files}.db`)

async function within<T>(path: string, then: (store: Store) => Promise<T>): Promise<T> {
  await using store = await openStore(`sqlite:${path}`)
  return await then(store)
}

async function sealedWithin<T>(path: string, then: (store: Store) => Promise<T>): Promise<T> {
  const wrapping = await wrappingIn(folder)
  return within(path, async (store) =>
    then(sealedCredentials(store, await installationKey(openVault({ store, wrapping })))),
  )
}

const integrationsOf = async (store: Store) => (await store.loadSettings()).integrations

describe('credentials', () => {
  test('are never in the database in clear, and come back as they were', async () => {
    const path = newFile()
    await sealedWithin(path, async (store) => {
      await store.putIntegration(acme)
      await store.putIntegration(bare)
      assert.deepEqual(await integrationsOf(store), [acme, bare])
      assert.deepEqual(
        (await store.settingsAfter(0))?.changes.map(([, integration]) => integration),
        [acme, bare],
        'to other nodes too',
      )
      for (const part of ['', '-wal']) assert.ok(!(await readFile(`${path}${part}`)).includes('marked'))
    })
    assert.deepEqual(await sealedWithin(path, integrationsOf), [acme, bare])
    assert.ok(!(await readFile(path)).includes('marked'))
  })

  test('that an older gateway left in clear are sealed at the next start, and gone from the file', async () => {
    const path = newFile()
    await within(path, async (store) => {
      await store.putIntegration(acme, 12_500_000)
      await store.putIntegration(bare)
    })
    assert.ok((await readFile(path)).includes('marked'))
    await sealedWithin(path, async (store) => {
      assert.deepEqual(await integrationsOf(store), [acme, bare])
      assert.equal((await store.balanceOf(acme.id)).amount, 12_500_000)
      assert.equal(await store.settingsAfter(0), undefined, 'whoever follows reads all of it anew')
    })
    assert.ok(!(await readFile(path)).includes('marked'))
  })

  test('do not open in another place', async () => {
    const path = newFile()
    await sealedWithin(path, async (store) => {
      await store.putIntegration(acme)
      await store.putIntegration(bare)
    })
    const db = new DatabaseSync(path)
    db.exec(`UPDATE integrations SET integration = json_set(integration, '$.signingSecret', (
      SELECT json(json_extract(other.integration, '$.signingSecret')) FROM integrations other WHERE other.id = '${acme.id}'))
      WHERE id = '${bare.id}'`)
    db.close()
    await assert.rejects(
      sealedWithin(path, integrationsOf),
      new CannotStart(`signingSecret of integration ${bare.id} in the database cannot be read.`),
    )
  })

  test('are not opened with another key than the database was first used with', async () => {
    const path = newFile()
    await sealedWithin(path, (store) => store.putIntegration(acme))
    const wrapping = await wrappingIn(folder, 'others.json')
    await within(path, async (store) => {
      await assert.rejects(installationKey(openVault({ store, wrapping })), (error: Error) => {
        assert.ok(error instanceof CannotStart)
        assert.match(error.message, /this is not the key that the database was first used with/)
        return true
      })
    })
  })
})
