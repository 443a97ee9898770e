import {
  legacyStatus,
  type MessageLife,
  type MessageView,
  oneStatus,
  type StatusName,
  statusNames,
} from '@waypost/protocol'
import type { App } from '../../core/app.ts'
import { inUnits } from '../../core/balance.ts'
import type { MtLife } from '../../core/looking.ts'
import { type Mt, nameOf } from '../../core/message.ts'
import type { Callback } from '../../core/store.ts'
import { isUnreadable } from '../../core/unreadable.ts'
import { callbackView } from './callbacks.ts'
import type { Handlers } from './contract.ts'
import { nextSteps } from './next-steps.ts'
import { listOf, pageQuery } from './page.ts'
import { flawed, notFound, Problem } from './problem.ts'

export function messageHandlers(
  app: Pick<App, 'store' | 'directory' | 'lanes' | 'now'>,
): Pick<Handlers, 'searchMessages' | 'getMessage' | 'stopMessage'> {
  async function lifeOf(id: string) {
    const life = await app.store.life(id)
    if (!life) throw notFound('message of this id')
    const integration = app.directory.integration(life.mt.integrationId)
    return { ...lifeView(life), next: nextSteps(life, integration) }
  }

  return {
    async searchMessages({ query: { status, integrationId, to, clientMessageId, ...page } }) {
      const found = await app.store.searchMts({
        ...(status !== undefined && { status: statusesNamed(status) }),
        ...(integrationId !== undefined && { integrationId }),
        ...(to !== undefined && { to }),
        ...(clientMessageId !== undefined && { clientMessageId }),
        ...pageQuery(page),
      })
      return listOf(found, messageView)
    },

    getMessage: ({ params }) => lifeOf(params.id),

    async stopMessage({ params: { id } }) {
      const mt = await app.store.findMt(undefined, id)
      if (!mt) throw notFound('message of this id')
      if (mt.dueAt === undefined) throw new Problem(409, 'Nothing of this message waits.')
      const settled = {
        type: 'failed',
        status: mt.uncertain ? 'delivery_failed' : 'stopped_by_admin',
      } as const
      // Should its next attempt begin meanwhile, this one is superseded, and changes nothing.
      const outcome = { ...nameOf(mt), attempt: mt.attempts, at: app.now(), settled }
      const { lanes } = await app.store.recordOutcomes([outcome])
      app.lanes.wake(lanes)
      return lifeOf(id)
    },
  }
}

/** Names of our own, or of the One API, several of which are one there. */
function statusesNamed(text: string): StatusName[] {
  return text.split(',').flatMap((part) => {
    const wanted = part.trim()
    const named = statusNames.filter((name) => name === wanted || oneStatus(name).status === wanted)
    if (named.length === 0) throw flawed([{ path: 'status', message: `names no status: ${wanted}` }])
    return named
  })
}

const statusView = (status: StatusName) => ({
  status,
  statusCode: { one: oneStatus(status).code, legacy: legacyStatus(status).code },
})

function messageView(mt: Mt): MessageView {
  const { id, integrationId, generation, channel, from, to, content, priority } = mt
  const { acceptedAt, expiresAt, statusAt, uncertain } = mt
  return {
    id,
    integrationId,
    generation,
    channel,
    from,
    to,
    clientMessageId: mt.clientMessageId ?? null,
    content: isUnreadable(content) ? null : content,
    priority,
    acceptedAt,
    expiresAt,
    dueAt: mt.dueAt ?? null,
    ...statusView(mt.status),
    statusAt,
    attemptCount: mt.attempts,
    uncertain,
    charge: mt.charge ? { price: inUnits(mt.charge.price), state: mt.charge.state } : null,
  }
}

function lifeView({ mt, supplierIds, attempts, callbacks }: MtLife): Omit<MessageLife, 'next'> {
  return {
    ...messageView(mt),
    supplierIds,
    attempts: attempts.map(({ number, beganAt, endedAt, outcome, detail }) => ({
      number,
      beganAt,
      endedAt: endedAt ?? null,
      outcome: outcome ?? null,
      detail: detail ?? null,
    })),
    statuses: callbacks.flatMap(reported),
    callbacks: callbacks.map(callbackView),
  }
}

const reported = ({ endpoint, event }: Callback) =>
  endpoint === 'status' && event.type === 'status' ? [{ ...statusView(event.status), at: event.at }] : []
