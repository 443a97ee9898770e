import { Type } from 'typebox'
import { timestamp } from '../../members.ts'
import { endpoint } from '../endpoint.ts'
import { badRequest, notFound, refusals } from './problem.ts'
import { inPath, integrationId, listOf, paging } from './shapes.ts'

const OptOutView = Type.Object(
  { msisdn: Type.String(), at: timestamp() },
  { title: 'OptOut', description: 'Since when this person does not want messages of the integration.' },
)

const one = {
  ...integrationId,
  msisdn: inPath('The person’s number in international form, digits only.'),
}

export const listOptOuts = endpoint({
  id: 'listOptOuts',
  surface: 'admin',
  method: 'GET',
  path: '/admin/integrations/{id}/opt-outs',
  summary: 'Who does not want messages of an integration',
  parameters: { ...integrationId, ...paging },
  answers: {
    200: { description: 'A page of them, by number.', schema: listOf(OptOutView, 'OptOuts') },
    ...badRequest,
    ...notFound,
    ...refusals,
  },
})

export const getOptOut = endpoint({
  id: 'getOptOut',
  surface: 'admin',
  method: 'GET',
  path: '/admin/integrations/{id}/opt-outs/{msisdn}',
  summary: 'Since when one person has opted out',
  parameters: one,
  answers: { 200: { description: 'It.', schema: OptOutView }, ...notFound, ...refusals },
})

export const putOptOut = endpoint({
  id: 'putOptOut',
  surface: 'admin',
  method: 'PUT',
  path: '/admin/integrations/{id}/opt-outs/{msisdn}',
  summary: 'Record that a person has opted out',
  description:
    'From now on messages to them are refused with 26. Recorded twice, the first time counts. There need not be a body.',
  parameters: one,
  request: {
    schema: Type.Object({}, { additionalProperties: false }),
    examples: { 'an empty body': { value: {} } },
  },
  answers: {
    200: { description: 'As it is recorded.', schema: OptOutView },
    ...badRequest,
    ...notFound,
    ...refusals,
  },
})

export const deleteOptOut = endpoint({
  id: 'deleteOptOut',
  surface: 'admin',
  method: 'DELETE',
  path: '/admin/integrations/{id}/opt-outs/{msisdn}',
  summary: 'Forget that a person has opted out',
  parameters: one,
  answers: { 204: { description: 'They are written to again.' }, ...notFound, ...refusals },
})
