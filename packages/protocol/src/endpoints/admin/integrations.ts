import { Type } from 'typebox'
import { endpoint } from '../endpoint.ts'
import { IntegrationCreated, IntegrationPatch, IntegrationSent, IntegrationView } from './integration.ts'
import { badRequest, conflict, notFound, problem, refusals } from './problem.ts'
import { inQuery, integrationId, listOf, paging } from './shapes.ts'

const settings = {
  name: 'Acme',
  generation: 'one',
  whatsapp: {
    from: '2799900002',
    phoneNumberId: '106540352242922',
    businessAccountId: '102290129340398',
    accessToken: 'EAAJB…',
    appSecret: '1f8e…',
  },
  callbacks: {
    messageUrl: 'https://acme.example/waypost/messages',
    statusUrl: 'https://acme.example/waypost/statuses',
    basicAuth: { username: 'waypost', password: 'secret' },
  },
}

/** Messages belong to their integration and its number: what takes one away from the other ends them. */
const force = {
  force: inQuery(
    Type.Enum(['true', 'false'] as const),
    '`true`: goes ahead although messages wait. They end with status 22, `stopped_by_admin`, and the business is told while there is somewhere to tell it.',
  ),
}
const messagesWait = 'messages wait that could not be sent any more; `detail` says how many. See `force`.'

export const listIntegrations = endpoint({
  id: 'listIntegrations',
  surface: 'admin',
  method: 'GET',
  path: '/admin/integrations',
  summary: 'All integrations, by id',
  parameters: paging,
  answers: {
    200: { description: 'A page of them.', schema: listOf(IntegrationView, 'Integrations') },
    ...badRequest,
    ...refusals,
  },
})

export const createIntegration = endpoint({
  id: 'createIntegration',
  surface: 'admin',
  method: 'POST',
  path: '/admin/integrations',
  summary: 'Create an integration, with its first API key',
  description: 'Waits up to three seconds for the supplier to be told our webhook, and answers anyway.',
  request: {
    schema: IntegrationSent,
    examples: { least: { value: { name: 'Acme' } }, whatsapp: { value: settings } },
  },
  answers: {
    201: { description: 'Created. Key and signing secret are shown this once.', schema: IntegrationCreated },
    ...badRequest,
    ...conflict,
    ...refusals,
  },
})

export const getIntegration = endpoint({
  id: 'getIntegration',
  surface: 'admin',
  method: 'GET',
  path: '/admin/integrations/{id}',
  summary: 'One integration',
  parameters: integrationId,
  answers: { 200: { description: 'It.', schema: IntegrationView }, ...notFound, ...refusals },
})

export const patchIntegration = endpoint({
  id: 'patchIntegration',
  surface: 'admin',
  method: 'PATCH',
  path: '/admin/integrations/{id}',
  summary: 'Change an integration',
  description:
    'A merge patch (RFC 7386): what is absent stays as it is, null goes back to the default. What is switched off, or has no sender for a while, keeps its messages waiting until their time runs out.',
  parameters: { ...integrationId, ...force },
  request: {
    schema: IntegrationPatch,
    examples: {
      suspend: { value: { whatsapp: { suspended: true } } },
      'call back in both generations': {
        value: { shadowCallbacks: { statusUrl: 'https://acme.example/next/statuses', generation: 'one' } },
      },
      'stop status callbacks': { value: { callbacks: { statusUrl: null } } },
    },
  },
  answers: {
    200: { description: 'As it is now.', schema: IntegrationView },
    ...badRequest,
    ...notFound,
    409: problem(
      `The sender’s number belongs to another integration. Or it would change while ${messagesWait}`,
    ),
    ...refusals,
  },
})

export const deleteIntegration = endpoint({
  id: 'deleteIntegration',
  surface: 'admin',
  method: 'DELETE',
  path: '/admin/integrations/{id}',
  summary: 'Delete an integration with its keys and recipients; its messages stay',
  description: 'Its events that were not told yet become dead letters.',
  parameters: { ...integrationId, ...force },
  answers: {
    204: { description: 'It is gone.' },
    ...badRequest,
    ...notFound,
    409: problem(`Its ${messagesWait}`),
    ...refusals,
  },
})
