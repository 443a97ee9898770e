import { Type } from 'typebox'
import { timestamp } from '../../members.ts'
import { endpoint } from '../endpoint.ts'
import { badRequest, notFound, refusals } from './problem.ts'
import { generations, inPath, integrationId, listOf, nullable } from './shapes.ts'

const key = { id: Type.String(), generation: Type.Enum(generations), createdAt: timestamp() }

const KeyView = Type.Object(key, { title: 'Key' })
const KeyCreated = Type.Object(
  { ...key, apiKey: Type.String({ description: 'Shown this once.' }) },
  { title: 'KeyCreated' },
)

export const createKey = endpoint({
  id: 'createKey',
  surface: 'admin',
  method: 'POST',
  path: '/admin/integrations/{id}/keys',
  summary: 'Issue another API key',
  description: 'Any key works on both send paths.',
  parameters: integrationId,
  request: {
    schema: Type.Object(
      {
        generation: Type.Optional(
          nullable(Type.Enum(generations), {
            description: 'Which contract it is issued for; the integration’s own when absent.',
          }),
        ),
      },
      { additionalProperties: false },
    ),
  },
  answers: {
    201: { description: 'Issued.', schema: KeyCreated },
    ...badRequest,
    ...notFound,
    ...refusals,
  },
})

export const listKeys = endpoint({
  id: 'listKeys',
  surface: 'admin',
  method: 'GET',
  path: '/admin/integrations/{id}/keys',
  summary: 'The API keys of an integration, without the secrets',
  parameters: integrationId,
  answers: {
    200: { description: 'All of them.', schema: listOf(KeyView, 'Keys') },
    ...notFound,
    ...refusals,
  },
})

export const deleteKey = endpoint({
  id: 'deleteKey',
  surface: 'admin',
  method: 'DELETE',
  path: '/admin/integrations/{id}/keys/{keyId}',
  summary: 'Revoke an API key',
  parameters: { ...integrationId, keyId: inPath('The key.') },
  answers: { 204: { description: 'It is revoked.' }, ...notFound, ...refusals },
})
