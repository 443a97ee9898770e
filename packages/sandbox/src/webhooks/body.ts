import { createHmac, type KeyObject } from 'node:crypto'
import type { Business } from '../businesses.ts'
import type { Notice } from './shapes.ts'

/**
 * Notices as one post has them. Statuses that follow each other share a change; each message has its own, with its
 * person beside it.
 */
export function postBody({ phoneNumberId, number }: Business, notices: readonly Notice[]): Buffer {
  const metadata = JSON.stringify({ display_phone_number: number, phone_number_id: phoneNumberId })
  const changes: string[] = []
  let statuses: Notice[] = []

  function change(member: string, together: Notice[]): void {
    const contacts = [...new Set(together.map(({ contact }) => contact))].join()
    const items = together.map(({ body }) => body).join()
    const value = `"messaging_product":"whatsapp","metadata":${metadata},"contacts":[${contacts}],"${member}":[${items}]`
    changes.push(`{"value":{${value}},"field":"messages"}`)
  }

  function endStatuses(): void {
    if (statuses.length > 0) change('statuses', statuses)
    statuses = []
  }

  for (const notice of notices) {
    if (notice.kind === 'status') {
      statuses.push(notice)
      continue
    }
    endStatuses()
    change('messages', [notice])
  }
  endStatuses()

  const account = `10${number}`
  return Buffer.from(
    `{"object":"whatsapp_business_account","entry":[{"id":"${account}","changes":[${changes.join()}]}]}`,
    'latin1',
  )
}

/** The value of `X-Hub-Signature-256`. */
export function signatureOf(body: Uint8Array, appSecret: KeyObject): string {
  return `sha256=${createHmac('sha256', appSecret).update(body).digest('hex')}`
}
