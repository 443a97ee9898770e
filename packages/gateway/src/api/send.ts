import type { Generation } from '@waypost/protocol'
import { accept, isRefusal, type Submission, type Verdict } from '../core/accept.ts'
import type { App } from '../core/app.ts'
import type { Integration } from '../core/integration.ts'
import type { Refusal } from '../core/message.ts'
import { AlreadyAnswered, type KeptAnswer } from '../core/store.ts'
import type { Body } from './body/read-body.ts'
import type { InlineFiles } from './inline-files.ts'
import { type Echo, messagesOf, type Read, type Written } from './read-messages.ts'
import { Refused } from './surface.ts'

/** What a generation adds to sending: how it reads an entry, and how it answers. */
export interface SendEdge {
  generation: Generation
  read(value: unknown): Read
  /** Answers a request with too many messages, or with none; undefined lets it pass. */
  refuse(messages: unknown[], most: number): Sent | undefined
  answer(verdicts: Verdict[], echoes: Echo[]): Sent
}

/** A finished answer to a send, its body as JSON. */
export interface Sent {
  httpStatus: number
  body: string
}

/** What came, and the files inside it. */
export interface SendBody extends Body {
  files: InlineFiles
}

interface Call {
  integration: Integration
  /** Undefined: there was none. */
  body: SendBody | undefined
  idempotencyKey: string | undefined
}

/** Sends in one generation: the road from a request's bytes to the answer's. */
export function sender(app: App, edge: SendEdge): (call: Call) => Promise<Sent> {
  async function send({ integration, body }: Call, keep?: (sent: Sent) => KeptAnswer): Promise<Sent> {
    const messages = messagesOf(body)
    const refused = edge.refuse(messages, app.settings.messagesPerRequest)
    if (refused) return refused
    const entries = messages.map(edge.read)
    const echoes = entries.map(({ echo }) => echo)

    const written = entries.map(({ submission }) => submission)
    const verdicts = await withFiles(body?.files, integration, written, (submissions) =>
      accept(app, {
        integration,
        generation: edge.generation,
        submissions,
        ...(keep && { keep: (verdicts) => keep(edge.answer(verdicts, echoes)) }),
      }),
    )
    count(verdicts)
    return edge.answer(verdicts, echoes)
  }

  /** Makes files inside messages files of ours first; those of messages that were not accepted go again. */
  async function withFiles(
    files: InlineFiles | undefined,
    integration: Integration,
    written: (Written | Refusal)[],
    then: (submissions: (Submission | Refusal)[]) => Promise<Verdict[]>,
  ): Promise<Verdict[]> {
    const inline = new Map(
      written.flatMap((one, i) =>
        'reason' in one || one.content.type !== 'inline'
          ? []
          : [[i, { ...one.content.inline, encryptionKey: one.encryptionKey }]],
      ),
    )
    // Without a file inside, what was written is a submission already.
    if (inline.size === 0 || !files) return then(written as (Submission | Refusal)[])

    const contents = await files.keep(inline, { integration, generation: edge.generation })
    const submissions = written.map((one, i) => {
      const content = contents.get(i)
      if ('reason' in one || !content) return one as Submission | Refusal // as above
      return 'reason' in content ? content : { ...one, content }
    })
    const refused = new Set(inline.keys())
    try {
      const verdicts = await then(submissions)
      for (const [i, verdict] of verdicts.entries()) if (!isRefusal(verdict)) refused.delete(i)
      return verdicts
    } finally {
      await files.forget([...refused])
    }
  }

  function count(verdicts: Verdict[]) {
    let accepted = 0
    for (const verdict of verdicts)
      if (isRefusal(verdict)) app.events.refused(verdict.reason)
      else accepted++
    app.events.mtAccepted(edge.generation, accepted)
  }

  /** Once per key: the same request gets the first answer again, another one a refusal. The store decides who was first. */
  async function sendOnce(call: Call, key: string): Promise<Sent> {
    const { integration, body } = call
    const requestHash = `${edge.generation}:${body?.sha256()}`
    const answered = async () => {
      const kept = await app.store.answerOf(integration.id, key)
      if (kept && kept.requestHash !== requestHash) throw new Refused('idempotency_conflict')
      return kept && { httpStatus: kept.status, body: kept.body }
    }
    const first = await answered()
    if (first) return first
    const keep = ({ httpStatus, body }: Sent): KeptAnswer => ({
      integrationId: integration.id,
      key,
      requestHash,
      status: httpStatus,
      body,
      at: app.now(),
    })
    return send(call, keep).catch(async (error: unknown) => {
      const sent = error instanceof AlreadyAnswered ? await answered() : undefined
      if (!sent) throw error
      return sent
    })
  }

  return (call) => {
    if (call.idempotencyKey === undefined) return send(call)
    if (!/^[\x21-\x7e]{1,255}$/.test(call.idempotencyKey))
      throw new Refused('parameter_invalid', 'Idempotency-Key')
    return sendOnce(call, call.idempotencyKey)
  }
}
