import assert from 'node:assert/strict'
import { type Asking, type Heard, type Installation, ids, keys } from './installation.ts'
import type { Generation } from './refusals.ts'

/** A request that a row of a table makes, in either generation. */
export type Ask = (installation: Installation, generation: Generation) => Promise<Heard>

const paths = { one: '/v1/message', legacy: '/wa/messages' }
export const text = { to: '27999000001', content: 'Hello' }

/** One message, which differs so from one that is fine. */
export const message =
  (changes: object = {}): Ask =>
  ({ send }, generation) =>
    send(generation, [{ ...text, ...changes }])

/** A whole request, which differs so from one that is fine. */
export const request =
  ({ method = 'POST', path = paths, ...asking }: RequestChanges): Ask =>
  ({ ask }, generation) =>
    ask(method, path[generation], {
      key: keys[generation],
      ...(method === 'POST' && { body: { messages: [text] } }),
      ...asking,
    })

interface RequestChanges extends Asking {
  method?: 'GET' | 'POST'
  path?: Record<Generation, string>
}

/** What an operator does first, below `/admin/integrations/{id}`. */
export const once =
  (method: 'PATCH' | 'PUT', path: string, body: object, ask: Ask): Ask =>
  async (installation, generation) => {
    const done = await installation.admin(method, `/admin/integrations/${ids[generation]}${path}`, body)
    assert.equal(done.httpStatus, 200, done.text)
    return ask(installation, generation)
  }

export const twice =
  (ask: Ask): Ask =>
  async (installation, generation) => {
    const first = await ask(installation, generation)
    assert.ok(first.httpStatus < 300, first.text)
    return ask(installation, generation)
  }

/** A message that names a file of these bytes, and differs so from one that is fine. */
export const withFile =
  (contentType: string, bytes: Uint8Array, changes: object = {}): Ask =>
  async (installation, generation) => {
    const { json, text } = await installation.ask('POST', '/v1/media?fileName=a&broadcastAllowed=true', {
      key: keys[generation],
      headers: { 'content-type': contentType },
      body: bytes,
    })
    const { fileId } = json as { fileId?: string } // the contract of the upload
    assert.ok(fileId, text)
    return message({ content: undefined, media: { fileId }, ...changes })(installation, generation)
  }

/** A fault that is no outage: the ledger raises an error of its own at each message. */
export const whileBroken =
  (ask: Ask): Ask =>
  async (installation, generation) => {
    await using _ = await installation.kept.broken()
    return await ask(installation, generation)
  }

/** Somebody else is writing to the ledger, and does not end. */
export const whileLocked =
  (ask: Ask): Ask =>
  async (installation, generation) => {
    await using _ = await installation.kept.locked()
    return await ask(installation, generation)
  }
