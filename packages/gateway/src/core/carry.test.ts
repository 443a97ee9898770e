import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { StatusName } from '@waypost/protocol'
import { carry } from './carry.ts'
import { KeysUnavailable } from './keys.ts'
import type { Mt, Outcome } from './message.ts'
import { StoreUnavailable } from './store.ts'

const mt: Mt = {
  id: '0198a1b2c3d4700080000000000000a1',
  integrationId: 'integration',
  channel: 'whatsapp',
  from: '2799900101',
  to: '27999123456',
  content: { type: 'text', text: { body: 'Hello' } },
  generation: 'one',
  priority: 1,
  acceptedAt: 0,
  expiresAt: 86_400_000,
  status: 'accepted',
  statusAt: 0,
  attempts: 1,
  uncertain: false,
  onUncertain: 'hold',
  uncertainWaitMs: 60_000,
}

const troubles: { what: string; error: Error; status: StatusName; logged: string[] }[] = [
  {
    what: 'the store is out of reach',
    error: new StoreUnavailable('full'),
    status: 'failed_before_supplier',
    logged: ['storeFailed'],
  },
  {
    what: 'a key cannot be had',
    error: new KeysUnavailable('throttled'),
    status: 'encryption_access_denied',
    logged: [],
  },
  {
    what: 'there is a bug',
    error: new TypeError('x is not a function'),
    status: 'failed_before_supplier',
    logged: ['bug'],
  },
]
for (const { what, error, status, logged } of troubles)
  test(`a message waits that is not handed over because ${what}: it certainly was not sent`, async () => {
    const { carried, carrier, told, sent } = scene(async () => Promise.reject(error))
    assert.deepEqual(await carried(), { type: 'deferred', retry: 'transient', status, unasked: true })
    assert.deepEqual(told, logged)
    assert.equal(sent.length, 0)
    assert.equal(carrier.preparing, 0)
  })

test('what throws when a message is sent is for whoever carries it: it may be on its way', async () => {
  const { carried, carrier } = scene(undefined, new TypeError('x is not a function'))
  await assert.rejects(carried(), TypeError)
  assert.equal(carrier.preparing, 0)
})

function scene(prepare?: () => Promise<undefined>, failure?: Error) {
  const told: string[] = []
  const sent: Mt[] = []
  const carrier = {
    preparing: 0,
    supplier: {
      carries: new Set(['text'] as const),
      messagesPerSecond: 80,
      pairLimit: false,
      ...(prepare && { prepare }),
      async send(mt: Mt): Promise<Outcome> {
        if (failure) throw failure
        sent.push(mt)
        return { type: 'sent', supplierIds: ['wamid.1'] }
      },
    },
  }
  const app = {
    keys: { unwrap: () => assert.fail('it is clear') },
    directory: { integration: () => undefined, template: () => undefined },
    events: { bug: () => void told.push('bug'), storeFailed: () => void told.push('storeFailed') },
  }
  const stopping = new AbortController().signal
  return { told, sent, carrier, carried: () => carry(app, mt, { carrier, isLate: false, stopping }) }
}
