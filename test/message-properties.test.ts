import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { before, describe, test } from 'node:test'
import fc from 'fast-check'
import { type Fine, fine, nameOfFile } from './support/any-message.ts'
import { broken } from './support/broken-message.ts'
import { eventually } from './support/eventually.ts'
import { type Installation, keys, type PhoneMessage } from './support/installation.ts'
import { picture } from './support/published-requests.ts'
import { generations } from './support/refusals.ts'
import { shared } from './support/shared.ts'
import { syncTemplates } from './support/templates.ts'

/** Messages that nobody thought of. Where one fails, fast-check says by which seed it comes again. */
const runs = { numRuns: 6 }
const perRequest = { minLength: 1, maxLength: 20 }

for (const generation of generations)
  describe(`whatever is sent by the ${generation} API,`, () => {
    const installation = shared()
    before(() => syncTemplates(installation()))

    for (const [type, messages] of Object.entries(fine[generation])) {
      test(`${type} that is fine is accepted, and on the phone it is what was sent`, async () => {
        await fc.assert(
          fc.asyncProperty(fc.array(messages, perRequest), async (several) => {
            const sent = await Promise.all(several.map((one) => addressed(installation(), one)))
            const { httpStatus, text, json } = await installation().send(generation, sent)
            assert.equal(httpStatus, 202, text)
            assert.deepEqual(acceptedIn(json), Array(sent.length).fill(true))
            await Promise.all(several.map((one, i) => shownAsSent(installation(), sent[i]?.to ?? '', one)))
          }),
          runs,
        )
      })

      test(`${type} that is wrong is refused, and its neighbour is not`, async () => {
        await fc.assert(
          fc.asyncProperty(fc.array(broken(generation, messages), perRequest), async (several) => {
            const fileId = await uploaded(installation(), '27999000001', { ...picture, isUploaded: true })
            const wrong = naming(fileId, several).map(({ message }) => message)
            const { httpStatus, text, json } = await installation().send(generation, [
              ...wrong,
              { to: freshPhone(), content: 'Hello' },
            ])
            assert.ok(httpStatus < 500, text)
            assert.deepEqual(
              acceptedIn(json),
              [...Array(wrong.length).fill(false), true],
              several.map(({ how }) => how).join(', '),
            )
          }),
          runs,
        )
      })
    }
  })

let handset = 27_999_500_000
/** A recipient that nobody wrote to yet. */
const freshPhone = () => String(++handset)

const acceptedIn = (json: unknown) =>
  (json as { messages: { accepted: boolean }[] }).messages.map(({ accepted }) => accepted)

/** The message with a recipient of its own, and with the name of its file once that is uploaded. */
async function addressed(installation: Installation, { message, file }: Fine) {
  const to = freshPhone()
  return { to, ...(file?.isUploaded ? naming(await uploaded(installation, to, file), message) : message) }
}

async function uploaded({ ask }: Installation, to: string, file: NonNullable<Fine['file']>) {
  const query = new URLSearchParams({ fileName: file.fileName, to })
  const { json, text } = await ask('POST', `/v1/media?${query}`, {
    key: keys.one,
    headers: { 'content-type': file.contentType },
    body: file.bytes,
  })
  const { fileId } = json as { fileId?: string } // the contract of the upload
  assert.ok(fileId, text)
  return fileId
}

const naming = <T>(fileId: string, message: T): T =>
  JSON.parse(JSON.stringify(message).replaceAll(JSON.stringify(nameOfFile), JSON.stringify(fileId)))

async function shownAsSent(installation: Installation, to: string, { shows, opens, file }: Fine) {
  const shown = await eventually(async () => (await installation.phone(to))[0], 'it is on the phone', 30_000)
  const content = Object.fromEntries(Object.entries(shown).filter(([name]) => !envelope.has(name)))
  assert.deepEqual(content, shows)
  if (file) assert.equal(await hashOf(installation, shown), hash(file.bytes))
  if (opens === undefined) return
  const path = `/phones/${to}/messages/${encodeURIComponent(shown.id)}/press`
  const { json } = await installation.askSandbox('POST', path, { button: 2 })
  assert.deepEqual(json, { opens })
}

/** What every message on the phone has, and where its file is, which is looked at by itself. */
const envelope = new Set(['id', 'from', 'to', 'ticks', 'direction', 'at', 'media'])

async function hashOf({ sandbox }: Installation, { to, id }: PhoneMessage) {
  const answer = await fetch(`${sandbox.url}/phones/${to}/messages/${encodeURIComponent(id)}/media`)
  return hash(Buffer.from(await answer.arrayBuffer()))
}

const hash = (bytes: Buffer) => createHash('sha256').update(bytes).digest('hex')
