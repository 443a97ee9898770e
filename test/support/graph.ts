import { createHash, createHmac, randomUUID } from 'node:crypto'
import { createServer, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { request } from 'undici'
import type { Scope } from './receiver.ts'

export interface Sent {
  to: string
  text: string
  /** Our id, as the gateway sent it along. */
  opaque: string
  wamid: string
}

/** What the far side does with one send. */
export type Answer = (sent: Sent, response: ServerResponse) => void

export const taken: Answer = ({ to, wamid }, response) =>
  json(response, 200, {
    messaging_product: 'whatsapp',
    contacts: [{ input: to, wa_id: to }],
    messages: [{ id: wamid }],
  })

export const refusal =
  (code: number): Answer =>
  (_sent, response) =>
    json(response, 400, { error: { message: `(#${code})`, type: 'OAuthException', code, fbtrace_id: 'A' } })

/** The request is read, and no answer ever comes. */
export const cut: Answer = (_sent, response) => response.socket?.destroy()

function json(response: ServerResponse, status: number, body: object) {
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body))
}

/** What a look-up of a person's file, or reading it, is answered with. */
export type FileAnswer = (url: string, response: ServerResponse) => void

/** A file as it should be. */
export const fileOf =
  (bytes: Buffer, said: object = {}): FileAnswer =>
  (url, response) => {
    if (url.startsWith('/bytes/')) return void response.writeHead(200).end(bytes)
    const sha256 = createHash('sha256').update(bytes).digest('hex')
    json(response, 200, {
      url: `http://${response.req.headers.host}/bytes${url}`,
      mime_type: 'image/png',
      sha256,
      file_size: bytes.length,
      ...said,
    })
  }

/** Meta's side of the wire, following a script: for what the sandbox, which behaves, does not do. */
export async function scriptedGraph(t: Scope, from: string) {
  const sends: Sent[] = []
  const waiting: (() => void)[] = []
  let answer: Answer = taken
  let webhookUrl: string | undefined

  const asked: string[] = []
  let fileAnswer: FileAnswer = (_url, response) => refusal(100)(undefined as never, response)

  const server = createServer(async (incoming, response) => {
    if (incoming.method === 'GET') {
      asked.push(incoming.url ?? '')
      return fileAnswer(incoming.url ?? '', response)
    }
    const chunks: Buffer[] = []
    for await (const chunk of incoming) chunks.push(chunk)
    const body = JSON.parse(Buffer.concat(chunks).toString())
    if (body.webhook_configuration) {
      webhookUrl = body.webhook_configuration.override_callback_uri
      return json(response, 200, { success: true })
    }
    const sent: Sent = {
      to: body.to ?? body.recipient,
      text: body.text?.body ?? '',
      opaque: body.biz_opaque_callback_data,
      wamid: `wamid.${sends.length + 1}`,
    }
    sends.push(sent)
    answer(sent, response)
    for (const wake of waiting.splice(0)) wake()
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  t.after(() => new Promise((resolve) => server.close(resolve).closeAllConnections()))
  const { port } = server.address() as AddressInfo // a TCP server has an address and a port

  return {
    sends,
    /** For an integration's `whatsapp`. */
    sender: {
      from,
      supplier: 'whatsapp-cloud',
      baseUrl: `http://127.0.0.1:${port}`,
      phoneNumberId: `id-${from}`,
      accessToken: 'a token',
      appSecret: 'a secret',
    },
    answerWith(next: Answer) {
      answer = next
    },
    /** The paths of what was asked for. */
    asked,
    filesAnswer(next: FileAnswer) {
      fileAnswer = next
    },
    /** What a person writes, as a webhook's value has it. */
    message: (type: string, body: unknown, more: object = {}) => ({
      messages: [
        {
          id: `wamid.${randomUUID()}`,
          from: '27999000001',
          timestamp: String(Math.floor(Date.now() / 1000)),
          type,
          [type]: body,
          ...more,
        },
      ],
    }),
    async sentTimes(count: number, withinMs = 10_000) {
      const until = performance.now() + withinMs
      while (sends.length < count) {
        const left = until - performance.now()
        if (left <= 0) throw new Error(`${sends.length} sends, not ${count}`)
        const { promise, resolve } = Promise.withResolvers<void>()
        waiting.push(resolve)
        const timer = setTimeout(resolve, left)
        await promise
        clearTimeout(timer)
      }
    },
    /** Where the gateway wants its webhooks. */
    webhookUrl: () => webhookUrl,
    /** Posts a signed webhook. Answers the HTTP status it got. */
    async post(value: object, secret = 'a secret'): Promise<number> {
      const body = JSON.stringify({
        object: 'whatsapp_business_account',
        entry: [
          {
            id: '1',
            changes: [
              {
                field: 'messages',
                value: {
                  messaging_product: 'whatsapp',
                  metadata: { display_phone_number: from, phone_number_id: `id-${from}` },
                  ...value,
                },
              },
            ],
          },
        ],
      })
      const signature = createHmac('sha256', secret).update(body).digest('hex')
      const answer = await request(webhookUrl ?? '', {
        method: 'POST',
        headers: { 'content-type': 'application/json', 'x-hub-signature-256': `sha256=${signature}` },
        body,
      })
      await answer.body.dump()
      return answer.statusCode
    },
    status(sent: Sent, status: string, more: object = {}) {
      return {
        id: sent.wamid,
        status,
        timestamp: String(Math.floor(Date.now() / 1000)),
        recipient_id: sent.to,
        biz_opaque_callback_data: sent.opaque,
        ...more,
      }
    },
  }
}
