import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import type { Mo } from '../../core/message.ts'
import { payloadOf } from '../../core/postback.ts'
import { hourMs, type Scene, type Stage, scene } from './scene.ts'

export function mosSuite(stage: Stage): void {
  describe('MOs', () => {
    test('2: an MO and the event that reports it are stored together', async () => {
      const { store, mo, events, endpoint, integrationId, clock } = scene(stage)
      const one = mo({ profileName: 'Ann', userId: 'ZA.1' })
      assert.deepEqual(await store.recordMos([one]), {
        lanes: [endpoint('message')],
        stored: [{ id: one.id, from: one.from }],
      })
      const [event] = await events('message')
      assert.deepEqual(event, {
        id: event?.id,
        lane: endpoint('message'),
        integrationId,
        endpoint: 'message',
        sequence: 1,
        messageId: one.id,
        event: { type: 'mo', mo: one },
        createdAt: clock.at,
        state: 'waiting',
        dueAt: clock.at,
        attempts: 0,
      })
    })

    test('7: an MO that came before is not stored again, in the same call or another', async () => {
      const { store, mo, events } = scene(stage)
      const one = mo()
      const again = { ...one, id: mo().id }
      assert.equal((await store.recordMos([one, again])).stored.length, 1)
      assert.deepEqual(await store.recordMos([again]), { lanes: [], stored: [] })
      assert.equal((await store.recordMos([mo(), again, mo()])).stored.length, 2)
      assert.equal((await events('message')).length, 3)
    })

    test('7: the same id from another integration’s supplier is another MO', async () => {
      const [one, other] = [scene(stage), scene(stage)]
      const mo = one.mo()
      assert.equal(
        (await stage.store.recordMos([mo, { ...mo, integrationId: other.integrationId }])).stored.length,
        2,
      )
    })

    test('an MO says which of our messages it answers', async () => {
      const { store, sent, mo, events } = scene(stage)
      const { mt, supplierId } = await sent({ clientMessageId: 'theirs' })
      const { mt: nameless, supplierId: itsId } = await scene(stage).sent()
      const strange = scene(stage)
      await store.recordMos([
        mo({ relatedSupplierId: supplierId }),
        mo({ relatedSupplierId: 'of nobody' }),
        mo({ integrationId: nameless.integrationId, relatedSupplierId: itsId }),
        strange.mo({ relatedSupplierId: supplierId }),
      ])
      const [first, second] = await events('message')
      assert.partialDeepStrictEqual(first?.event, {
        relatedMessageId: mt.id,
        relatedClientMessageId: 'theirs',
      })
      assert.ok(second && !('relatedMessageId' in second.event))
      const [third] = await store.eventsAfter(`callback:${nameless.integrationId}:message`, 0, 1)
      assert.partialDeepStrictEqual(third?.event, { relatedMessageId: nameless.id })
      assert.ok(third && !('relatedClientMessageId' in third.event))
      const [fourth] = await strange.events('message')
      assert.ok(fourth && !('relatedMessageId' in fourth.event))
    })

    test('an MO finds the message it answers when the outcome was recorded just before', async () => {
      const { store, underWay, outcome, mo, events } = scene(stage)
      const { mt } = await underWay()
      const supplierId = `wamid.${mt.id}`
      await Promise.all([
        outcome(mt, 1, { type: 'sent', supplierIds: [supplierId], status: 'sent' }),
        store.recordMos([mo({ relatedSupplierId: supplierId })]),
      ])
      const [event] = await events('message')
      assert.partialDeepStrictEqual(event?.event, { relatedMessageId: mt.id })
    })

    test('a pressed button names the message it belongs to, whether the handset says what it answers or not', async () => {
      const { store, sent, mo, events } = scene(stage)
      const { mt } = await sent({ clientMessageId: 'theirs' })
      const strange = await scene(stage).sent()
      const press = (payload: string) => mo({ content: { type: 'button', button: { text: 'Pay', payload } } })
      await store.recordMos([
        press(payloadOf(mt.id, 2)),
        press(payloadOf(mt.id, 1)),
        press(payloadOf(strange.mt.id, 2)),
        press('Pay'),
        press('of somebody else'),
      ])
      const told = (await events('message')).map(({ event }) => {
        assert.ok(event.type === 'mo')
        return [event.relatedMessageId, event.relatedClientMessageId]
      })
      assert.deepEqual(told, [
        [mt.id, 'theirs'],
        [mt.id, 'theirs'],
        [undefined, undefined],
        [undefined, undefined],
        [undefined, undefined],
      ])
    })

    test('a wish for no more messages is stored with its MO, and one for messages again too', async () => {
      const { store, mo, integrationId, clock } = scene(stage)
      const optOuts = async () => {
        const all = (await store.loadSettings()).optOuts
        return all.filter((one) => one.integrationId === integrationId)
      }
      const stop = mo({ at: clock.at - 1 })
      await store.recordMos([{ ...stop, wish: 'stop' }])
      const optedOut = { integrationId, msisdn: '27821234567', at: clock.at - 1 }
      assert.deepEqual(await optOuts(), [optedOut])
      await store.recordMos([{ ...mo(), wish: 'start' }])
      assert.deepEqual(await optOuts(), [])
      await store.recordMos([{ ...stop, id: mo().id, wish: 'stop' }])
      assert.deepEqual(await optOuts(), [], 'what was stored before does not count again')
    })

    test('a person without a number gets digits that last', async () => {
      const one = scene(stage)
      const [first, second, third] = await fromOf(one, [
        nameless(one, 'ZA.first'),
        nameless(one, 'ZA.second'),
        nameless(one, 'ZA.first'),
      ])
      assert.match(first ?? '', /^999\d{12}$/)
      assert.match(second ?? '', /^999\d{12}$/)
      assert.notEqual(first, second)
      assert.equal(third, first)
      const other = scene(stage)
      assert.deepEqual(await fromOf(other, [nameless(other, 'ZA.first')]), [first])
      assert.equal(await other.store.userOf(first ?? ''), 'ZA.first')
      assert.equal(await other.store.userOf('27821234567'), undefined)
    })

    test('the newest MO of each pair is known, whatever order they came in', async () => {
      const { store, mo, integrationId, clock } = scene(stage)
      clock.at += hourMs
      const { at } = clock
      await store.recordMos([
        mo({ at: at - 10 }),
        mo({ at }),
        mo({ at: at - 20 }),
        mo({ from: '27831111111', at: at - 30 }),
      ])
      const own = async (since: number) =>
        (await store.windowsSince(since)).filter((one) => one.integrationId === integrationId)
      assert.deepEqual(await own(at), [{ integrationId, from: '27821234567', at }])
      assert.deepEqual(await own(at - 30), [
        { integrationId, from: '27831111111', at: at - 30 },
        { integrationId, from: '27821234567', at },
      ])
    })

    test('tell when each person last wrote, however long ago, and who never did', async () => {
      const { store, mo, integrationId, clock } = scene(stage)
      const elsewhere = scene(stage)
      const person = { from: '27999000001' }
      const early = clock.at - 1000 * hourMs
      await store.recordMos([mo({ ...person, at: clock.at }), mo({ ...person, at: early })])
      await store.recordMos([mo({ from: '27999000002', at: early }), elsewhere.mo({ from: '27999000003' })])
      const people = ['27999000001', '27999000002', '27999000003', '27999000002']
      const wrote = await store.lastWrote(integrationId, people)
      assert.deepEqual(
        new Map(wrote.map(({ person, at }) => [person, at])),
        new Map([
          ['27999000001', clock.at],
          ['27999000002', early],
        ]),
      )
      assert.deepEqual(await store.lastWrote(integrationId, []), [])
    })
  })
}

function nameless({ mo }: Scene, userId: string): Mo {
  const { from: _, ...rest } = mo({ userId })
  return rest
}

async function fromOf({ store, events }: Scene, mos: Mo[]) {
  await store.recordMos(mos)
  return (await events('message')).map(({ event }) => (event.type === 'mo' ? event.mo.from : undefined))
}
