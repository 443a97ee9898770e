import { LegacyMessageCommon, legacyError } from '@waypost/protocol'
import { isRefusal, type Verdict } from '../../core/accept.ts'
import { type Echo, messageReader } from '../read-messages.ts'
import type { SendEdge } from '../send.ts'
import { Refused } from '../surface.ts'

const read = messageReader('legacy', LegacyMessageCommon)

/** Beyond this the answer to a request with too many messages is one error, not one per message. */
const entriesMost = 1000

/** `POST /wa/messages`: always 202, each message with its own verdict. */
export const sendMessages: SendEdge = {
  generation: 'legacy',
  read,
  refuse(messages, most) {
    if (messages.length === 0) throw new Refused('payload_malformed')
    if (messages.length <= most) return undefined
    if (messages.length > entriesMost) throw new Refused('too_many_messages')
    return answer(
      messages.map(() => ({ reason: 'too_many_messages' })),
      messages.map((message) => read(message).echo),
    )
  },
  answer,
}

function answer(verdicts: Verdict[], echoes: Echo[]) {
  const messages = verdicts.map((verdict, i) => {
    const { to = null, clientMessageId = null } = echoes[i] ?? {}
    if (!isRefusal(verdict))
      return { messageId: verdict.id, accepted: true, to, error: null, clientMessageId }
    const { errorCode, error } = legacyError(verdict.reason, verdict.subject)
    return { messageId: null, accepted: false, to, error: { errorCode, error }, clientMessageId }
  })
  return { httpStatus: 202, body: JSON.stringify({ messages, error: null }) }
}
