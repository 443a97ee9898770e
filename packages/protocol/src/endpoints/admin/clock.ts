import { type Static, Type } from 'typebox'
import { endpoint } from '../endpoint.ts'
import { badRequest, notFound, refusals } from './problem.ts'

/** A century: enough for any test, and far from where times stop being safe integers. */
const most = 100 * 365 * 86_400_000

export const ClockSetting = Type.Object(
  {
    offsetMs: Type.Integer({
      minimum: -most,
      maximum: most,
      description: 'How far the business clock is ahead of real time, in milliseconds.',
    }),
  },
  { additionalProperties: false, title: 'Clock' },
)
export type ClockSetting = Static<typeof ClockSetting>

export const getClock = endpoint({
  id: 'getClock',
  surface: 'admin',
  method: 'GET',
  path: '/admin/clock',
  summary: 'How far the business clock is turned',
  description: 'There is one to turn only with `WAYPOST_TEST_CLOCK`; 404 otherwise.',
  answers: { 200: { description: 'The clock.', schema: ClockSetting }, ...notFound, ...refusals },
})

export const putClock = endpoint({
  id: 'putClock',
  surface: 'admin',
  method: 'PUT',
  path: '/admin/clock',
  summary: 'Turn the business clock',
  description:
    'Due times, validity, windows, timestamps and the schedule of callbacks go by it; leases, sockets and signatures go by real time. It survives a restart. What becomes due is done at once.',
  request: { schema: ClockSetting, examples: { 'a day ahead': { value: { offsetMs: 86_400_000 } } } },
  answers: {
    200: { description: 'As it is now.', schema: ClockSetting },
    ...badRequest,
    ...notFound,
    ...refusals,
  },
})
