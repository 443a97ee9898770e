import { KeyObject } from 'node:crypto'
import { dataKey, type Opening } from './data-key.ts'
import type { MediaStore } from './media.ts'
import { openFile } from './open-file.ts'
import type { Store } from './store.ts'
import type { SupplierFiles } from './supplier.ts'

interface Supplying extends Opening {
  media: Pick<MediaStore, 'open'>
  store: Pick<Store, 'findFile' | 'supplierFile' | 'putSupplierFile' | 'forgetSupplierFile'>
  now(): number
}

/** Files as suppliers need them: whose they are was checked when the message was accepted. */
export function supplierFiles(app: Supplying): SupplierFiles {
  const { store, now } = app
  return {
    async find(fileId) {
      const file = await store.findFile(fileId)
      return file && file.expiresAt > now() ? file : undefined
    },
    open: (file, signal) => openFile(app, file, signal),
    known: (fileId, sender) => store.supplierFile(fileId, sender, now()),
    async withheld({ integrationId, sealed }) {
      const key = sealed && (await dataKey(app, { integrationId, ...sealed }))
      return key instanceof KeyObject ? undefined : key
    },
    remember: (fileId, sender, supplierId, keptMs) =>
      store.putSupplierFile({ fileId, sender, supplierId, expiresAt: now() + keptMs }),
    forget: (fileId, sender, supplierId) => store.forgetSupplierFile({ fileId, sender, supplierId }),
  }
}
