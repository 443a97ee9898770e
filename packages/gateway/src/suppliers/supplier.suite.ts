import assert from 'node:assert/strict'
import { describe, type TestContext, test } from 'node:test'
import { bodyOf, type Content, messageTypes } from '@waypost/protocol'
import type { Mt } from '../core/message.ts'
import type { Supplier } from '../core/supplier.ts'

/** The other end of a supplier's wire. */
export interface FarSide {
  /** How it meets every message from now on. */
  behave(as: Behaviour): Promise<void>
  /** The messages that reached it, as text. */
  received(): string[]
}

export type Behaviour =
  | 'takes messages'
  | 'never answers'
  | 'resets after reading the message'
  | 'breaks off in the answer'
  | 'answers garbage'
  | 'refuses connections'

export type OpenSupplier = (t: TestContext) => Promise<{ supplier: Supplier; farSide: FarSide }>

/** Holds a supplier to the rules of its contract, on the wire. `open` gives each test a supplier and its far side. */
export function supplierSuite(open: OpenSupplier): void {
  describe('keeps the rules of a supplier:', () => {
    for (const content of examples) {
      test(`what it carries is sent, with our id (3): ${content.type} ${JSON.stringify(bodyOf(content))}`, async (t) => {
        const { supplier, farSide } = await open(t)
        if (!supplier.carries.has(content.type)) return t.skip(`does not carry ${content.type}`)
        await farSide.behave('takes messages')
        const outcome = await supplier.send(mtOf(content), AbortSignal.timeout(5000))
        assert.equal(outcome.type, 'sent')
        assert.ok(outcome.type === 'sent' && outcome.supplierIds.length > 0)
        assert.equal(farSide.received().length, 1)
        assert.match(farSide.received()[0] ?? '', new RegExp(mtId))
      })
    }

    const faults: { as: Behaviour; type: 'unknown' | 'deferred'; received: number }[] = [
      { as: 'never answers', type: 'unknown', received: 1 },
      { as: 'resets after reading the message', type: 'unknown', received: 1 },
      { as: 'breaks off in the answer', type: 'unknown', received: 1 },
      { as: 'answers garbage', type: 'unknown', received: 1 },
      { as: 'refuses connections', type: 'deferred', received: 0 },
    ]
    for (const { as, type, received } of faults) {
      test(`${type}, and not tried again, when the far side ${as} (2, 5)`, async (t) => {
        const { supplier, farSide } = await open(t)
        await farSide.behave(as)
        const outcome = await supplier.send(mtOf(text), AbortSignal.timeout(500))
        assert.equal(outcome.type, type)
        assert.equal(farSide.received().length, received)
      })
    }

    test('settles with the signal when the far side never answers (1)', async (t) => {
      const { supplier, farSide } = await open(t)
      await farSide.behave('never answers')
      const began = performance.now()
      await supplier.send(mtOf(text), AbortSignal.timeout(100))
      assert.ok(performance.now() - began < 1000)
    })

    test('writes nothing once the signal is given (1, 2)', async (t) => {
      const { supplier, farSide } = await open(t)
      await farSide.behave('takes messages')
      const outcome = await supplier.send(mtOf(text), AbortSignal.abort())
      assert.equal(outcome.type, 'deferred')
      assert.deepEqual(farSide.received(), [])
    })

    test('carries on after a fault', async (t) => {
      const { supplier, farSide } = await open(t)
      await farSide.behave('resets after reading the message')
      await supplier.send(mtOf(text), AbortSignal.timeout(5000))
      await farSide.behave('takes messages')
      const outcome = await supplier.send(mtOf(text), AbortSignal.timeout(5000))
      assert.equal(outcome.type, 'sent')
    })
  })
}

const text: Content = { type: 'text', text: { body: 'Hello' } }

/** Of every message type there is: a new one is held to the rules without an edit here. */
const examples = Object.values(messageTypes).flatMap(({ name, examples }) =>
  // A type's examples are bodies of that type, which is what makes them contents.
  examples.map((body) => ({ type: name, [name]: body }) as Content),
)

const mtId = '0198a1b2c3d4700080000000000000a1'

/** A message as core hands it to a supplier. */
export function mtOf(content: Content): Mt {
  return {
    id: mtId,
    integrationId: 'integration',
    channel: 'whatsapp',
    from: '2799900101',
    to: '27999123456',
    content,
    generation: 'one',
    priority: 1,
    acceptedAt: 0,
    expiresAt: 86_400_000,
    status: 'queued',
    statusAt: 0,
    attempts: 1,
    uncertain: false,
    onUncertain: 'resend',
    uncertainWaitMs: 60_000,
  }
}
