import { OneMessageCommon, oneError } from '@waypost/protocol'
import { isRefusal } from '../../core/accept.ts'
import { messageReader } from '../read-messages.ts'
import type { SendEdge } from '../send.ts'
import { Refused } from '../surface.ts'

/** `POST /v1/message`: 202 when all were accepted, the error's own status for a single message, 207 when mixed. */
export const sendMessages: SendEdge = {
  generation: 'one',
  read: messageReader('one', OneMessageCommon),
  refuse(messages, most) {
    if (messages.length === 0) throw new Refused('payload_malformed')
    if (messages.length > most) throw new Refused('too_many_messages')
    return undefined
  },
  answer(verdicts, echoes) {
    let httpStatus = 202
    const messages = verdicts.map((verdict, i) => {
      const { to, clientMessageId } = echoes[i] ?? {}
      if (!isRefusal(verdict)) return { apiMessageId: verdict.id, accepted: true, to, clientMessageId }
      const { code, description, httpStatus: own } = oneError(verdict.reason, verdict.subject)
      httpStatus = verdicts.length === 1 ? own : 207
      return { error: { code, description }, accepted: false, to, clientMessageId }
    })
    return { httpStatus, body: JSON.stringify({ messages, error: null }) }
  },
}
