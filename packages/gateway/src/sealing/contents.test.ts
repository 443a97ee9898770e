import assert from 'node:assert/strict'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { KeyRefused } from '../core/keys.ts'
import type { MediaFile } from '../core/media.ts'
import { fileIdOf, type Mo, type Mt } from '../core/message.ts'
import { payloadOf } from '../core/postback.ts'
import { fetchLane, type Store, StoreUnavailable } from '../core/store.ts'
import { isUnreadable, shut, unreadableMo } from '../core/unreadable.ts'
import { openStore } from '../store/index.ts'
import { storeSuite } from '../store/store.suite.ts'
import { integrationOf, scene } from '../store/suite/scene.ts'
import { sealedContents } from './contents.ts'
import { keysOfAnybody, newFolder, wrappingIn } from './testing.ts'
import { openVault, type Vault } from './vault.ts'

const folder = await newFolder()
const wrapping = await wrappingIn(folder)

describe('a store of sealed contents', () => {
  storeSuite(async (clock) => {
    const store = await openStore(`sqlite:${folder}/suite.db`, clock)
    return sealedContents(store, openVault({ store: keysOfAnybody(), wrapping }), { sealing: true })
  })
})

describe('contents at rest', () => {
  const path = join(folder, 'ledger.db')
  const clock = { at: Date.UTC(2026, 10, 1, 12) }
  let bare: Store
  let vault: Vault
  let sealed: Store
  before(async () => {
    bare = await openStore(`sqlite:${path}`, { now: () => clock.at })
    vault = openVault({ store: bare, wrapping })
    sealed = sealedContents(bare, vault, { sealing: true })
  })
  after(() => bare[Symbol.asyncDispose]())
  /** One more integration, at the store as the gateway has it. */
  async function stage() {
    const staged = scene({ store: sealed, clock })
    await sealed.putIntegration(integrationOf(staged.integrationId))
    return staged
  }

  const text = (body: string) => ({ type: 'text', text: { body } }) as const
  const attachment = {
    type: 'attachment',
    attachment: { supplierId: '1', contentType: 'image/jpeg', caption: 'marked caption' },
  } as const
  const fileOf = (integrationId: string): MediaFile => ({
    id: `c45ada9b-8a51-4413-a134-${integrationId.slice(-12)}.pdf`,
    integrationId,
    from: '2799900002',
    broadcastAllowed: false,
    contentType: 'application/pdf',
    fileName: 'marked name.pdf',
    bytes: 1,
    sha256: '00',
    createdAt: clock.at,
    expiresAt: clock.at + 1000,
  })

  /** One message of each kind, all of whose words are marked. */
  async function filled() {
    const { integrationId, mt, mo, lane, take } = await stage()
    const sent = mt({ content: text('marked text'), clientMessageId: 'their id' })
    await sealed.accept([sent])
    const heard = mo({ content: text('marked answer'), profileName: 'marked person' })
    const waiting = mo({ content: attachment, profileName: 'marked person', encryptionKey: 'wrapped' })
    await sealed.recordMos([heard, waiting])
    await sealed.putFile(fileOf(integrationId))
    return { integrationId, lane, take, sent, heard, waiting }
  }

  /** Everything that answers what a message says. */
  async function read(store: Store, { integrationId, sent, lane, take }: Awaited<ReturnType<typeof filled>>) {
    const fetches = await store.dueFetches(await take('node', 0, fetchLane(integrationId)), clock.at, 10)
    const endpoint = `callback:${integrationId}:message`
    const callbacks = [
      await store.dueCallbacks(await take('node', 0, endpoint), clock.at, 10),
      await store.eventsAfter(endpoint, 0, 10),
      (await store.searchCallbacks({ integrationId, limit: 10 })).items,
    ]
    return {
      mts: [
        await store.findMt(integrationId, sent.id),
        (await store.dueMts(await take('node', 0, lane), clock.at, 10))[0],
        (await store.searchMts({ integrationId, limit: 10 })).items[0],
        (await store.life(sent.id))?.mt,
      ].filter((found): found is Mt => found !== undefined),
      mos: [...fetches, ...callbacks.flat().map(({ event }) => event as { mo: Mo })].map(({ mo }) => mo),
      file: await store.findFile(fileOf(integrationId).id),
    }
  }

  test('do not show in the database, its log included; what they are about does', async () => {
    const { sent } = await filled()
    const bytes = Buffer.concat([await readFile(path), await readFile(`${path}-wal`)])
    assert.ok(!bytes.includes('marked'))
    assert.ok(bytes.includes(sent.to) && bytes.includes('their id'))
  })

  test('are read by whoever has the key, whether they are to be sealed now or not', async () => {
    const filledNow = await filled()
    for (const sealing of [true, false]) {
      const found = await read(
        sealedContents(bare, openVault({ store: bare, wrapping }), { sealing }),
        filledNow,
      )
      assert.equal(found.mts.length, 4)
      for (const { content } of found.mts) assert.deepEqual(content, filledNow.sent.content)
      assert.equal(found.mos.length, 4)
      for (const { content, profileName } of found.mos) {
        assert.ok(['text', 'attachment'].includes(content.type) && JSON.stringify(content).includes('marked'))
        assert.equal(profileName, 'marked person')
      }
      assert.deepEqual(found.file, fileOf(filledNow.integrationId))
    }
  })

  test('that came before they were to be sealed are read as they are', async () => {
    const { integrationId, mt } = await stage()
    const early = mt({ content: text('early') })
    await bare.accept([early])
    assert.deepEqual((await sealed.findMt(integrationId, early.id))?.content, text('early'))
    assert.equal(await bare.sealingKey(integrationId), undefined)
  })

  test('are unreadable once the key of their integration is gone, and nothing fails for it', async () => {
    const filledNow = await filled()
    const { integrationId } = filledNow
    const other = await filled()
    await sealed.deleteIntegration(integrationId)
    const found = await read(sealed, filledNow)
    assert.equal(found.mts.length, 4)
    assert.ok(found.mts.every(({ content }) => isUnreadable(content) && fileIdOf(content) === undefined))
    assert.equal(found.mos.length, 4)
    for (const mo of found.mos) {
      assert.deepEqual(mo.content, unreadableMo)
      for (const member of ['profileName', 'sealedName', 'encryptionKey']) assert.ok(!(member in mo), member)
    }
    assert.equal(found.file?.fileName, 'unreadable')
    assert.deepEqual((await sealed.findMt(undefined, other.sent.id))?.content, other.sent.content)
  })

  test('that come too late for their integration are refused, but for the end of a fetch', async () => {
    const { integrationId, mt, mo, take } = await stage()
    const waiting = mo({ content: attachment })
    await sealed.recordMos([waiting])
    const lease = await take('node', 0, fetchLane(integrationId))
    await sealed.deleteIntegration(integrationId)
    await assert.rejects(sealed.accept([mt()]), StoreUnavailable)
    await assert.rejects(sealed.recordMos([mo()]), StoreUnavailable)
    await sealed.recordFetches(lease, [{ moId: waiting.id, next: { content: text('marked file') } }])
    const [told] = await sealed.eventsAfter(`callback:${integrationId}:message`, 0, 10)
    assert.ok(told?.event.type === 'mo')
    assert.deepEqual(told.event.mo.content, unreadableMo)
    assert.equal(await bare.sealingKey(integrationId), undefined)
  })

  test('are unreadable to another node as soon as it hears that the integration is deleted', async () => {
    const { integrationId, sent } = await filled()
    const node = sealedContents(bare, openVault({ store: bare, wrapping }), { sealing: true })
    const { version } = await node.loadSettings()
    assert.deepEqual((await node.findMt(integrationId, sent.id))?.content, sent.content)
    await sealed.deleteIntegration(integrationId)
    await node.settingsAfter(version)
    const found = await node.findMt(integrationId, sent.id)
    assert.ok(found && isUnreadable(found.content))
  })

  test('wait for a key that is refused, and keep nobody from looking', async () => {
    const filledNow = await filled()
    const refused: Vault = {
      ...vault,
      async keyOf() {
        throw new KeyRefused('disabled')
      },
    }
    const store = sealedContents(bare, refused, { sealing: true })
    const { take, lane, sent } = filledNow
    const lease = await take('node', 0, lane)
    await assert.rejects(store.dueMts(lease, clock.at, 10), StoreUnavailable)
    const life = await store.life(sent.id)
    assert.ok(life && isUnreadable(life.mt.content))
    assert.equal((await store.findMt(undefined, sent.id))?.content, shut)
    const page = await store.searchMts({ integrationId: sent.integrationId, limit: 1 })
    assert.ok(page.items[0] && isUnreadable(page.items[0].content))
    assert.deepEqual(await sealed.dueMts(lease, clock.at, 10), [await sealed.findMt(undefined, sent.id)])
  })

  test('do not open in the place of another message', async () => {
    const { integrationId, mt } = await stage()
    const [one, two] = [mt({ content: text('one') }), mt({ content: text('two') })]
    await sealed.accept([one])
    const stolen = await bare.findMt(integrationId, one.id)
    assert.ok(stolen)
    await bare.accept([{ ...two, content: stolen.content }])
    const found = await sealed.findMt(integrationId, two.id)
    assert.ok(found && isUnreadable(found.content))
  })

  test('still tell a store which file a message carries, and whose button was pressed', async () => {
    const { integrationId, mt, mo, events } = await stage()
    const fileId = 'c45ada9b-8a51-4413-a134-928c2b085d31.pdf'
    const template = { templateName: 'statement', header: { media: { fileId } }, parameters: { 1: 'marked' } }
    const sent = [
      mt({ content: { type: 'media', media: { fileId, caption: 'marked' } } }),
      mt({ content: { type: 'template', template } as unknown as Mt['content'] }),
    ]
    await sealed.accept(sent)
    for (const { id } of sent) {
      const stored = await bare.findMt(integrationId, id)
      assert.equal(stored && fileIdOf(stored.content), fileId)
      assert.ok(!JSON.stringify(stored).includes('marked'))
    }
    const pressed = { text: 'marked', payload: payloadOf(sent[1]?.id ?? '', 1) }
    await sealed.recordMos([mo({ content: { type: 'button', button: pressed } })])
    const [told] = await events('message')
    assert.ok(told?.event.type === 'mo')
    assert.equal(told.event.relatedMessageId, sent[1]?.id)
    assert.deepEqual(told.event.mo.content, { type: 'button', button: pressed })
  })
})
