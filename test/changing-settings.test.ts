import assert from 'node:assert/strict'
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, test } from 'node:test'
import { eventually } from './support/eventually.ts'
import { refusal, scriptedGraph, taken } from './support/graph.ts'
import { type Installation, ids, install, keys, numbers } from './support/installation.ts'
import type { Scope } from './support/receiver.ts'

/** What becomes of messages that wait when the operator changes what they wait for. */
async function twoBusinesses(t: Scope) {
  const [graph, other] = [await scriptedGraph(t, numbers.one), await scriptedGraph(t, numbers.legacy)]
  const installation = await install(t, {
    one: { whatsapp: graph.sender },
    legacy: { whatsapp: other.sender },
  })
  return { graph, other, installation }
}

async function send({ send }: Installation, content = 'Hello') {
  const { json } = await send('one', [{ to: '27999000001', content }])
  const { messages } = json as { messages: { apiMessageId: string }[] }
  return messages[0]?.apiMessageId
}

async function statusOf({ ask }: Installation, id: string | undefined) {
  const { json } = await ask('GET', `/v1/message/${id}`, { key: keys.one })
  return (json as { whatsapp?: { statusCode: number } }).whatsapp?.statusCode
}

const told = (installation: Installation, id: string | undefined, status: string) =>
  installation.received.one.call(({ raw }) => raw.includes(`"${id}"`) && raw.includes(`"${status}"`))

const path = `/admin/integrations/${ids.one}`

async function patch({ admin }: Installation, body: object, query = '') {
  const { httpStatus, text } = await admin('PATCH', `${path}${query}`, body)
  assert.equal(httpStatus, 200, text)
}

/** A message that waits because its supplier holds the sender. */
async function oneWaits({ graph, installation }: Awaited<ReturnType<typeof twoBusinesses>>) {
  graph.answerWith(refusal(190))
  const id = await send(installation, 'of the first')
  await graph.sentTimes(1)
  await eventually(async () => (await waiting(installation)) === 1, 'it waits')
  return id
}

async function waiting({ admin }: Installation) {
  const { json } = await admin('GET', '/admin/lanes')
  const { items } = json as { items: { kind: string; waiting: number }[] }
  return items.filter(({ kind }) => kind === 'mt').reduce((sum, { waiting }) => sum + waiting, 0)
}

describe('a message that waits', () => {
  test('goes at once when its credential is corrected, and one that was refused as well', async (t) => {
    const all = await twoBusinesses(t)
    const { graph, installation } = all
    const refused = await oneWaits(all)
    const behind = await send(installation)
    graph.answerWith(taken)
    const before = graph.sends.length
    await patch(installation, { whatsapp: { accessToken: 'a better one' } })
    await graph.sentTimes(before + 2, 3000)
    await told(installation, refused, 'SENT_TO_SUPPLIER')
    await told(installation, behind, 'SENT_TO_SUPPLIER')
  })

  const ways = [
    { what: 'integration is switched off', off: { active: false }, on: { active: true } },
    {
      what: 'sender is switched off',
      off: { whatsapp: { active: false } },
      on: { whatsapp: { active: true } },
    },
    { what: 'sender is gone', off: { whatsapp: null }, on: undefined },
  ]
  for (const { what, off, on } of ways)
    test(`waits while its ${what}, and goes when it is back`, async (t) => {
      const all = await twoBusinesses(t)
      const { graph, other, installation } = all
      const id = await oneWaits(all)
      graph.answerWith(taken)
      await patch(installation, off)
      await installation.send('legacy', [{ to: '27999000002', content: 'meanwhile' }])
      await other.sentTimes(1)
      assert.equal(graph.sends.length, 1)
      assert.equal(await waiting(installation), 1)
      await patch(installation, on ?? { whatsapp: graph.sender })
      await told(installation, id, 'SENT_TO_SUPPLIER')
    })

  test('keeps its integration from being deleted or getting another number, until that is forced', async (t) => {
    const all = await twoBusinesses(t)
    const { other, installation } = all
    const id = await oneWaits(all)
    const renumbered = { whatsapp: { from: '2799900555' } }
    for (const [method, body] of [['PATCH', renumbered], ['DELETE']] as const) {
      const { httpStatus, json } = await installation.admin(method, path, body)
      assert.equal(httpStatus, 409)
      assert.match((json as { detail: string }).detail, /1 message waits/)
    }
    assert.equal(await waiting(installation), 1)

    await patch(installation, renumbered, '?force=true')
    await told(installation, id, 'STOPPED_BY_ADMIN')
    assert.equal(await statusOf(installation, id), 22)
    assert.equal(other.sends.length, 0)
  })

  test('ends when the provisioning file gives its integration another number', async (t) => {
    const all = await twoBusinesses(t)
    const { graph, installation } = all
    const id = await oneWaits(all)
    const file = join(installation.folder, 'provision.json')
    const was = await readFile(file, 'utf8')
    await writeFile(file, was.replace(`"from":"${numbers.one}"`, '"from":"2799900555"'))
    await installation.restart()
    await told(installation, id, 'STOPPED_BY_ADMIN')
    assert.equal(graph.sends.length, 1)
  })

  test('never goes out by another integration that got its number', async (t) => {
    const all = await twoBusinesses(t)
    const { graph, other, installation } = all
    await oneWaits(all)
    await patch(installation, { whatsapp: null })
    const { httpStatus } = await installation.admin('PATCH', `/admin/integrations/${ids.legacy}`, {
      whatsapp: { from: numbers.one },
    })
    assert.equal(httpStatus, 200)
    await installation.send('legacy', [{ to: '27999000002', content: 'of the second' }])
    await other.sentTimes(1)
    await installation.send('legacy', [{ to: '27999000002', content: 'and again' }])
    await other.sentTimes(2)
    assert.deepEqual(
      other.sends.map(({ text }) => text),
      ['of the second', 'and again'],
    )
    assert.equal(graph.sends.length, 1)
    assert.equal(await waiting(installation), 1)
  })

  test('ends with its deleted integration, and what that was to be told is a dead letter', async (t) => {
    const all = await twoBusinesses(t)
    const { installation } = all
    installation.received.one.answerWith(() => 503)
    const id = await oneWaits(all)
    assert.equal((await installation.admin('DELETE', `${path}?force=true`)).httpStatus, 204)
    await eventually(async () => (await waiting(installation)) === 0, 'nothing waits')
    const { text } = await installation.admin('GET', `/admin/messages/${id}`)
    assert.match(text, /stopped_by_admin/)
    await eventually(async () => {
      const { json } = await installation.admin('GET', `/admin/callbacks?integrationId=${ids.one}&state=dead`)
      return (json as { items: unknown[] }).items.length === 1
    }, 'the event is a dead letter')
  })
})

test('a deletion that nothing waits for is not refused', async (t) => {
  const { installation } = await twoBusinesses(t)
  const id = await send(installation)
  await told(installation, id, 'SENT_TO_SUPPLIER')
  assert.equal((await installation.admin('DELETE', path)).httpStatus, 204)
})
