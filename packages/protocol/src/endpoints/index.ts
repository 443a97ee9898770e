import { admin } from './admin/index.ts'
import type { Endpoint } from './endpoint.ts'
import { sendLegacyMessages } from './legacy/send-messages.ts'
import { balance } from './one/balance.ts'
import { downloadMedia, mediaMetadata, uploadMedia } from './one/media.ts'
import { messageStatus } from './one/message-status.ts'
import { sendMessages } from './one/send-messages.ts'
import { description, documentation } from './operations/documents.ts'
import { live, ready } from './operations/health.ts'
import { metrics } from './operations/metrics.ts'
import { greeting, webhook } from './suppliers/whatsapp-cloud.ts'

export const one = { sendMessages, messageStatus, uploadMedia, downloadMedia, mediaMetadata, balance }
export const legacy = { sendMessages: sendLegacyMessages }
/** Where suppliers post, by the supplier's name. */
export const webhooks = { 'whatsapp-cloud': { greeting, webhook } }
export const operations = { live, ready, metrics, description, documentation }
export { admin }

/** All that is public, in the order of the documentation. */
export const endpoints: readonly Endpoint[] = [
  ...Object.values(one),
  ...Object.values(legacy),
  ...Object.values(admin),
  ...Object.values(webhooks).flatMap((each) => Object.values(each)),
  ...Object.values(operations),
]
