import assert from 'node:assert/strict'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { eventually } from '../support/eventually.ts'
import { ask } from '../support/installation.ts'
import { freePort, start } from '../support/processes.ts'
import { sunrise } from '../support/recordings.ts'

/** What `npm start` promises a newcomer, with the real gateway and sandbox. */
const hosts: [where: string, env: Record<string, string>][] = [
  ['on loopback', {}],
  ['on every address', { WAYPOST_HOST: '0.0.0.0' }],
]
for (const [where, env] of hosts)
  test(`listening ${where}, the printed line puts a text on the phone, and the answer reaches the business`, async (t) => {
    const { sandbox, printed, stop } = await npmStart(t, { env })

    const { messageId, to } = await send(printed)
    const phone = `${sandbox}/phones/${to}/messages`
    const message = await eventually(async () => {
      const messages = await read<PhoneMessage[]>(phone)
      return messages.find(({ ticks }) => ticks === 'delivered')
    }, 'the text is delivered')
    assert.equal(message.text, 'Hello from Waypost')

    const answer = { to: message.from, type: 'text', text: 'Hello back', replyTo: message.id }
    assert.equal((await ask(phone, 'POST', { body: answer })).httpStatus, 201)
    const mo = await eventually(async () => {
      const calls = await read<Call[]>(`${sandbox}/callbacks/demo-one`)
      return calls.map(({ body }) => body.event.moText?.[0]).find((found) => found !== undefined)
    }, 'the business is told of the answer')
    assert.partialDeepStrictEqual(mo, { content: 'Hello back', relatedMessageId: messageId })

    assert.equal(await stop(), 0)
  })

test('the other printed line puts a template on the phone, and a file that is uploaded comes after it', async (t) => {
  const { gateway, sandbox, printed, others, stop } = await npmStart(t)
  const [template] = others
  assert.ok(template)
  const { to } = await send(template)
  const phone = `${sandbox}/phones/${to}/messages`
  const first = await eventually(async () => (await read<PhoneMessage[]>(phone))[0], 'the template is there')
  assert.partialDeepStrictEqual(first, { kind: 'template', body: 'Welcome Thandi' })

  const upload = `${gateway}/v1/media?fileName=sunrise.png&to=${to}`
  const headers = { ...printed.headers, 'content-type': 'image/png' }
  const { json } = await ask(upload, 'POST', { headers, body: sunrise(32, 24) })
  const { fileId } = json as { fileId: string } // the contract of the upload
  await send({
    ...printed,
    body: JSON.stringify({ messages: [{ to, media: { fileId, caption: 'Morning' } }] }),
  })
  const second = await eventually(async () => (await read<PhoneMessage[]>(phone))[1], 'the file is there')
  assert.partialDeepStrictEqual(second, { kind: 'image', caption: 'Morning' })
  assert.equal(await stop(), 0)
})

test('what the demo kept is there at the next start, and the keys are the same', async (t) => {
  const first = await npmStart(t)
  const { messageId } = await send(first.printed)
  await first.stop()

  const { gateway, printed, stop } = await npmStart(t, { kept: first.data })
  assert.deepEqual(printed.headers, first.printed.headers)
  const { whatsapp } = await read<{ whatsapp?: { status: string } }>(
    `${gateway}/v1/message/${messageId}`,
    printed.headers,
  )
  assert.match(whatsapp?.status ?? 'not there', /^(QUEUED|SENT_TO_SUPPLIER|DEVICE_ACK|READ)$/)
  assert.equal(await stop(), 0)
})

interface PhoneMessage {
  id: string
  from: string
  text: string
  ticks: string
}

interface Call {
  body: { event: { moText?: { content: string; relatedMessageId: string }[] } }
}

/** Does what the printed line does. */
async function send({ url, headers, body }: Printed) {
  const { httpStatus, json } = await ask(url, 'POST', { headers, body })
  assert.equal(httpStatus, 202)
  // The contract of POST /v1/message, which a 202 keeps.
  const { messages } = json as { messages: { apiMessageId: string; to: string }[] }
  const [message] = messages
  assert.ok(message)
  return { messageId: message.apiMessageId, to: message.to }
}

async function read<T>(url: string, headers: Record<string, string> = {}): Promise<T> {
  const { json } = await ask(url, 'GET', { headers })
  return json as T // what is read is compared by the test
}

interface Options {
  /** The data folder of an earlier start. */
  kept?: string
  env?: Record<string, string>
}

async function npmStart(t: TestContext, { kept, env }: Options = {}) {
  const data = kept ?? (await mkdtemp(join(tmpdir(), 'waypost-start-')))
  const [port, sandboxPort] = [await freePort(), await freePort()]
  const running = start('bin/start.mjs', [], {
    WAYPOST_PORT: String(port),
    WAYPOST_SANDBOX_PORT: String(sandboxPort),
    WAYPOST_DATA: data,
    ...env,
  })
  const stop = () => {
    running.child.kill('SIGTERM')
    return running.ended
  }
  t.after(async () => {
    await stop()
    await rm(data, { recursive: true, force: true })
  })

  const [printed, ...others] = await eventually(
    async () => curlLinesIn(running.output()),
    'the curl lines are printed',
    30_000,
  )
  const [gateway, sandbox] = [port, sandboxPort].map((number) => `http://127.0.0.1:${number}`)
  return { data, gateway, sandbox, printed, others, stop }
}

interface Printed {
  url: string
  headers: Record<string, string>
  body: string
}

/** The requests that curl would make, once all of them are printed. */
function curlLinesIn(output: string): [Printed, ...Printed[]] | undefined {
  const lines = Array.from(
    output.matchAll(/^ *curl (\S+)((?: -H '[^']+')+) -d '([^']+)'$/gm),
    ([, url = '', headers = '', body = '']) => ({ url, headers: headersIn(headers), body }),
  )
  const [first, ...others] = lines
  return first && others.length > 0 ? [first, ...others] : undefined
}

const headersIn = (flags: string) =>
  Object.fromEntries(
    [...flags.matchAll(/-H '(.+?): (.+?)'/g)].map(([, name = '', value = '']) => [name.toLowerCase(), value]),
  )
