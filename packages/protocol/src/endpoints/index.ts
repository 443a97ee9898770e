import { admin } from './admin/index.ts'
import type { Endpoint } from './endpoint.ts'
import { sendLegacyMessages } from './legacy/send-messages.ts'
import { balance } from './one/balance.ts'
import { downloadMedia, mediaMetadata, uploadMedia } from './one/media.ts'
import { messageStatus } from './one/message-status.ts'
import { sendMessages } from './one/send-messages.ts'

export const one = { sendMessages, messageStatus, uploadMedia, downloadMedia, mediaMetadata, balance }
export const legacy = { sendMessages: sendLegacyMessages }
export { admin }

/** All that is public, in the order of the documentation. */
export const endpoints: readonly Endpoint[] = [
  ...Object.values(one),
  ...Object.values(legacy),
  ...Object.values(admin),
]
