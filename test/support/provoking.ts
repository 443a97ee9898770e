import assert from 'node:assert/strict'
import { eventually } from './eventually.ts'
import { type Heard, type Installation, ids, keys } from './installation.ts'
import type { Generation } from './refusals.ts'
import { sealing } from './sealing.ts'

/** What leads to a status; answers the id of the message that reaches it. */
export type Provoke = (installation: Installation, generation: Generation) => Promise<string>

const text = { to: '27999000001', content: 'Hello', clientMessageId: 'mine' }
const png = Buffer.from('89504e470d0a1a0a0000000d49484452000000010000000108060000001f15c489', 'hex')

/** A message by the generation's own endpoint, which differs so from one that is fine. */
export const message =
  (changes: object = {}): Provoke =>
  async ({ send }, generation) =>
    idIn(await send(generation, [{ ...text, ...changes }]))

/** What no key of the integration wraps. */
export const underNoKey = message({ content: 'c2VhbGVk', encryptionKey: 'AQID' })

/** By a client that says it was sealed. */
export const notSealed: Provoke = async (installation, generation) => {
  const { encryptionKey } = await sealing(installation)
  return message({ encryptionKey })(installation, generation)
}

/** A sealed picture that opens well, and has another hash than its client says. */
export const withOtherHash: Provoke = async (installation, generation) => {
  const { encryptionKey, bytes } = await sealing(installation)
  const said = { contentType, sha256Hash: 'a'.repeat(64) }
  const sealed = { encryptionKey, content: bytes(png).toString('base64') }
  const inside = generation === 'one' ? { ...sealed, media: said } : { ...sealed, ...said }
  return message(inside)(installation, generation)
}

/** A message for an hour from now, by the gateway's clock. */
export const scheduled =
  (changes: object = {}): Provoke =>
  async (installation, generation) => {
    const { json } = await installation.admin('GET', '/admin/clock')
    const { offsetMs } = json as { offsetMs: number } // the contract of the admin API
    const at = new Date(Date.now() + offsetMs + 3_600_000).toISOString()
    return message({ ...changes, scheduledDeliveryTime: at })(installation, generation)
  }

/** A picture inside its message, while the sandbox has this fault. */
export const withFile =
  ({ upload }: { upload: number }): Provoke =>
  async (installation, generation) => {
    const fault = { fault: 'upload', code: upload }
    const { httpStatus, text } = await installation.askSandbox('PUT', '/faults', [fault])
    assert.equal(httpStatus, 200, text)
    return message(inlinePicture[generation])(installation, generation)
  }

const content = png.toString('base64')
const contentType = 'image/png'
const inlinePicture = { one: { content, media: { contentType } }, legacy: { content, contentType } }

/** A file of somebody else's. Only the One API's endpoint names files, whoever is called back. */
export const withForeignFile: Provoke = async ({ ask }, generation) => {
  const key = keys[generation]
  const uploaded = await ask('POST', '/v1/media?fileName=a.png&to=27999000002', {
    key,
    headers: { 'content-type': 'image/png' },
    body: png,
  })
  const { fileId } = uploaded.json as { fileId: string } // or the send is refused
  const { content: _, ...rest } = text
  return idIn(await ask('POST', '/v1/message', { key, body: { messages: [{ ...rest, media: { fileId } }] } }))
}

/** A disk that loses bytes, while the message waits for its time. */
export const spoilt: Provoke = async (installation, generation) => {
  const id = await scheduled(inlinePicture[generation])(installation, generation)
  const { json } = await installation.admin('GET', `/admin/messages/${id}`)
  const { fileId } = (json as { content: { media: { fileId: string } } }).content.media // as it is stored
  await installation.kept.spoil(fileId)
  return id
}

/** Behind one whose error holds all messages of its sender back. */
export const behindOneThatHolds: Provoke = async (installation, generation) => {
  const first = await message({ to: '27997131042' })(installation, generation)
  await eventually(async () => {
    const { json } = await installation.admin('GET', `/admin/messages/${first}`)
    return (json as { attempts: { endedAt: number | null }[] }).attempts[0]?.endedAt
  }, 'the first one was tried')
  return message()(installation, generation)
}

export const stopped: Provoke = async (installation, generation) => {
  const id = await scheduled()(installation, generation)
  const { httpStatus, text } = await installation.admin('POST', `/admin/messages/${id}/stop`)
  assert.equal(httpStatus, 200, text)
  return id
}

/** The operator learns, while the message waits, that the recipient is not on the channel. */
export const pinned: Provoke = async (installation, generation) => {
  const to = '27999000012'
  const id = await scheduled({ to })(installation, generation)
  await operate(installation, 'PUT', `${ids[generation]}/recipients/${to}`, { outcome: 'not_on_channel' })
  return id
}

export const emulated: Provoke = (installation, generation) =>
  meanwhile([{ mode: 'emulated' }, { mode: 'production' }], message())(installation, generation)

export const beyondLimit = (limit: 'perDay' | 'perMonth'): Provoke =>
  meanwhile([{ limits: { [limit]: 1 } }, { limits: { [limit]: null } }], async (installation, generation) => {
    await message()(installation, generation)
    return message()(installation, generation)
  })

/** The price is nothing afterwards, so that others go; the message has reserved what it cost. */
export const lowered: Provoke = meanwhile(
  [{ balance: { amount: 1, prices: { message: 1 } } }, { balance: { amount: 0, prices: { message: 0 } } }],
  scheduled(),
)

/** With the first settings while it is provoked, and the second afterwards. */
function meanwhile([before, after]: [object, object], provoke: Provoke): Provoke {
  return async (installation, generation) => {
    await operate(installation, 'PATCH', ids[generation], before)
    const id = await provoke(installation, generation)
    await operate(installation, 'PATCH', ids[generation], after)
    return id
  }
}

async function operate({ admin }: Installation, method: 'PATCH' | 'PUT', path: string, body: object) {
  const { httpStatus, text } = await admin(method, `/admin/integrations/${path}`, body)
  assert.equal(httpStatus, 200, text)
}

function idIn({ json, text }: Heard): string {
  const { messages } = json as { messages?: { apiMessageId?: string; messageId?: string }[] } // of either generation
  const id = messages?.[0]?.apiMessageId ?? messages?.[0]?.messageId
  assert.ok(id, text)
  return id
}
