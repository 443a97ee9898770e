import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Stage } from './scene.ts'

export function clockSuite(stage: Stage): void {
  test('the clock is not turned until it was; the last turn counts', async () => {
    const { store } = stage
    assert.equal(await store.clockOffset(), 0)
    await store.putClockOffset(86_400_000)
    await store.putClockOffset(-1)
    assert.equal(await store.clockOffset(), -1)
  })

  test('the time that all nodes have in common is real time, however the business clock is turned', async () => {
    const { store } = stage
    const before = Date.now()
    const time = await store.time()
    // In the database of a test, on this machine; without one the machine's is all there is.
    if (time !== undefined)
      assert.ok(time >= before - 1 && time <= Date.now() + 1, `${time} is not ${before}`)
  })
}
