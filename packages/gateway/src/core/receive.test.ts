import assert from 'node:assert/strict'
import { createSecretKey, randomBytes } from 'node:crypto'
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, type TestContext, test } from 'node:test'
import { openStore } from '../store/index.ts'
import { scene } from '../store/suite/scene.ts'
import { endpointLane } from './endpoint.ts'
import { openText } from './envelope.ts'
import type { Integration } from './integration.ts'
import { type DataKeys, KeyRefused, KeysUnavailable } from './keys.ts'
import type { Mo } from './message.ts'
import { receive } from './receive.ts'

describe('where answers are to be sealed', () => {
  for (const Failure of [KeyRefused, KeysUnavailable])
    test(`a post whose keys cannot be had (${Failure.name}) is refused, nothing of it is kept in the clear, and its reports are kept`, async (t) => {
      const { make, post, folder, sent, statusOf, told, logged } = await business(t)
      make.fail = new Failure('nobody answers')
      const { supplierId, mt } = await sent()
      await assert.rejects(post(['a secret', 'another'], supplierId), Failure)
      assert.equal(await statusOf(mt.id), 'delivered')
      assert.deepEqual(await told(), [])
      assert.deepEqual(logged, [{ count: 2, cause: Failure.name }])
      for (const file of await readdir(folder))
        assert.ok(!(await readFile(join(folder, file))).includes('a secret'), file)
    })

  test('what could be sealed is kept, and told once when all is posted again', async (t) => {
    const { make, post, told } = await business(t)
    make.failAt = 2
    await assert.rejects(post(['one', 'two', 'three']), KeysUnavailable)
    assert.deepEqual(await told(), ['one'])
    make.failAt = undefined
    await post(['one', 'two', 'three'])
    assert.deepEqual((await told()).sort(), ['one', 'three', 'two'])
  })

  test('every message has a key of its own, and sixteen are asked for at once', async (t) => {
    const { make, post, told } = await business(t)
    const texts = Array.from({ length: 40 }, (_, i) => `number ${i}`)
    await post(texts)
    assert.deepEqual(await told(), texts)
    assert.deepEqual([make.asked, make.most], [40, 16])
  })

  test('once a key cannot be had, no more are asked for', async (t) => {
    const { make, post } = await business(t)
    make.fail = new KeysUnavailable('nobody answers')
    await assert.rejects(post(Array.from({ length: 40 }, (_, i) => `number ${i}`)), KeysUnavailable)
    assert.equal(make.asked, 16)
  })

  test('a STOP is understood first', async (t) => {
    const { post, told, optedOut } = await business(t)
    await post(['Stop!'])
    assert.deepEqual([await told(), await optedOut()], [['Stop!'], ['27821234567']])
  })
})

/** One integration that wants answers sealed, a store, and keys that the test has in hand. */
async function business(t: TestContext) {
  const folder = await mkdtemp(join(tmpdir(), 'waypost-'))
  const store = await openStore(`sqlite:${join(folder, 'ledger.db')}`)
  t.after(async () => {
    await store[Symbol.asyncDispose]()
    await rm(folder, { recursive: true })
  })
  const { integrationId, mo, sent, report } = scene({ store, clock: { at: Date.now() } })
  const integration = {
    id: integrationId,
    encryption: { mtKey: 'mt', moKey: 'mo' },
    words: { stop: { en: ['stop'] }, start: {} },
  } as Pick<Integration, 'id' | 'encryption' | 'words'> as Integration // all that is asked of it here

  const { keys, make } = keysInHand()
  const logged: object[] = []
  const supplierIds = new Map<string, string>()
  const app = {
    store,
    keys,
    directory: { catchUp: async () => {} },
    windows: { wrote: () => {} },
    lanes: { wake: () => {} },
    dispatchers: { warn: () => {} },
    events: {
      received: () => {},
      skipped: () => {},
      dlrsForgotten: () => {},
      postbackLost: () => {},
      mosNotSealed: (_: string, count: number, { name: cause }: Error) => void logged.push({ count, cause }),
    },
    newId: () => mo().id,
    random: () => 0.5,
  }
  const textOf = (body: string): Omit<Mo, 'id'> => {
    const { id: _, ...rest } = mo({ content: { type: 'text', text: { body } } })
    const supplierId = supplierIds.get(body) ?? rest.supplierId
    supplierIds.set(body, supplierId)
    return { ...rest, supplierId }
  }

  return {
    folder,
    make,
    logged,
    optedOut: async () =>
      (await store.optOutsOf({ integrationId, limit: 10 })).items.map(({ msisdn }) => msisdn),
    sent,
    statusOf: async (id: string) => (await store.findMt(integrationId, id))?.status,
    /** What people wrote, and where it is given, a report on a message; the same text twice is the same message. */
    post: (texts: string[], reported?: string) =>
      receive(app, integration, {
        mos: texts.map(textOf),
        dlrs: reported === undefined ? [] : [report({ supplierId: reported, report: { type: 'delivered' } })],
        skipped: [],
      }),
    /** What was told, opened. */
    async told() {
      const events = await store.eventsAfter(endpointLane(integrationId, 'message'), 0, 100)
      return Promise.all(
        events.map(async ({ event }) => {
          assert.ok(event.type === 'mo' && event.mo.content.type === 'text' && event.mo.encryptionKey)
          return openText(await keys.unwrap('mo', event.mo.encryptionKey), event.mo.content.text.body)
        }),
      )
    },
  }
}

function keysInHand() {
  const known: ReturnType<typeof createSecretKey>[] = []
  const make: { asked: number; most: number; fail?: Error; failAt?: number | undefined } = {
    asked: 0,
    most: 0,
  }
  let underWay = 0
  const keys: DataKeys = {
    async make(name: string) {
      assert.equal(name, 'mo')
      make.asked++
      make.most = Math.max(make.most, ++underWay)
      await new Promise(setImmediate)
      underWay--
      if (make.fail) throw make.fail
      if (known.length + 1 === make.failAt) throw new KeysUnavailable('nobody answers')
      const key = createSecretKey(randomBytes(32))
      return { key, wrapped: String(known.push(key) - 1) }
    },
    unwrap: async (_, wrapped) => known[Number(wrapped)] ?? assert.fail(`no such key: ${wrapped}`),
  }
  return { keys, make }
}
