import assert from 'node:assert/strict'
import type { TestContext } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { crowd } from './crowd.ts'
import { eventually } from './eventually.ts'
import { type Installation, ids, keys, numbers } from './installation.ts'
import { agree, compare, figuresOf, settled } from './ledgers.ts'

const business = {
  key: keys.one,
  number: numbers.one,
  // More than a few, since whom much is sent to gets it slowly.
  phones: Array.from({ length: 40 }, (_, i) => `2799900${1000 + i}`),
}

/** A business that sends and people who write, slowly, through whatever happens. */
export async function underLoad(t: TestContext, { url, sandbox, received, admin: asking }: Installation) {
  const admin = async (path: string, method: 'GET' | 'POST' = 'GET') => {
    const { httpStatus, text, json } = await asking(method, path)
    assert.equal(httpStatus, 200, text)
    return json
  }
  await admin(`/admin/integrations/${ids.one}/templates/sync`, 'POST')
  const { calls } = received.one
  const people = { count: 4, pauseMs: 400 }
  const load = crowd({ url, sandboxUrl: sandbox.url, business, clients: 2, pauseMs: 300, people })
  t.after(() => load.abandon())
  return {
    isUnderWay: () => eventually(async () => calls.length > 10, 'the business is told', 30_000),
    /** What was refused was asked for again, under the same key, until it was taken. */
    async nothingIsLost() {
      await load.finish()
      const { accepted, said } = load
      const ledgers = { ...business, accepted, said, calls }
      const world = { sandboxUrl: sandbox.url, admin }
      await settled(world, [ledgers])
      const findings = await compare(world, ledgers)
      t.diagnostic(figuresOf([{ ledgers, findings }]))
      await agree(ledgers, findings)
    },
  }
}

/** The HTTP status of a send. While nobody knows what became of its commit there is none. */
export const statusOfSend = async ({ send }: Installation) => {
  const heard = send('one', [{ to: '27999000001', content: 'Hello' }])
  return (await Promise.race([heard, sleep(2000, undefined, { ref: false })]))?.httpStatus
}

export const takesAgain = (installation: Installation) =>
  eventually(async () => (await statusOfSend(installation)) === 202, 'it takes messages again', 20_000)
