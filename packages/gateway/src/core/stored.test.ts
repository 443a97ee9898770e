import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { StoreUnavailable } from './store.ts'
import { stored } from './stored.ts'

function watched() {
  const seen = { failed: 0, wrote: 0 }
  return { seen, events: { storeFailed: () => void seen.failed++, storeWrote: () => void seen.wrote++ } }
}

describe('what cannot be unsaid', () => {
  test('is written as soon as the store takes it', async () => {
    const { seen, events } = watched()
    const write = async () => {
      if (seen.failed === 0) throw new StoreUnavailable('full')
      return 'written'
    }
    assert.equal(await stored(events, new AbortController().signal, write), 'written')
    assert.deepEqual(seen, { failed: 1, wrote: 1 })
  })

  test('is tried once more when told to stop, and then left', async () => {
    const { seen, events } = watched()
    const stop = new AbortController()
    const write = async () => {
      setImmediate(() => stop.abort())
      throw new StoreUnavailable('full')
    }
    assert.equal(await stored(events, stop.signal, write), undefined)
    assert.deepEqual(seen, { failed: 2, wrote: 0 })
  })

  test('is written once where the stop came before', async () => {
    const { events } = watched()
    assert.equal(await stored(events, AbortSignal.abort(), async () => 'written'), 'written')
  })

  test('fails at once for a reason that will not pass', async () => {
    const { seen, events } = watched()
    const broken = stored(events, new AbortController().signal, () => Promise.reject(new Error('a bug')))
    await assert.rejects(broken, /a bug/)
    assert.deepEqual(seen, { failed: 0, wrote: 0 })
  })
})
