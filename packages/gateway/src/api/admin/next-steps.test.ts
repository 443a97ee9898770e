import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import type { NextStep } from '@waypost/protocol'
import type { MtLife } from '../../core/looking.ts'
import type { Mt } from '../../core/message.ts'
import type { Callback } from '../../core/store.ts'
import { nextSteps } from './next-steps.ts'

const mt: Mt = {
  id: '01a20323d4cd7000b7e56a01b32c7128',
  integrationId: '1',
  channel: 'whatsapp',
  from: '2799900002',
  to: '27999000001',
  content: { type: 'text', text: { body: 'Hello' } },
  generation: 'one',
  priority: 1,
  acceptedAt: 1000,
  expiresAt: 90_000,
  status: 'accepted',
  statusAt: 1000,
  attempts: 0,
  uncertain: false,
  onUncertain: 'resend',
  uncertainWaitMs: 60_000,
}

const waiting: Callback = {
  id: 'c1',
  lane: 'callback:1:status',
  integrationId: '1',
  endpoint: 'status',
  sequence: 1,
  messageId: mt.id,
  event: { type: 'status', channel: 'whatsapp', status: 'sent', messageId: mt.id, at: 2000 },
  createdAt: 2000,
  state: 'waiting',
  dueAt: 7000,
  attempts: 1,
}

const callbacks = {
  messageUrl: null,
  statusUrl: 'https://acme.example',
  generation: 'one',
  basicAuth: null,
  inlineMedia: false,
  misspeltLatitude: false,
} as const
const integration = { callbacks, shadowCallbacks: null }

interface Case {
  when: string
  life: Partial<Omit<MtLife, 'mt'>> & { mt?: Partial<Mt> }
  next: [NextStep['what'], number | null][]
}

const attempt = { number: 1, beganAt: 1500 }
const sent = { ...attempt, endedAt: 1600, outcome: 'sent' } as const

const cases: Case[] = [
  { when: 'it waits', life: { mt: { dueAt: 4000 } }, next: [['send', 4000]] },
  {
    when: 'the supplier is being asked',
    life: { mt: { attempts: 1 }, attempts: [attempt] },
    next: [['answer', null]],
  },
  {
    when: 'nobody knows whether the supplier has it',
    life: { mt: { attempts: 1, uncertain: true, dueAt: 61_000 }, attempts: [attempt] },
    next: [['resend', 61_000]],
  },
  {
    when: 'nobody knows and it is held',
    life: { mt: { attempts: 1, uncertain: true, onUncertain: 'hold', dueAt: 90_000 }, attempts: [attempt] },
    next: [['expire', 90_000]],
  },
  {
    when: 'the supplier has it',
    life: { mt: { attempts: 1, status: 'sent' }, attempts: [sent] },
    next: [['report', null]],
  },
  {
    when: 'it was read and the business was not told yet',
    life: { mt: { attempts: 1, status: 'read' }, attempts: [sent], callbacks: [waiting] },
    next: [['callback', 7000]],
  },
  {
    when: 'the business was told everything',
    life: {
      mt: { attempts: 1, status: 'read' },
      attempts: [sent],
      callbacks: [
        { ...waiting, state: 'delivered' },
        { ...waiting, state: 'dead' },
      ],
    },
    next: [],
  },
  { when: 'it was refused by a limit', life: { mt: { status: 'volume_limit_daily' } }, next: [] },
]

describe('what happens next', () => {
  for (const { when, life, next } of cases)
    test(`is ${next.map(([what]) => what).join(' and ') || 'nothing'} when ${when}`, () => {
      const whole = { supplierIds: [], attempts: [], callbacks: [], ...life, mt: { ...mt, ...life.mt } }
      assert.deepEqual(
        nextSteps(whole, integration).map(({ what, at }) => [what, at]),
        next,
      )
    })

  test('is a pull where the business has no URL', () => {
    const life = {
      mt: { ...mt, status: 'read' as const },
      supplierIds: [],
      attempts: [],
      callbacks: [waiting],
    }
    assert.deepEqual(nextSteps(life, { ...integration, callbacks: { ...callbacks, statusUrl: null } }), [
      { what: 'pull', at: null, callbackId: 'c1' },
    ])
    assert.deepEqual(nextSteps(life, undefined), [{ what: 'pull', at: null, callbackId: 'c1' }])
  })
})
