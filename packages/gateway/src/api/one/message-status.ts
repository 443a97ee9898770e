import { type OneMessageStatus, oneStatus } from '@waypost/protocol'
import type { App } from '../../core/app.ts'
import type { Integration } from '../../core/integration.ts'

/** `GET /v1/message/{apiMessageId}`. An id nobody knows is an answer too: UNKNOWN. */
export async function messageStatus(
  app: Pick<App, 'store' | 'now'>,
  integration: Integration,
  id: string,
): Promise<OneMessageStatus> {
  const mt = await app.store.findMt(integration.id, id)
  if (!mt) {
    const { status, code } = oneStatus('unknown')
    return { status, statusCode: code, timestamp: app.now() }
  }
  const { status, code } = oneStatus(mt.status)
  const found = { status, statusCode: code, timestamp: mt.statusAt }
  return mt.channel === 'sms' ? { sms: found } : { whatsapp: found }
}
