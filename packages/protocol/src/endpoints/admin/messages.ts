import { type Static, Type } from 'typebox'
import { timestamp } from '../../members.ts'
import { statusNames } from '../../statuses.ts'
import { endpoint } from '../endpoint.ts'
import { CallbackView } from './callbacks.ts'
import { badRequest, notFound, problem, refusals } from './problem.ts'
import { generations, inPath, inQuery, listOf, nullable, paging } from './shapes.ts'

const status = {
  status: Type.Enum(statusNames),
  statusCode: Type.Object(
    { one: Type.Integer(), legacy: Type.Integer() },
    { description: 'The same in both generations’ numbers.' },
  ),
}

const message = {
  id: Type.String(),
  integrationId: Type.String(),
  generation: Type.Enum(generations, { description: 'Whose endpoint accepted it.' }),
  channel: Type.Enum(['whatsapp', 'sms'] as const),
  from: Type.String(),
  to: Type.String(),
  clientMessageId: nullable(Type.String()),
  content: Type.Unknown({ description: 'Null: it was sealed, and the key is gone.' }),
  priority: Type.Integer({ description: '0 goes first.' }),
  acceptedAt: timestamp(),
  expiresAt: timestamp('When trying ends.'),
  dueAt: nullable(timestamp(), { description: 'When it may be sent; null when nothing waits.' }),
  ...status,
  statusAt: timestamp(),
  attemptCount: Type.Integer({ description: 'Sends begun so far.' }),
  uncertain: Type.Boolean({
    description: 'The last attempt may have reached the supplier, and nobody knows.',
  }),
  charge: nullable(
    Type.Object({
      price: Type.Number({ description: 'In the integration’s currency.' }),
      state: Type.Enum(['reserved', 'charged', 'released'] as const),
    }),
    { description: 'What it costs, and what became of that; null: nothing is charged for it.' },
  ),
}

export const MessageView = Type.Object(message, { title: 'Message' })
export type MessageView = Static<typeof MessageView>

const Attempt = Type.Object({
  number: Type.Integer(),
  beganAt: timestamp(),
  endedAt: nullable(timestamp()),
  outcome: nullable(Type.Enum(['sent', 'failed', 'deferred', 'unknown'] as const), {
    description: 'Null: it is under way, or was when its node died.',
  }),
  detail: nullable(Type.String({ description: 'The supplier’s code, or why nobody knows.' })),
})

export const NextStep = Type.Object(
  {
    what: Type.Enum(['answer', 'send', 'resend', 'expire', 'report', 'callback', 'pull'] as const, {
      description:
        'The supplier answers · it is sent · it is sent again unless a report comes first · its time runs out unless a report comes first · the supplier reports · a callback is tried · the business pulls an event.',
    }),
    at: nullable(timestamp(), { description: 'When; null where that is not ours to say.' }),
    callbackId: nullable(Type.String()),
  },
  { title: 'NextStep' },
)
export type NextStep = Static<typeof NextStep>

export const MessageLife = Type.Object(
  {
    ...message,
    supplierIds: Type.Array(Type.String(), { description: 'The supplier’s ids of it.' }),
    attempts: Type.Array(Attempt),
    statuses: Type.Array(Type.Object({ ...status, at: timestamp() }), {
      description: 'What the business was told of it, or is to be, oldest first.',
    }),
    callbacks: Type.Array(CallbackView),
    next: Type.Array(NextStep, { description: 'What happens next, and when; empty at the end of its road.' }),
  },
  { title: 'MessageLife' },
)
export type MessageLife = Static<typeof MessageLife>

export const searchMessages = endpoint({
  id: 'searchMessages',
  surface: 'admin',
  method: 'GET',
  path: '/admin/messages',
  summary: 'Search messages, newest first',
  description: 'A page may be short, even empty, and have a `nextCursor`: the search goes on there.',
  parameters: {
    integrationId: inQuery(Type.String(), 'Of this integration only.'),
    to: inQuery(Type.String(), 'To this recipient, as it was sent.'),
    status: inQuery(
      Type.String(),
      'In these statuses only, separated by commas: names of `docs/statuses.md`, or of the One API.',
    ),
    clientMessageId: inQuery(Type.String(), 'With this id of the business.'),
    ...paging,
  },
  answers: {
    200: { description: 'A page of them.', schema: listOf(MessageView, 'Messages') },
    ...badRequest,
    ...refusals,
  },
})

export const getMessage = endpoint({
  id: 'getMessage',
  surface: 'admin',
  method: 'GET',
  path: '/admin/messages/{id}',
  summary: 'One message and its whole life',
  parameters: { id: inPath('The message, by the id that the send was answered with.') },
  answers: { 200: { description: 'All that is known.', schema: MessageLife }, ...notFound, ...refusals },
})

export const stopMessage = endpoint({
  id: 'stopMessage',
  surface: 'admin',
  method: 'POST',
  path: '/admin/messages/{id}/stop',
  summary: 'Stop a message that waits',
  description:
    'It ends in 22, legacy 11; in 23 if an earlier attempt may have reached the supplier. What is on its way to the supplier cannot be called back.',
  parameters: { id: inPath('Its id.') },
  answers: {
    200: { description: 'Its life.', schema: MessageLife },
    409: problem('Nothing of it waits.'),
    ...notFound,
    ...refusals,
  },
})
