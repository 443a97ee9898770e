import { Webhook } from 'standardwebhooks'

interface Signable {
  /** The callback's id, the same on each attempt: what a receiver recognises a repetition by. */
  id: string
  /** Real time, milliseconds: receivers refuse a timestamp that is far from their own clock. */
  at: number
  /** Exactly what is sent. */
  body: string
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

  return (secret, { id, at, body }) => ({
    'webhook-id': id,
    'webhook-timestamp': String(Math.floor(at / 1000)),
    'webhook-signature': webhookOf(secret).sign(id, new Date(at), body),
  })
}
