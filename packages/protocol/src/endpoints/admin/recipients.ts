import { Type } from 'typebox'
import { reasonNames, reasons } from '../../reasons.ts'
import { endpoint } from '../endpoint.ts'
import { badRequest, notFound, refusals } from './problem.ts'
import { inPath, integrationId, listOf, nullable, paging } from './shapes.ts'

/** What may be pinned to a recipient: the reasons that refuse one message. */
export const Outcome = Type.Enum(
  reasonNames.filter((name) => reasons[name].level === 'message'),
  { title: 'PinnedOutcome' },
)

const RecipientView = Type.Object(
  {
    number: Type.String({ description: 'The `to` of a message, to the letter.' }),
    outcome: nullable(Outcome, {
      description:
        'What messages to it are refused for; `not_on_channel` also ends those that wait (29, legacy 12). Null lists it only.',
    }),
  },
  { title: 'Recipient' },
)

const one = { ...integrationId, number: inPath('The `to` of a message, to the letter.') }

export const listRecipients = endpoint({
  id: 'listRecipients',
  surface: 'admin',
  method: 'GET',
  path: '/admin/integrations/{id}/recipients',
  summary: 'The listed recipients of an integration',
  parameters: { ...integrationId, ...paging },
  answers: {
    200: { description: 'A page of them, by number.', schema: listOf(RecipientView, 'Recipients') },
    ...badRequest,
    ...notFound,
    ...refusals,
  },
})

export const getRecipient = endpoint({
  id: 'getRecipient',
  surface: 'admin',
  method: 'GET',
  path: '/admin/integrations/{id}/recipients/{number}',
  summary: 'One listed recipient',
  parameters: one,
  answers: { 200: { description: 'It.', schema: RecipientView }, ...notFound, ...refusals },
})

export const putRecipient = endpoint({
  id: 'putRecipient',
  surface: 'admin',
  method: 'PUT',
  path: '/admin/integrations/{id}/recipients/{number}',
  summary: 'List a recipient, and pin an outcome to it',
  parameters: one,
  request: {
    schema: Type.Object({ outcome: Type.Optional(nullable(Outcome)) }, { additionalProperties: false }),
    examples: { pinned: { value: { outcome: 'not_on_channel' } }, listed: { value: { outcome: null } } },
  },
  answers: {
    200: { description: 'As it is now.', schema: RecipientView },
    ...badRequest,
    ...notFound,
    ...refusals,
  },
})

export const deleteRecipient = endpoint({
  id: 'deleteRecipient',
  surface: 'admin',
  method: 'DELETE',
  path: '/admin/integrations/{id}/recipients/{number}',
  summary: 'Take a recipient off the list',
  parameters: one,
  answers: { 204: { description: 'It is off the list.' }, ...notFound, ...refusals },
})
