import assert from 'node:assert/strict'
import { before, describe, test } from 'node:test'
import { legacyError, legacyStatus, oneError, oneStatus } from '@waypost/protocol'
import { files, type UploadedFile } from '../docs/generate/bad-input/files.ts'
import { badInput } from '../docs/generate/bad-input/index.ts'
import { type BadInput, subjectIn } from '../docs/generate/bad-input/row.ts'
import { sealedInVain } from '../docs/generate/bad-input/sealed.ts'
import { catalogue } from '../docs/generate/bad-input/templates.ts'
import { type Installation, ids, keys } from './support/installation.ts'
import { type Generation, generations } from './support/refusals.ts'
import { encryption, sealing } from './support/sealing.ts'
import { shared } from './support/shared.ts'

/** Every line of the tables of wrong messages in `docs/errors.md`, sent beside a message that is fine. */
let handset = 27_999_400_000

interface Verdict {
  accepted: boolean
  apiMessageId?: string
  messageId?: string
  error?: unknown
}

for (const [title, rows] of Object.entries(badInput))
  describe(title, () => {
    const hasEncryption = rows !== sealedInVain
    const installation = shared(hasEncryption ? { one: { encryption }, legacy: { encryption } } : {})
    before(() => fillCatalogue(installation()))

    for (const row of rows)
      for (const generation of generations)
        if (row.message[generation])
          test(`${generation}: ${row.what} gets its one answer, and its neighbour goes out`, () =>
            check(installation(), generation, row))
  })

async function fillCatalogue({ admin }: Installation) {
  for (const id of [ids.one, ids.legacy])
    for (const [name, template] of Object.entries(catalogue)) {
      const path = `/admin/integrations/${id}/templates/${name}`
      const { httpStatus, text } = await admin('PUT', path, { language: 'en', ...template })
      assert.ok(httpStatus < 300, text)
    }
}

async function check(installation: Installation, generation: Generation, { message, gets }: BadInput) {
  const [to, neighbour] = [String(++handset), String(++handset)]
  const written = await asSealed(installation, { to, ...message[generation] })
  const body = await withFiles(installation, JSON.stringify(written), to)
  const { json, text } = await installation.send(generation, [body, { to: neighbour, content: 'Hello' }])
  const [bad, good] = (json as { messages: Verdict[] }).messages
  assert.equal(good?.accepted, true, text)

  if ('status' in gets) {
    assert.equal(bad?.accepted, true, text)
    const id = bad?.apiMessageId ?? bad?.messageId ?? 'none'
    const { code } = generation === 'one' ? oneStatus(gets.status) : legacyStatus(gets.status)
    const told = await installation.received[generation].call(({ raw }) => raw.includes(id))
    assert.match(told.raw, new RegExp(`"statusCode":${code}\\b`))
    assert.deepEqual(await installation.phone(to), [], 'nothing of it was sent')
  } else {
    assert.equal(bad?.accepted, false, text)
    const subject = subjectIn(generation, gets)
    const { code, description } = oneError(gets.reason, subject)
    const { errorCode, error } = legacyError(gets.reason, subject)
    assert.deepEqual(bad?.error, generation === 'one' ? { code, description } : { errorCode, error })
  }
}

/** The message, with what `docs/generate/bad-input/sealed.ts` has others stand for. */
async function asSealed(installation: Installation, message: object): Promise<object> {
  if (!JSON.stringify(message).includes('"key:')) return message
  const [ours, others] = [await sealing(installation), await sealing(installation, 'of another account')]
  const meant = (text: string): string => {
    if (text === 'key:ours') return ours.encryptionKey
    if (text === 'key:ours:cut') return ours.encryptionKey.slice(0, 40)
    if (text === 'key:others') return others.encryptionKey
    if (text.startsWith('sealed:')) return ours.text(text.slice('sealed:'.length))
    const [, file] = text.split('sealed-file:')
    return file === undefined ? text : ours.bytes(Buffer.from(file, 'base64')).toString('base64')
  }
  return JSON.parse(JSON.stringify(message), (_, value) => (typeof value === 'string' ? meant(value) : value))
}

/** The message, the files that it names uploaded for it. */
async function withFiles(installation: Installation, json: string, to: string): Promise<unknown> {
  let text = json
  for (const [all = '', name = ''] of json.matchAll(/file:(\w+)/g)) {
    const file: UploadedFile | undefined = (files as Record<string, UploadedFile>)[name]
    assert.ok(file, `there is no file ${name}`)
    text = text.replaceAll(`"${all}"`, JSON.stringify(await uploaded(installation, file, to)))
  }
  return JSON.parse(text)
}

async function uploaded(
  { ask, kept }: Installation,
  { contentType, bytes, parameters, by, isExpired }: UploadedFile,
  to: string,
): Promise<string> {
  const query = new URLSearchParams({ fileName: 'a', ...parameters })
  if (parameters.to === 'recipient') query.set('to', to)
  const { json, text } = await ask('POST', `/v1/media?${query}`, {
    key: by ? keys.legacy : keys.one,
    headers: { 'content-type': contentType },
    body: bytes,
  })
  const { fileId } = json as { fileId?: string } // the contract of the upload
  assert.ok(fileId, text)
  if (isExpired) await kept.expire(fileId)
  return fileId
}
