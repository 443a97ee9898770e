import { Type } from 'typebox'
import { timestamp } from '../../members.ts'
import { endpoint } from '../endpoint.ts'
import { badRequest, notFound, refusals } from './problem.ts'
import { inPath, integrationId, listOf, paging } from './shapes.ts'

const OptInView = Type.Object(
  { msisdn: Type.String(), at: timestamp() },
  { title: 'OptIn', description: 'Since when this person has agreed to messages of the integration.' },
)

const one = {
  ...integrationId,
  msisdn: inPath('The person’s number in international form, digits only.'),
}

export const listOptIns = endpoint({
  id: 'listOptIns',
  surface: 'admin',
  method: 'GET',
  path: '/admin/integrations/{id}/opt-ins',
  summary: 'Who has agreed to messages of an integration',
  parameters: { ...integrationId, ...paging },
  answers: {
    200: { description: 'A page of them, by number.', schema: listOf(OptInView, 'OptIns') },
    ...badRequest,
    ...notFound,
    ...refusals,
  },
})

export const getOptIn = endpoint({
  id: 'getOptIn',
  surface: 'admin',
  method: 'GET',
  path: '/admin/integrations/{id}/opt-ins/{msisdn}',
  summary: 'Since when one person has opted in',
  parameters: one,
  answers: { 200: { description: 'It.', schema: OptInView }, ...notFound, ...refusals },
})

export const putOptIn = endpoint({
  id: 'putOptIn',
  surface: 'admin',
  method: 'PUT',
  path: '/admin/integrations/{id}/opt-ins/{msisdn}',
  summary: 'Record that a person has opted in',
  description:
    'Counts where `requireOptIn` is set; people who wrote need not be recorded. Recorded twice, the first time counts. There need not be a body.',
  parameters: one,
  request: {
    schema: Type.Object({}, { additionalProperties: false }),
    examples: { 'an empty body': { value: {} } },
  },
  answers: {
    200: { description: 'As it is recorded.', schema: OptInView },
    ...badRequest,
    ...notFound,
    ...refusals,
  },
})

export const deleteOptIn = endpoint({
  id: 'deleteOptIn',
  surface: 'admin',
  method: 'DELETE',
  path: '/admin/integrations/{id}/opt-ins/{msisdn}',
  summary: 'Forget that a person has opted in',
  parameters: one,
  answers: {
    204: { description: 'They count as not having agreed, unless they wrote.' },
    ...notFound,
    ...refusals,
  },
})
