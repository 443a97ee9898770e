import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import type { MessageLife } from '@waypost/protocol'
import { eventually } from './support/eventually.ts'
import { ask } from './support/installation.ts'
import { sealedSends } from './support/sealed-sends.ts'
import { encryption, type Sealing, sealer } from './support/sealing.ts'
import { shared } from './support/shared.ts'

/** Messages under data keys that a business had from KMS, as the sandbox has it, and what its faults do to them. */
process.env.AWS_ACCESS_KEY_ID = 'any'
process.env.AWS_SECRET_ACCESS_KEY = 'any'

let handset = 27_999_800_000
const hour = 3_600_000

describe('under a data key of KMS', () => {
  const installation = shared({
    one: { encryption },
    env: (sandbox) => ({ WAYPOST_KEYS_URL: `aws-kms:?endpoint=${sandbox}/kms&region=eu-west-1` }),
  })
  const { accepted } = sealedSends(installation)

  test('a message is on the phone in the clear', async () => {
    const to = String(++handset)
    const { encryptionKey, text } = await fromKms()
    await accepted('one', { to, encryptionKey, content: text('Hello') })
    assert.equal((await shownOn(to)).text, 'Hello')
  })

  test('a message waits while KMS throttles, and others go', async () => {
    const [to, other] = [String(++handset), String(++handset)]
    const { encryptionKey, text } = await fromKms()
    await arm([{ fault: 'kms', error: 'ThrottlingException' }])
    const id = await accepted('one', { to, encryptionKey, content: text('Hello') })
    await tried(id)
    await accepted('one', { to: other, content: 'clear' })
    assert.equal((await shownOn(other)).text, 'clear')
    assert.deepEqual(await installation().phone(to), [])
    await arm([])
    assert.equal((await shownOn(to)).text, 'Hello')
  })

  test('a message ends in 60 when KMS does not let us use its key', async () => {
    const { encryptionKey, text } = await fromKms()
    await arm([{ fault: 'kms', error: 'AccessDeniedException' }])
    const id = await accepted('one', { to: String(++handset), encryptionKey, content: text('Hello') })
    await toldOf(id, 60)
    await arm([])
  })

  test('a message ends in 60 when KMS throttles until its time is up', async () => {
    const { encryptionKey, text } = await fromKms()
    await arm([{ fault: 'kms', error: 'ThrottlingException' }])
    const id = await accepted('one', { to: String(++handset), encryptionKey, content: text('Hello') })
    await tried(id)
    await installation().askSandbox('POST', '/clock/advance', { ms: 25 * hour })
    await toldOf(id, 60)
    await arm([])
  })

  /** As a business does, which has never heard of us. */
  async function fromKms(): Promise<Sealing> {
    const { json, text } = await ask(`${installation().sandbox.url}/kms`, 'POST', {
      headers: {
        'content-type': 'application/x-amz-json-1.1',
        'x-amz-target': 'TrentService.GenerateDataKey',
      },
      body: { KeyId: encryption.mtKey, KeySpec: 'AES_256' },
    })
    const { Plaintext, CiphertextBlob } = json as { Plaintext?: string; CiphertextBlob?: string } // KMS's answer
    assert.ok(Plaintext && CiphertextBlob, text)
    return sealer(Buffer.from(Plaintext, 'base64'), CiphertextBlob)
  }

  async function arm(faults: object[]) {
    const { httpStatus, text } = await installation().askSandbox('PUT', '/faults', faults)
    assert.equal(httpStatus, 200, text)
  }

  const shownOn = (to: string) =>
    eventually(async () => (await installation().phone(to))[0], `it is on ${to}`)

  const tried = (id: string) =>
    eventually(async () => {
      const { json } = await installation().admin('GET', `/admin/messages/${id}`)
      const [attempt] = (json as MessageLife).attempts // the contract of the admin API
      return attempt && attempt.endedAt !== null
    }, `${id} was tried`)

  const toldOf = (id: string, code: number) =>
    installation().received.one.call(({ raw }) => raw.includes(id) && raw.includes(`"statusCode":${code},`))
})
