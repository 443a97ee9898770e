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
}
