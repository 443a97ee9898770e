import assert from 'node:assert/strict'
import { type TestContext, test } from 'node:test'
import { Agent } from 'undici'
import { breakOff, httpFarSide, json, page, reset, silence } from './far-side.fake.ts'
import { post } from './http.ts'

const patience = () => AbortSignal.timeout(5000)

test('what is posted is JSON with the bearer token', async (t) => {
  const { farSide, send } = await open(t)
  await send({ text: 'Grüße 👋' })
  const [request] = farSide.requests
  assert.equal(request?.method, 'POST')
  assert.equal(request?.path, '/messages?v=1')
  assert.equal(request?.headers.authorization, 'Bearer secret')
  assert.equal(request?.headers['content-type'], 'application/json')
  assert.deepEqual(JSON.parse(request?.body ?? ''), { text: 'Grüße 👋' })
})

test('a reply is its status, its headers and its parsed body', async (t) => {
  const { farSide, send } = await open(t)
  farSide.answerWith(json(418, { error: 'teapot' }, { 'retry-after': '3' }))
  const reply = await send()
  assert.partialDeepStrictEqual(reply, {
    httpStatus: 418,
    headers: { 'retry-after': '3' },
    json: { error: 'teapot' },
  })
})

test('a refusal that is not JSON is a reply without a body', async (t) => {
  const { farSide, send } = await open(t)
  farSide.answerWith(page(403))
  assert.partialDeepStrictEqual(await send(), { httpStatus: 403, json: undefined })
})

test('a refusal of more than 1 MiB is a reply without a body', async (t) => {
  const { farSide, send } = await open(t)
  farSide.answerWith(json(400, 'x'.repeat(3 * 1024 * 1024)))
  assert.partialDeepStrictEqual(await send(), { httpStatus: 400, json: undefined })
})

test('an informational response is not the reply', async (t) => {
  const { farSide, send } = await open(t)
  farSide.answerWith((response) => {
    response.writeProcessing()
    json(200, { done: true })(response)
  })
  assert.partialDeepStrictEqual(await send(), { httpStatus: 200, json: { done: true } })
})

const unknowns = [
  { when: 'the connection is reset after the request', answer: reset, cause: 'UND_ERR_SOCKET|ECONNRESET' },
  { when: 'the answer breaks off', answer: breakOff, cause: 'UND_ERR_SOCKET|ECONNRESET' },
  { when: 'a success is not JSON', answer: page(200), cause: 'reply_unreadable' },
  { when: 'a success has no body', answer: page(204), cause: 'reply_unreadable' },
  {
    when: 'a success is longer than 1 MiB',
    answer: json(200, 'x'.repeat(2 ** 21)),
    cause: 'reply_unreadable',
  },
]
for (const { when, answer, cause } of unknowns) {
  test(`unknown when ${when}`, async (t) => {
    const { farSide, send } = await open(t)
    farSide.answerWith(answer)
    const outcome = await send()
    assert.ok('type' in outcome && outcome.type === 'unknown', JSON.stringify(outcome))
    assert.match(outcome.cause, new RegExp(`^(${cause})$`))
  })
}

test('unknown when the time runs out after the request was written', async (t) => {
  const { farSide, send } = await open(t)
  farSide.answerWith(silence)
  assert.deepEqual(await send({}, AbortSignal.timeout(100)), { type: 'unknown', cause: 'TimeoutError' })
})

test('unknown when the time runs out in the middle of the answer', async (t) => {
  const { farSide, send } = await open(t)
  farSide.answerWith((response) => void response.writeHead(200).write('{'))
  assert.deepEqual(await send({}, AbortSignal.timeout(100)), { type: 'unknown', cause: 'TimeoutError' })
})

type Lookup = (host: string, options: unknown, done: (error: Error) => void) => void
const failingLookup =
  (code: string): Lookup =>
  (_, __, done) =>
    done(Object.assign(new Error(code), { code }))
const endlessLookup: Lookup = () => {}

const unsent = [
  { when: 'the name does not exist', connect: { lookup: failingLookup('ENOTFOUND') }, code: 'ENOTFOUND' },
  { when: 'names cannot be looked up', connect: { lookup: failingLookup('EAI_AGAIN') }, code: 'EAI_AGAIN' },
  {
    when: 'connecting takes too long',
    connect: { lookup: endlessLookup, timeout: 50 },
    code: 'UND_ERR_CONNECT_TIMEOUT',
  },
]
for (const { when, connect, code } of unsent) {
  test(`deferred when ${when}`, async (t) => {
    const agent = agentFor(t, { connect })
    const url = new URL('http://graph.example/messages')
    assert.deepEqual(await post({ agent, url, bearer: '', body: { json: {} } }, patience()), notSent(code))
  })
}

test('deferred when the connection is refused', async (t) => {
  const { farSide, send } = await open(t)
  await farSide.close()
  assert.deepEqual(await send(), notSent('ECONNREFUSED'))
})

test('deferred when the TLS handshake fails', async (t) => {
  const { farSide, agent } = await open(t)
  const url = new URL(farSide.url.replace('http:', 'https:'))
  const outcome = await post({ agent, url, bearer: '', body: { json: {} } }, patience())
  assert.partialDeepStrictEqual(outcome, { type: 'deferred', retry: 'transient' })
})

test('deferred when the time runs out while connecting', async (t) => {
  const agent = agentFor(t, { connect: { lookup: endlessLookup } })
  const url = new URL('http://graph.example/messages')
  const outcome = await post({ agent, url, bearer: '', body: { json: {} } }, AbortSignal.timeout(50))
  assert.deepEqual(outcome, notSent('TimeoutError'))
})

test('deferred, and never written later, when the time runs out in the queue for a connection', async (t) => {
  const { farSide, send } = await open(t, { connections: 1 })
  const answers: (() => void)[] = []
  farSide.answerWith((response) => void answers.push(() => json(200, {})(response)))
  const first = send({ number: 1 })
  await farSide.arrived(1)
  assert.deepEqual(await send({ number: 2 }, AbortSignal.timeout(50)), notSent('TimeoutError'))

  answers.shift()?.()
  await first
  farSide.answerWith(json(200, {}))
  await send({ number: 3 })
  assert.deepEqual(
    farSide.requests.map(({ body }) => JSON.parse(body).number),
    [1, 3],
  )
})

test('deferred when the agent was closed', async (t) => {
  const { agent, send } = await open(t)
  await agent.close()
  assert.deepEqual(await send(), notSent('UND_ERR_DESTROYED'))
})

const notSent = (supplierCode: string) =>
  ({ type: 'deferred', retry: 'transient', status: 'expired', supplierCode }) as const

function agentFor(t: TestContext, options: object): Agent {
  const agent = new Agent(options)
  t.after(() => agent.destroy())
  return agent
}

async function open(t: TestContext, options: object = {}) {
  const farSide = await httpFarSide(t)
  const agent = agentFor(t, options)
  const url = new URL(`${farSide.url}/messages?v=1`)
  const send = (body: unknown = {}, signal = patience()) =>
    post({ agent, url, bearer: 'secret', body: { json: body } }, signal)
  return { farSide, agent, send }
}
