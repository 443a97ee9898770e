import { admin, type CallbackView } from '@waypost/protocol'
import type { App } from '../../core/app.ts'
import { calledBack } from '../../core/called-back.ts'
import { endpointLane } from '../../core/endpoint.ts'
import type { Callback, ReplayRange } from '../../core/store.ts'
import { callbackShapes } from '../callback-shapes.ts'
import { bodyOf, type Handlers } from './contract.ts'
import { integrationOf } from './integrations.ts'
import { listOf, pageQuery } from './page.ts'
import { flawed, notFound } from './problem.ts'
import { resumeEndpoints } from './resume-endpoints.ts'

export function callbackHandlers(
  app: Pick<App, 'store' | 'directory' | 'lanes' | 'events' | 'now' | 'downloadUrl'>,
): Pick<Handlers, 'listCallbacks' | 'replayCallback' | 'replayCallbacks' | 'resumeCallbacks' | 'listEvents'> {
  async function replay(which: ReplayRange) {
    const { replayed, lanes } = await app.store.replayCallbacks(which, app.now())
    app.lanes.wake(lanes)
    return { replayed }
  }

  return {
    async listCallbacks({ query: { integrationId, state, ...page } }) {
      const found = await app.store.searchCallbacks({
        ...(integrationId !== undefined && { integrationId }),
        ...(state !== undefined && { state }),
        ...pageQuery(page),
      })
      return listOf(found, callbackView)
    },

    async replayCallback({ params: { id } }) {
      const { replayed } = await replay({ callbackId: id })
      if (replayed === 0) throw notFound('callback of this id')
      return { replayed }
    },

    async replayCallbacks({ params, body }) {
      const { id: integrationId } = integrationOf(app, params.id)
      const { states, ...range } = bodyOf(admin.replayCallbacks, body)
      if (range.toSequence < range.fromSequence)
        throw flawed([{ path: 'toSequence', message: 'must not be below fromSequence' }])
      return replay({ integrationId, ...range, states: states ?? ['delivered', 'dead'] })
    },

    async resumeCallbacks({ params, body }) {
      const { id } = integrationOf(app, params.id)
      const lane = endpointLane(id, bodyOf(admin.resumeCallbacks, body).endpoint)
      return { resumed: (await resumeEndpoints(app, [lane])).length > 0 }
    },

    async listEvents({ params, query }) {
      const integration = integrationOf(app, params.id)
      const { endpoint, after = 0 } = query
      const { limit } = pageQuery(query)
      const { as } = calledBack(integration, endpoint)
      const shape = callbackShapes[as.callbacks.generation]
      const lane = endpointLane(integration.id, endpoint)
      const items = await app.store.eventsAfter(lane, after, limit)
      const last = items.length === limit ? items.at(-1)?.sequence.toString() : undefined
      return listOf({ items, nextCursor: last }, ({ id, sequence, messageId, createdAt, state, event }) => ({
        id,
        sequence,
        messageId,
        createdAt,
        state,
        body: shape(as, event, {
          downloadUrl: app.downloadUrl,
          filePlace: null, // a page of events is no place for files
        }),
      }))
    },
  }
}

export function callbackView({
  lane: _,
  firstAttemptAt: __,
  event,
  dueAt,
  lastAttempt,
  ...rest
}: Callback): CallbackView {
  return {
    ...rest,
    event: event.type,
    status: event.type === 'status' ? event.status : null,
    dueAt: dueAt ?? null,
    lastAttempt: lastAttempt
      ? { at: lastAttempt.at, httpStatus: lastAttempt.httpStatus ?? null, error: lastAttempt.error ?? null }
      : null,
  }
}
