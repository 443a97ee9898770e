import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after } from 'node:test'
import { wrappingKeys } from '../core/keys.fake.ts'
import type { MediaFile } from '../core/media.ts'
import type { SupplierFiles } from '../core/supplier.ts'
import { supplierFiles } from '../core/supplier-files.ts'
import { openMedia } from '../media/index.ts'
import { openStore } from '../store/index.ts'

export interface TestFiles extends SupplierFiles {
  /** Keeps a file of these bytes, as an upload does. */
  put(file: Partial<MediaFile> & Pick<MediaFile, 'id'>, bytes: Buffer): Promise<void>
}

/** Files in a store of the test's own; they go with the test file. */
export async function testFiles(): Promise<TestFiles> {
  const folder = await mkdtemp(join(tmpdir(), 'waypost-supplier-'))
  const store = await openStore(`sqlite:${folder}/ledger.db`)
  const media = await openMedia(`file:${folder}/media`)
  after(async () => {
    await store[Symbol.asyncDispose]()
    await rm(folder, { recursive: true, force: true })
  })
  // Nothing that a supplier's own tests carry is sealed.
  const directory = { integration: () => undefined }
  return {
    ...supplierFiles({ store, media, now: Date.now, keys: wrappingKeys(), directory }),
    async put(file, bytes) {
      async function* whole() {
        yield bytes
      }
      const staged = await media.stage(whole(), 100 * 1024 * 1024, 'integration')
      await staged.keep(file.id)
      await store.putFile({
        integrationId: 'integration',
        from: '2799900101',
        broadcastAllowed: false,
        contentType: 'image/jpeg',
        fileName: 'a cat.jpg',
        bytes: staged.bytes,
        sha256: staged.sha256,
        createdAt: 0,
        expiresAt: Date.now() + 86_400_000,
        ...file,
      })
    },
  }
}
