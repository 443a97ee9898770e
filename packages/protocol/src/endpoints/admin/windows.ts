import { Type } from 'typebox'
import { timestamp } from '../../members.ts'
import { endpoint } from '../endpoint.ts'
import { notFound, refusals } from './problem.ts'
import { inPath, integrationId, nullable } from './shapes.ts'

const WindowView = Type.Object(
  {
    open: Type.Boolean({
      description: 'Whether messages that are no template may be sent to this person now.',
    }),
    until: nullable(timestamp(), { description: 'When it closes, or did; null: the person never wrote.' }),
  },
  { title: 'Window', description: 'WhatsApp’s 24 hours after a person last wrote.' },
)

export const getWindow = endpoint({
  id: 'getWindow',
  surface: 'admin',
  method: 'GET',
  path: '/admin/integrations/{id}/windows/{msisdn}',
  summary: 'Whether the 24-hour window to one person is open',
  parameters: { ...integrationId, msisdn: inPath('The person’s number in international form, digits only.') },
  answers: { 200: { description: 'It.', schema: WindowView }, ...notFound, ...refusals },
})
