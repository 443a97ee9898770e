import { Type } from 'typebox'
import { endpoint } from '../endpoint.ts'

export const live = endpoint({
  id: 'live',
  surface: 'operations',
  method: 'GET',
  path: '/health/live',
  summary: 'Whether the process runs',
  description: 'HEAD answers the same, without the body.',
  answers: {
    200: {
      description: 'It does.',
      schema: Type.Object({ status: Type.Literal('live') }, { title: 'Live' }),
      examples: { live: { value: { status: 'live' } } },
    },
  },
})

export const ready = endpoint({
  id: 'ready',
  surface: 'operations',
  method: 'GET',
  path: '/health/ready',
  summary: 'Whether a message and a file can be stored now',
  description: 'HEAD answers the same, without the body. An answer stands for a second.',
  answers: {
    200: {
      description: 'Both can.',
      schema: Type.Object({ status: Type.Literal('ready') }, { title: 'Ready' }),
      examples: { ready: { value: { status: 'ready' } } },
    },
    503: {
      description: 'One of them cannot.',
      schema: Type.Object(
        { status: Type.Literal('not ready'), why: Type.Enum(['store', 'media'] as const) },
        { title: 'NotReady' },
      ),
      examples: { 'not ready': { value: { status: 'not ready', why: 'store' } } },
    },
  },
})
