import { type Static, Type } from 'typebox'
import { timestamp } from '../../members.ts'
import { statusNames } from '../../statuses.ts'
import { endpoint } from '../endpoint.ts'
import { badRequest, notFound, refusals } from './problem.ts'
import { endpoints, inPath, inQuery, integrationId, listOf, nullable, pageLimit, paging } from './shapes.ts'

const Which = Type.Enum(endpoints)
const State = Type.Enum(['waiting', 'delivered', 'dead'] as const)

const told = {
  id: Type.String({ description: 'The `webhook-id` of every attempt.' }),
  sequence: Type.Integer({ description: 'Among all that this endpoint is told, from 1, without gaps.' }),
  messageId: Type.String(),
  createdAt: timestamp(),
  state: State,
}

export const CallbackView = Type.Object(
  {
    ...told,
    integrationId: Type.String(),
    endpoint: Which,
    event: Type.Enum(['status', 'mo'] as const),
    status: nullable(Type.Enum(statusNames), { description: 'The status it tells; null for an MO.' }),
    dueAt: nullable(timestamp(), { description: 'When it is tried next.' }),
    attempts: Type.Integer({ description: 'Attempts so far; since the replay, if it was replayed.' }),
    lastAttempt: nullable(
      Type.Object({
        at: timestamp(),
        httpStatus: nullable(Type.Integer()),
        error: nullable(Type.String()),
      }),
    ),
  },
  { title: 'CallbackState' },
)
export type CallbackView = Static<typeof CallbackView>

const EventView = Type.Object(
  {
    ...told,
    body: Type.Unknown({
      description: 'What is POSTed, in the shape the integration has chosen for this endpoint.',
    }),
  },
  { title: 'Event' },
)

const Replayed = Type.Object(
  { replayed: Type.Integer({ description: 'How many are due again.' }) },
  { title: 'Replayed' },
)

export const listCallbacks = endpoint({
  id: 'listCallbacks',
  surface: 'admin',
  method: 'GET',
  path: '/admin/callbacks',
  summary: 'Callbacks and how far they got, newest first',
  description: 'A page may be short, even empty, and have a `nextCursor`: the search goes on there.',
  parameters: {
    integrationId: inQuery(Type.String(), 'Of this integration only.'),
    state: inQuery(State, 'In this state only.'),
    ...paging,
  },
  answers: {
    200: { description: 'A page of them.', schema: listOf(CallbackView, 'CallbackStates') },
    ...badRequest,
    ...refusals,
  },
})

export const replayCallback = endpoint({
  id: 'replayCallback',
  surface: 'admin',
  method: 'POST',
  path: '/admin/callbacks/{id}/replay',
  summary: 'Tell one event again, now',
  description: 'It has its 72 hours of attempts anew. A paused endpoint is resumed.',
  parameters: { id: inPath('The callback.') },
  answers: { 200: { description: 'It is due.', schema: Replayed }, ...notFound, ...refusals },
})

export const replayCallbacks = endpoint({
  id: 'replayCallbacks',
  surface: 'admin',
  method: 'POST',
  path: '/admin/integrations/{id}/callbacks/replay',
  summary: 'Tell a range of an endpoint’s events again, now',
  description: 'Each has its 72 hours of attempts anew. A paused endpoint is resumed.',
  parameters: integrationId,
  request: {
    schema: Type.Object(
      {
        endpoint: Which,
        fromSequence: Type.Integer({ minimum: 1 }),
        toSequence: Type.Integer({ minimum: 1, description: 'Included.' }),
        states: Type.Optional(
          nullable(Type.Array(Type.Enum(['delivered', 'dead'] as const), { minItems: 1 }), {
            description: 'Only events in these states; both when absent.',
          }),
        ),
      },
      { additionalProperties: false },
    ),
    examples: {
      dead: { value: { endpoint: 'status', fromSequence: 1, toSequence: 500, states: ['dead'] } },
    },
  },
  answers: {
    200: { description: 'They are due.', schema: Replayed },
    ...badRequest,
    ...notFound,
    ...refusals,
  },
})

export const resumeCallbacks = endpoint({
  id: 'resumeCallbacks',
  surface: 'admin',
  method: 'POST',
  path: '/admin/integrations/{id}/callbacks/resume',
  summary: 'Tell an endpoint everything that waits for it, now',
  description:
    'Ends the pause of an endpoint that has only failed for five days, and does not make others wait for their next attempt. Each event keeps its id and sequence, and has its 72 hours of attempts anew. Changing `callbacks`, `shadowCallbacks` or `signingSecret` of the integration does the same for all its endpoints.',
  parameters: integrationId,
  request: {
    schema: Type.Object({ endpoint: Which }, { additionalProperties: false }),
    examples: { status: { value: { endpoint: 'status' } } },
  },
  answers: {
    200: {
      description: 'They are due.',
      schema: Type.Object(
        { resumed: Type.Boolean({ description: 'Whether the endpoint was paused.' }) },
        { title: 'Resumed' },
      ),
    },
    ...badRequest,
    ...notFound,
    ...refusals,
  },
})

export const listEvents = endpoint({
  id: 'listEvents',
  surface: 'admin',
  method: 'GET',
  path: '/admin/integrations/{id}/events',
  summary: 'What an endpoint is told, from a place in its sequence',
  description: 'For catching up: go on with the `sequence` of the last event that was read.',
  parameters: {
    ...integrationId,
    endpoint: {
      ...inQuery(Which, 'Answers from handsets, or statuses; those of `shadowCallbacks` by themselves.'),
      required: true,
    },
    after: inQuery(Type.Integer({ minimum: 0, default: 0 }), 'Only what has a higher sequence.'),
    limit: inQuery(pageLimit, 'The most events of a page.'),
  },
  answers: {
    200: {
      description: 'In their sequence. `nextCursor` is what to ask `after` for the next page.',
      schema: listOf(EventView, 'Events'),
    },
    ...badRequest,
    ...notFound,
    ...refusals,
  },
})
