import type { Generation } from '@waypost/protocol'
import type { Integration } from '../core/integration.ts'
import type { MoMedia } from '../core/message.ts'
import type { CallbackEvent } from '../core/store.ts'
import { legacyCallback } from './legacy/callbacks.ts'
import { oneCallback } from './one/callbacks.ts'

/** What a shape needs to know besides the event. */
export interface Surroundings {
  downloadUrl(media: MoMedia): string
  /** What stands in the place of a file's base64; null where the file is left out. */
  filePlace: string | null
}

export type Shape = (integration: Integration, event: CallbackEvent, around: Surroundings) => object

/** An event in each generation's shape. */
export const callbackShapes: Record<Generation, Shape> = { one: oneCallback, legacy: legacyCallback }

/** Where the business fetches a file that a person sent. */
export const downloadUrlAt =
  (publicUrl: () => string) =>
  ({ fileId, sha256 }: MoMedia): string =>
    `${publicUrl()}/v1/media?fileId=${fileId}&sha256Hash=${sha256}&source=client`
