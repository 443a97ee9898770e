import { createHmac } from 'node:crypto'
import { Webhook } from 'standardwebhooks'
import type { CallbackBody } from './body.ts'

interface Signable<Body = string> {
  /** The callback's id, the same on each attempt: what a receiver recognises a repetition by. */
  id: string
  /** Real time, milliseconds: receivers refuse a timestamp that is far from their own clock. */
  at: number
  /** Exactly what is sent. */
  body: Body
}

type Sign = (secret: string, signable: Signable) => Record<string, string>

const keptSecrets = 10_000

/** Makes the headers of Standard Webhooks (https://www.standardwebhooks.com). Throws on a secret that is not base64. */
export function signer(): Sign {
  // A secret is decoded once; the bound is for installations that change secrets for years.
  const webhooks = new Map<string, Webhook>()

  function webhookOf(secret: string): Webhook {
    const known = webhooks.get(secret)
    if (known) return known
    const webhook = new Webhook(secret)
    if (webhooks.size >= keptSecrets) webhooks.clear()
    webhooks.set(secret, webhook)
    return webhook
  }

  return (secret, { id, at, body }) => headersOf({ id, at }, webhookOf(secret).sign(id, new Date(at), body))
}

/** The same of a body that the library would have to be given whole. */
export async function signStream(secret: string, { id, at, body }: Signable<CallbackBody>) {
  const key = Buffer.from(secret.replace(/^whsec_/, ''), 'base64')
  const hmac = createHmac('sha256', key).update(`${id}.${Math.floor(at / 1000)}.`)
  for await (const piece of body.pieces()) hmac.update(piece)
  return headersOf({ id, at }, `v1,${hmac.digest('base64')}`)
}

const headersOf = ({ id, at }: Pick<Signable, 'id' | 'at'>, signature: string) => ({
  'webhook-id': id,
  'webhook-timestamp': String(Math.floor(at / 1000)),
  'webhook-signature': signature,
})
