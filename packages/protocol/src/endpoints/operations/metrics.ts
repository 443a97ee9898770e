import { Type } from 'typebox'
import { endpoint } from '../endpoint.ts'

export const metrics = endpoint({
  id: 'metrics',
  surface: 'operations',
  method: 'GET',
  path: '/metrics',
  summary: 'Counters for Prometheus',
  answers: {
    200: { description: 'In Prometheus’ text format.', schema: Type.String(), contentType: 'text/plain' },
  },
})
