import type { KeyObject } from 'node:crypto'
import { KeyRefused } from '../core/keys.ts'
import type { Page } from '../core/looking.ts'
import { type Fetch, type FetchResult, fetchLane, type RecordedMo, type Store } from '../core/store.ts'
import { shut, unreadableMo } from '../core/unreadable.ts'
import {
  isSealedCallback,
  isSealedFile,
  isSealedMo,
  isSealedMt,
  openedCallback,
  openedFile,
  openedMo,
  openedMt,
  sealedFile,
  sealedMo,
  sealedMoContent,
  sealedMt,
} from './sealed-items.ts'
import { OwnerGone, unavailable, type Vault } from './vault.ts'

/**
 * A store whose contents are sealed under the key of their integration: what is put, where `sealing` says so; what is
 * read is opened in any case, since some of it may have been put at another time. Once a key is gone what it sealed is
 * `unreadable`; while a key cannot be had, reading throws `StoreUnavailable`.
 */
export function sealedContents(store: Store, vault: Vault, { sealing }: { sealing: boolean }): Store {
  return {
    ...store,
    ...readContents(store, vault),
    ...(sealing && writtenContents(store, vault)),
    async deleteIntegration(id) {
      await store.deleteIntegration(id)
      vault.forget(id)
    },
    async settingsAfter(version) {
      const news = await store.settingsAfter(version)
      for (const change of news?.changes ?? []) if (change[0] === 'deleteIntegration') vault.forget(change[1])
      return news
    },
  }
}

type Written = Pick<Store, 'accept' | 'recordMos' | 'recordFetches' | 'putFile'>

function writtenContents(store: Store, vault: Vault): Written {
  const sealed = async (mo: RecordedMo) => sealedMo(await vault.keyFor(mo.integrationId), mo)

  async function fetched(integrationId: string, result: FetchResult): Promise<FetchResult> {
    const { moId, next } = result
    if ('dueAt' in next) return result
    const key = await vault.keyFor(integrationId).catch((error) => {
      if (error instanceof OwnerGone) return undefined
      throw error
    })
    // An end has to be stored, whoever has gone meanwhile.
    const content = key ? sealedMoContent(key, { integrationId, id: moId }, next.content) : unreadableMo
    return { moId, next: { content } }
  }

  return {
    async accept(mts, answer) {
      if (!mts[0]) return store.accept(mts, answer)
      const key = await vault.keyFor(mts[0].integrationId) // all of them are of one
      return store.accept(
        mts.map((mt) => sealedMt(key, mt)),
        answer,
      )
    },
    recordMos: async (mos) => store.recordMos(await Promise.all(mos.map(sealed))),
    async recordFetches(lease, results) {
      const integrationId = lease.lane.slice(fetchLane('').length)
      const sealing = results.map((result) => fetched(integrationId, result))
      return store.recordFetches(lease, await Promise.all(sealing))
    },
    putFile: async (file) => store.putFile(sealedFile(await vault.keyFor(file.integrationId), file)),
  }
}

type Read = Pick<
  Store,
  | 'dueMts'
  | 'dueFetches'
  | 'dueCallbacks'
  | 'findFile'
  | 'findMt'
  | 'life'
  | 'searchMts'
  | 'searchCallbacks'
  | 'eventsAfter'
>

/** Messages whose time has run out are not opened: they can be ended without their key. */
function readContents(store: Store, vault: Vault): Read {
  /** What a refused key sealed waits until somebody mends that. */
  const working = (owner: string) =>
    vault.keyOf(owner).catch((error) => {
      throw error instanceof KeyRefused ? unavailable(error) : error
    })
  /** One integration's refused key keeps nobody from seeing what the others have. */
  const looking = (owner: string) =>
    vault.keyOf(owner).catch((error) => {
      if (error instanceof KeyRefused) return undefined
      throw error
    })

  const mts = opener({ isSealed: isSealedMt, opened: openedMt })
  const callbacks = opener({ isSealed: isSealedCallback, opened: openedCallback })
  const mos = opener<Fetch['mo']>({ isSealed: isSealedMo, opened: openedMo })
  const files = opener({ isSealed: isSealedFile, opened: openedFile })

  return {
    dueMts: async (...asked) => mts(await store.dueMts(...asked), working),
    async dueFetches(lease, at, limit) {
      const fetches = await store.dueFetches(lease, at, limit)
      const opened = await mos(
        fetches.map(({ mo }) => mo),
        working,
      )
      return fetches.map((fetch, i) => ({ ...fetch, mo: opened[i] ?? fetch.mo }))
    },
    dueCallbacks: async (...asked) => callbacks(await store.dueCallbacks(...asked), working),
    async findFile(id) {
      const file = await store.findFile(id)
      return file && (await files([file], working))[0]
    },
    async findMt(integrationId, id) {
      const mt = await store.findMt(integrationId, id)
      if (!mt || !isSealedMt(mt)) return mt
      try {
        return openedMt(await vault.keyOf(mt.integrationId), mt)
      } catch (error) {
        if (error instanceof KeyRefused) return { ...mt, content: shut }
        throw error
      }
    },
    async life(id) {
      const life = await store.life(id)
      if (!life) return undefined
      const [mt = life.mt] = await mts([life.mt], looking)
      return { ...life, mt, callbacks: await callbacks(life.callbacks, looking) }
    },
    searchMts: async (query) => inPage(await store.searchMts(query), (items) => mts(items, looking)),
    searchCallbacks: async (query) =>
      inPage(await store.searchCallbacks(query), (items) => callbacks(items, looking)),
    eventsAfter: async (...asked) => callbacks(await store.eventsAfter(...asked), looking),
  }
}

type Keys = (owner: string) => Promise<KeyObject | undefined>

interface Kind<T> {
  isSealed(item: T): boolean
  opened(key: KeyObject | undefined, item: T): T
}

/** Each key is asked for once, however many of its contents are read. */
function opener<T extends { integrationId: string }>({ isSealed, opened }: Kind<T>) {
  return async (items: T[], keyOf: Keys): Promise<T[]> => {
    if (!items.some(isSealed)) return items
    const owners = [...new Set(items.filter(isSealed).map(({ integrationId }) => integrationId))]
    const keys = new Map(await Promise.all(owners.map(async (owner) => [owner, await keyOf(owner)] as const)))
    return items.map((item) => (isSealed(item) ? opened(keys.get(item.integrationId), item) : item))
  }
}

async function inPage<T>(page: Page<T>, open: (items: T[]) => Promise<T[]>): Promise<Page<T>> {
  return { ...page, items: await open(page.items) }
}
