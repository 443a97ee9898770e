import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { admin } from '@waypost/protocol'
import { operated } from './support/admin.ts'
import { eventually } from './support/eventually.ts'
import { ids, numbers } from './support/installation.ts'

const operator = operated()
const { call } = operator
const dayMs = 24 * 60 * 60 * 1000
let people = 0

/** A person whom no other test knows. */
const somebody = () => `279990005${String(++people).padStart(2, '0')}`
const template = { templateName: 'welcome', body: { parameters: { 1: 'you' } } }

const set = (settings: object) => call(admin.patchIntegration, { id: ids.one }, settings)

async function send(to: string, content: object = { content: 'Hello' }) {
  const { json } = await operator.gateway.send('one', [{ to, ...content }])
  const { messages } = json as { messages: { apiMessageId?: string; error?: { code: number } }[] }
  return { id: messages[0]?.apiMessageId, code: messages[0]?.error?.code }
}

const write = (from: string) =>
  eventually(async () => {
    const message = { to: numbers.one, type: 'text', text: 'Hi' }
    await operator.gateway.askSandbox('POST', `/phones/${from}/messages`, message)
    return operator.gateway.received.one.calls.some(({ raw }) => raw.includes(from) && raw.includes('moText'))
  }, 'the person’s message came')

/** What another node stored, or this one long ago: nobody here remembers it. */
function wroteUnseen(person: string, agoMs: number) {
  return operator.gateway.kept.wrote(ids.one, person, Date.now() - agoMs)
}

const status = (id: string | undefined) =>
  operator.gateway.received.one.call(({ raw }) => raw.includes(`"${id}"`))

describe('an integration that requires opting in', () => {
  test('writes to nobody who neither wrote nor was recorded, and may answer both', async (t) => {
    await set({ requireOptIn: true })
    t.after(() => set({ requireOptIn: false }))
    const [stranger, recorded, writer, old] = [somebody(), somebody(), somebody(), somebody()]
    assert.equal((await send(stranger)).code, 26)
    assert.equal((await send(stranger, { template })).code, 26)

    const person = { id: ids.one, msisdn: recorded }
    const optIn = await call(admin.putOptIn, person)
    assert.deepEqual(await call(admin.putOptIn, person, {}), optIn, 'the first time counts')
    assert.deepEqual((await call(admin.listOptIns, { id: ids.one })).items, [optIn])
    assert.equal((await send(recorded)).code, undefined)
    await operator.gateway.restart() // which brings the setting back to what the file says
    await set({ requireOptIn: true })
    assert.equal((await send(recorded)).code, undefined, 'a restart forgets nothing')
    await call(admin.deleteOptIn, person)
    assert.equal((await send(recorded)).code, 26)

    await write(writer)
    assert.equal((await send(writer)).code, undefined)
    await wroteUnseen(old, 400 * dayMs)
    assert.equal((await send(old)).code, undefined, 'however long ago')
  })

  test('does not write to a person who has opted out, whatever came before', async (t) => {
    await set({ requireOptIn: true })
    t.after(() => set({ requireOptIn: false }))
    const person = { id: ids.one, msisdn: somebody() }
    await call(admin.putOptIn, person)
    await call(admin.putOptOut, person)
    assert.equal((await send(person.msisdn)).code, 26)
  })

  test('refuses whom it does not know in its own words of both generations', async (t) => {
    await call(admin.patchIntegration, { id: ids.legacy }, { requireOptIn: true })
    t.after(() => call(admin.patchIntegration, { id: ids.legacy }, { requireOptIn: false }))
    const { json } = await operator.gateway.send('legacy', [{ to: somebody(), content: 'Hello' }])
    assert.match(JSON.stringify(json), /"errorCode":26/)
  })
})

describe('an integration that refuses outside the 24 hours', () => {
  test('ends a message that is no template at once, and sends the rest', async (t) => {
    await set({ refuseOutsideWindow: true })
    t.after(() => set({ refuseOutsideWindow: false }))
    const put = { id: ids.one, name: 'welcome' }
    await call(admin.putTemplate, put, { language: 'en', category: 'utility', body: 'Hello {{1}}' })

    const stranger = somebody()
    const { id } = await send(stranger)
    const { body, raw } = await status(id)
    assert.match(raw, /"WHATSAPP_RE_ENGAGEMENT_REQUIRED"/)
    assert.match(JSON.stringify(body), /"statusCode":131/)
    const sent = await send(stranger, { template })
    assert.doesNotMatch((await status(sent.id)).raw, /RE_ENGAGEMENT/)
    assert.deepEqual((await call(admin.getMessage, { id: id ?? '' })).attempts, [])

    const [writer, late, unseen] = [somebody(), somebody(), somebody()]
    await write(writer)
    assert.match((await status((await send(writer)).id)).raw, /SENT_TO_SUPPLIER/)
    await wroteUnseen(unseen, dayMs - 60_000)
    assert.match((await status((await send(unseen)).id)).raw, /SENT_TO_SUPPLIER/)
    await wroteUnseen(late, dayMs + 60_000)
    assert.match((await status((await send(late)).id)).raw, /RE_ENGAGEMENT/)
  })
})

test('the window to a person is shown', async () => {
  const window = (msisdn: string) => call(admin.getWindow, { id: ids.one, msisdn })
  assert.deepEqual(await window(somebody()), { open: false, until: null })
  const [writer, late] = [somebody(), somebody()]
  const before = Date.now()
  await write(writer)
  const shown = await window(writer)
  assert.equal(shown.open, true)
  assert.ok(shown.until !== null && shown.until > before - 1000 + dayMs && shown.until <= Date.now() + dayMs)
  await wroteUnseen(late, dayMs + 60_000)
  const closed = await window(late)
  assert.equal(closed.open, false)
  assert.ok(closed.until !== null && closed.until < Date.now())
})
