import assert from 'node:assert/strict'
import { test } from 'node:test'
import { serveLanes } from './lane.ts'
import type { Lease } from './store.ts'

test('an idle lane is given back, but not while its work is busy in it', async () => {
  const released = Promise.withResolvers<string[]>()
  let busy = true
  let renewals = 0
  const lanes = serveLanes(
    {
      store: {
        dueLanes: async () => [],
        async lease(lanes) {
          // So often idle for too long, and busy.
          if (++renewals === 5) busy = false
          return lanes.map((lane): Lease => ({ lane, fence: 1 }))
        },
        async release(leases) {
          if (leases.length > 0) released.resolve(leases.map(({ lane }) => lane))
        },
      },
      events: { laneLost() {}, laneFailed() {}, storeFailed() {}, storeWrote() {} },
      node: 'node',
      now: Date.now,
    },
    {
      kind: 'mt',
      servable: () => true,
      serve: async () => {},
      isBusy: () => busy,
      drained: async () => {},
    },
    { leaseMs: 0, pollMs: 1, idleMs: 0 },
  )
  lanes.wake(['whatsapp:27999'])
  assert.deepEqual(await released.promise, ['whatsapp:27999'])
  assert.equal(renewals, 5)
  await lanes.stop()
})
