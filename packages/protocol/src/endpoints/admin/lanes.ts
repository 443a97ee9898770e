import { Type } from 'typebox'
import { timestamp } from '../../members.ts'
import { endpoint } from '../endpoint.ts'
import { refusals } from './problem.ts'
import { listOf, nullable } from './shapes.ts'

const LaneView = Type.Object(
  {
    lane: Type.String({ description: '`whatsapp:2799900002`, or `callback:<integration>:<endpoint>`.' }),
    kind: Type.Enum(['mt', 'callback', 'fetch'] as const),
    waiting: Type.Integer(),
    oldestDueAt: nullable(timestamp()),
    node: nullable(Type.String(), { description: 'Who serves it.' }),
    leasedUntil: nullable(timestamp()),
    failingSince: nullable(timestamp(), {
      description: 'Of an endpoint: its first failure since it last took an event.',
    }),
    pausedAt: nullable(timestamp(), {
      description: 'Of an endpoint that has only failed for five days: its events wait until it is resumed.',
    }),
  },
  { title: 'Lane' },
)

export const listLanes = endpoint({
  id: 'listLanes',
  surface: 'admin',
  method: 'GET',
  path: '/admin/lanes',
  summary: 'What waits, where, since when, and who serves it',
  answers: { 200: { description: 'Every lane.', schema: listOf(LaneView, 'Lanes') }, ...refusals },
})
