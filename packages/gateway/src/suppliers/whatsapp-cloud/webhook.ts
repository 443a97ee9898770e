import { createHmac, createSecretKey, hash, timingSafeEqual } from 'node:crypto'
import { Type } from 'typebox'
import { Compile } from 'typebox/compile'
import type { WhatsAppSender } from '../../core/integration.ts'
import type { Webhook } from '../../core/supplier.ts'
import { isSuccess, type NoReply, type Reply } from '../http.ts'
import { reader } from './read.ts'

type PostToNumber = (json: unknown, signal: AbortSignal) => Promise<Reply | NoReply>

/** The header of https://developers.facebook.com/docs/graph-api/webhooks/getting-started#validate-payloads */
const signatureHeader = 'x-hub-signature-256'
const signature = /^sha256=([0-9a-f]{64})$/i

const Done = Compile(Type.Object({ success: Type.Literal(true) }))

export function webhookOf(
  integrationId: string,
  sender: WhatsAppSender,
  postToNumber: PostToNumber,
): Webhook {
  // An empty secret or token proves nothing about who is calling.
  const key = sender.appSecret ? createSecretKey(sender.appSecret, 'utf8') : undefined
  const token = sender.verifyToken ? digestOf(sender.verifyToken) : undefined

  return {
    async register(url, signal) {
      const configuration = { override_callback_uri: url, verify_token: sender.verifyToken }
      const answer = await postToNumber({ webhook_configuration: configuration }, signal)
      if ('type' in answer) throw new Error('Meta could not be told our webhook', { cause: answer })
      if (!isSuccess(answer.httpStatus) || !Done.Check(answer.json)) {
        const { httpStatus, json } = answer
        throw new Error('Meta refused our webhook', { cause: { httpStatus, json } })
      }
    },

    greet(query) {
      const theirs = digestOf(query.get('hub.verify_token') ?? '')
      if (query.get('hub.mode') !== 'subscribe' || !token || !timingSafeEqual(theirs, token)) return undefined
      return query.get('hub.challenge') ?? undefined
    },

    verify(headers, body) {
      const header = headers[signatureHeader]
      const theirs = typeof header === 'string' ? signature.exec(header)?.[1] : undefined
      if (!key || !theirs) return false
      return timingSafeEqual(Buffer.from(theirs, 'hex'), createHmac('sha256', key).update(body).digest())
    },

    read: reader(integrationId, sender),
  }
}

/** Of equal length whatever went in, as a comparison in constant time needs it. */
const digestOf = (text: string): Buffer => hash('sha256', text, 'buffer')
