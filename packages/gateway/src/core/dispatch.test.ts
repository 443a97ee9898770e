import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { oneStatus } from '@waypost/protocol'
import { lane } from './dispatch.fake.ts'
import type { Mt } from './message.ts'

describe('a lane', () => {
  test('without a sender is served for what expires in it', async (t) => {
    const { store, settings, accept, clock, told, find, served } = await lane(t)
    settings.integration = { ...settings.integration, whatsapp: null }
    const [due, later, stays] = await accept(soon(clock), { ...soon(clock), dueAt: clock.at + 999 }, {})
    assert.ok(due && later && stays)
    clock.at += 1000
    await served.until(async () => (await told(due)).length + (await told(later)).length === 2)
    assert.deepEqual([...(await told(due)), ...(await told(later))], ['expired', 'expired'])
    assert.equal((await find(stays)).dueAt, stays.dueAt)
    assert.equal((await store.life(stays.id))?.attempts.length, 0)
  })

  test('sends nothing to a person of whom it is known by then that they are not on the channel', async (t) => {
    const { settings, accept, sends, told, served } = await lane(t)
    settings.notOnChannel = '27821234568'
    const [known, other] = await accept({ to: settings.notOnChannel }, {})
    assert.ok(known && other)
    await served.until(async () => sends.length > 0)
    assert.deepEqual(await told(known), ['not_on_channel_known'])
    assert.deepEqual(
      sends.map(({ id }) => id),
      [other.id],
    )
  })

  test('keeps its rate where the ledger takes long to note what leaves', async (t) => {
    const { accept, sends, sentAt, noteSlowly, served } = await lane(t)
    noteSlowly(800)
    await accept(...Array.from({ length: 160 }, (_, i) => ({ to: String(27821000000 + i) })))
    await served.until(async () => sends.length === 160)
    // 80 a second. What leaves at the same moment is sent a little later, on a busy machine.
    for (const [i, at] of sentAt.slice(80).entries()) assert.ok(at - (sentAt[i] ?? 0) >= 700)
  })

  test('keeps its rate where its settings change', async (t) => {
    const { settings, accept, sends, sentAt, served } = await lane(t)
    await accept(...Array.from({ length: 160 }, (_, i) => ({ to: String(27821000000 + i) })))
    const changed = { ...settings.integration, name: 'Another' }
    await served.until(async () => {
      if (sends.length >= 80) settings.integration = changed
      return sends.length === 160
    })
    for (const [i, at] of sentAt.slice(80).entries()) assert.ok(at - (sentAt[i] ?? 0) >= 700)
  })

  test('does not send what was noted so late that others may serve it, and tries again', async (t) => {
    const { store, accept, clock, sends, noteSlowly, served } = await lane(t, { freshMs: 200 })
    noteSlowly(300)
    const [late] = await accept({})
    assert.ok(late)
    const attempts = async () => (await store.life(late.id))?.attempts ?? []
    await served.until(async () => (await attempts()).some(({ outcome }) => outcome === 'deferred'))
    assert.equal(sends.length, 0)
    clock.at += 60_000
    await served.until(async () => sends.length === 1)
  })

  test('that is held is looked through for what expires', async (t) => {
    const { accept, answerWith, clock, due, sends, told, served } = await lane(t)
    answerWith(async () => ({ type: 'deferred', retry: 'hold-credential', status: 'refused_by_supplier' }))
    const [first] = await accept({})
    assert.ok(first)
    await served.until(async () => sends.length === 1)
    const [second] = await accept(soon(clock))
    assert.ok(second)
    clock.at += 1000
    await served.until(async () => (await told(second)).length === 1)
    assert.deepEqual(await told(second), ['expired'])
    assert.deepEqual(await due(), [first.id], 'what the lane holds back goes when the lane does')
    assert.equal(sends.length, 1)
  })

  test('does not send again what may have been taken and is to be held: it ends undelivered with its time', async (t) => {
    const { accept, answerWith, clock, sends, told, find, served } = await lane(t)
    answerWith(async () => ({ type: 'unknown', cause: 'timeout' }))
    const [held] = await accept({ ...soon(clock), onUncertain: 'hold', uncertainWaitMs: 0 })
    assert.ok(held)
    await served.until(async () => (await find(held)).uncertain)
    assert.deepEqual(await told(held), [])
    clock.at += 1000
    await served.until(async () => (await told(held)).length > 0)
    assert.deepEqual(await told(held), ['delivery_failed'])
    assert.equal(oneStatus('delivery_failed').code, 23)
    assert.equal(sends.length, 1)
  })

  test('that was held tries one message at a time until one succeeds', async (t) => {
    const { accept, answerWith, sends, served } = await lane(t)
    let underWay = 0
    const together: number[] = []
    answerWith(async () => {
      together.push(++underWay)
      await new Promise((resolve) => setTimeout(resolve, 5))
      underWay--
      return sends.length < 22
        ? { type: 'deferred', retry: 'throughput', status: 'server_rate_limit' }
        : { type: 'sent', supplierIds: [`wamid.${sends.length}`] }
    })
    await accept(...Array.from({ length: 20 }, () => ({})))
    await served.until(async () => sends.length >= 41)
    assert.deepEqual(new Set(together.slice(20, 22)), new Set([1]))
    assert.ok(together.slice(22).some((count) => count > 1))
  })

  test('that is held by a report asks one message at a time what will be reported of it', async (t) => {
    const { accept, answerWith, sends, served, warn } = await lane(t)
    const times: number[] = []
    answerWith(async () => {
      times.push(performance.now())
      return { type: 'sent', supplierIds: [`wamid.${sends.length}`] }
    })
    await accept(...Array.from({ length: 5 }, () => ({})))
    const began = performance.now()
    warn({ retry: 'throughput' })
    await served.until(async () => sends.length === 5)
    const [first = 0, second = 0] = times
    assert.ok(first - began >= 999, 'the hold')
    assert.ok(second - first >= 999, 'and the same again for the report on the first')
  })

  test('of which a pair is reported keeps the others going', async (t) => {
    const { accept, sends, served, warn } = await lane(t)
    warn({ retry: 'pair', to: '27821111111', attempts: 5 })
    await accept({ to: '27821111111' }, { to: '27822222222' })
    await served.until(async () => sends.length > 0)
    assert.deepEqual(
      sends.map(({ to }) => to),
      ['27822222222'],
    )
  })

  test('is busy while something is handed over to its supplier, which a stop breaks off', async (t) => {
    const { accept, busy, find, prepareWith, sends, served } = await lane(t)
    const handingOver = Promise.withResolvers<void>()
    prepareWith(async (_mt, signal) => {
      handingOver.resolve()
      await new Promise((resolve) => signal.addEventListener('abort', resolve))
      return { type: 'deferred', retry: 'transient', status: 'media_upload_expired' }
    })
    const [mt] = await accept({})
    assert.ok(mt)
    assert.equal(busy(), false)
    await served.until(async () => {
      await handingOver.promise
      assert.equal(busy(), true)
      return true
    })
    assert.equal(busy(), false)
    assert.equal(sends.length, 0)
    assert.partialDeepStrictEqual(await find(mt), { attempts: 1, uncertain: false, status: 'queued' })
  })

  test('gives its supplier clear what its client sealed, and keeps it sealed', async (t) => {
    const { accept, find, prepareWith, sealed, sends, served } = await lane(t)
    const prepared: Mt[] = []
    prepareWith(async (mt) => void prepared.push(mt))
    const [mt] = await accept(await sealed('Hello'))
    assert.ok(mt)
    await served.until(async () => (await find(mt)).status === 'sent')
    const { encryptionKey: _, ...clear } = { ...mt, content: { type: 'text', text: { body: 'Hello' } } }
    for (const given of [prepared, sends])
      assert.deepEqual(given, [{ ...clear, attempts: 1, status: 'accepted' }])
    assert.deepEqual((await find(mt)).content, mt.content)
  })

  test('is not held when keys cannot be had: what is clear goes, and what was sealed ends in 60 with its time', async (t) => {
    const { accept, clock, find, holds, keys, sealed, sends, served, told } = await lane(t)
    const sealedOnes = await Promise.all(Array.from({ length: 12 }, () => sealed('Hello')))
    keys.breakOff()
    const waiting = await accept(...sealedOnes.map((one, i) => ({ ...one, to: `278222222${10 + i}` })))
    await served.until(async () => {
      const all = await Promise.all(waiting.map(find))
      return all.every(({ status, attempts }) => status === 'queued' && attempts > 0)
    })
    const [clear] = await accept({})
    assert.ok(clear)
    await served.until(async () => (await told(clear)).includes('sent'))
    assert.deepEqual(
      sends.map(({ id }) => id),
      [clear.id],
    )
    assert.deepEqual(holds, [])
    clock.at += 25 * 60 * 60_000
    const [first] = waiting
    assert.ok(first)
    await served.until(async () => (await told(first)).includes('encryption_access_denied'))
  })

  test('that was held learns nothing of its supplier from a message that cannot be opened', async (t) => {
    const { accept, answerWith, find, sealed, sends, served } = await lane(t)
    let underWay = 0
    const together: number[] = []
    answerWith(async () => {
      together.push(++underWay)
      await new Promise((resolve) => setTimeout(resolve, 5))
      underWay--
      return sends.length === 1
        ? { type: 'deferred', retry: 'throughput', status: 'server_rate_limit' }
        : { type: 'sent', supplierIds: [`wamid.${sends.length}`] }
    })
    await accept({})
    await served.until(async () => sends.length === 1)
    const [bad] = await accept({ ...(await sealed('Hello')), encryptionKey: 'AQID', priority: 0 })
    await accept(...Array.from({ length: 5 }, (_, person) => ({ to: `278222222${person}` })))
    assert.ok(bad)
    await served.until(async () => sends.length === 7)
    assert.equal((await find(bad)).status, 'encryption_access_denied')
    assert.deepEqual(together.slice(0, 3), [1, 1, 1])
  })

  test('goes on while as much as it may send at once is being handed over', async (t) => {
    const { accept, prepareWith, sends, served } = await lane(t)
    const isBig = ({ to }: Mt) => to !== '27821111111'
    prepareWith(async (mt, signal) => {
      if (!isBig(mt)) return undefined
      await new Promise((resolve) => signal.addEventListener('abort', resolve))
      return { type: 'deferred', retry: 'transient', status: 'media_upload_expired' }
    })
    await accept(...Array.from({ length: 80 }, (_, person) => ({ to: `278222222${person}` })))
    await accept({ to: '27821111111' })
    await served.until(async () => sends.length === 1)
    assert.equal(sends[0]?.to, '27821111111')
  })

  test('is not held for what was reported to another than its owner', async (t) => {
    const { accept, sends, served, warn } = await lane(t)
    warn({ retry: 'hold-account', integrationId: 'the one before' })
    await accept({})
    await served.until(async () => sends.length === 1)
  })

  test('that somebody else owns now keeps the messages of before to itself', async (t) => {
    const { accept, mt, store, settings, sends, find, clock, served, told } = await lane(t)
    const [waits] = await accept({ integrationId: 'of another' })
    const [gone] = await accept({ integrationId: 'deleted' })
    settings.others.set('of another', { ...settings.integration, id: 'of another', whatsapp: null })
    const own = mt({})
    await store.accept([own])
    assert.ok(waits && gone)
    await served.until(async () => (await told(own)).includes('sent'))
    assert.deepEqual(
      sends.map(({ id }) => id),
      [own.id],
    )
    const [still, stopped] = [await store.life(waits.id), await store.life(gone.id)]
    assert.equal(still?.mt.dueAt, clock.at + 60 * 60_000)
    assert.equal(stopped?.mt.status, 'stopped_by_admin')
    assert.equal((await find(own)).attempts, 1)
  })

  test('is not held up by many messages to one person, each of which is moved once', async (t) => {
    const { accept, sends, served, moved, due } = await lane(t)
    await accept(...Array.from({ length: 2000 }, () => ({})))
    await accept({ to: '27821111111' })
    await served.until(async () => sends.some(({ to }) => to === '27821111111'))
    await served.until(async () => (await due()).length === 0)
    assert.equal(sends.length, 46)
    assert.equal(moved.length, 1955)
    const times = moved.map(({ dueAt }) => dueAt)
    assert.deepEqual(
      times,
      times.toSorted((a, b) => a - b),
    )
    assert.equal(new Set(times).size, times.length)
    const ids = moved.map(({ mtId }) => mtId)
    assert.deepEqual(ids, ids.toSorted())
  })

  test('forgets the turns that it could not store', async (t) => {
    const { accept, clock, due, failPostponing, moved, served } = await lane(t)
    failPostponing(20)
    await accept(...Array.from({ length: 60 }, () => ({})))
    await served.until(async () => (await due()).length === 0)
    const last = Math.max(...moved.map(({ dueAt }) => dueAt))
    assert.ok(last <= clock.at + 60 * 6000, `${last - clock.at} ms`)
  })

  test('lets what is clear go while keys are long in coming, however much is sealed', async (t) => {
    const { accept, keys, sealed, sends, served } = await lane(t)
    const one = await sealed('Hello')
    keys.hang()
    await accept(
      ...Array.from({ length: 400 }, (_, person) => ({ ...one, to: String(27_822_222_000 + person) })),
    )
    const [clear] = await accept({})
    await served.until(async () => sends.length > 0)
    assert.deepEqual(
      sends.map(({ id }) => id),
      [clear?.id],
    )
  })

  test('lets what has no file go, however many files are long on their way', async (t) => {
    const { accept, prepareWith, sends, served } = await lane(t)
    prepareWith(async ({ content }, signal) => {
      if (content.type !== 'media') return undefined
      await new Promise((resolve) => signal.addEventListener('abort', resolve))
      return { type: 'deferred', retry: 'transient', status: 'media_upload_expired' }
    })
    const file = { content: { type: 'media', media: { fileId: 'f' } } } as const
    await accept(
      ...Array.from({ length: 400 }, (_, person) => ({ ...file, to: String(27_822_222_000 + person) })),
    )
    const [small] = await accept({})
    await served.until(async () => sends.length > 0)
    assert.deepEqual(
      sends.map(({ id }) => id),
      [small?.id],
    )
  })
})

const soon = (clock: { at: number }): Partial<Mt> => ({ expiresAt: clock.at + 1000 })
