import assert from 'node:assert/strict'
import type { AddressInfo } from 'node:net'
import { createServer } from 'node:net'
import { describe, type TestContext, test } from 'node:test'
import { DecryptCommand, GenerateDataKeyCommand, KMSClient } from '@aws-sdk/client-kms'
import { KeyRefused, KeysUnavailable } from '../packages/gateway/src/core/keys.ts'
import { openKms } from '../packages/gateway/src/keys/aws-kms/index.ts'
import { keySuite } from '../packages/gateway/src/keys/keys.suite.ts'
import { openSandbox } from '../packages/sandbox/src/sandbox.ts'
import { ask } from './support/installation.ts'

// The SDK finds these as it finds them everywhere; the sandbox takes any.
process.env.AWS_ACCESS_KEY_ID = 'any'
process.env.AWS_SECRET_ACCESS_KEY = 'any'

const arn = (number: number, account = '000000000000') =>
  `arn:aws:kms:eu-west-1:${account}:key/00000000-0000-4000-8000-00000000000${number}`

describe('AWS KMS, as the sandbox has it', () => {
  keySuite(async (t) => {
    const { service } = await open(t)
    return { service, names: [arn(1), arn(2)], unknownName: arn(1, '999999999999') }
  })

  const faults: { error: string; as: typeof KeyRefused | typeof KeysUnavailable }[] = [
    { error: 'AccessDeniedException', as: KeyRefused },
    { error: 'DisabledException', as: KeyRefused },
    { error: 'KMSInvalidStateException', as: KeyRefused },
    { error: 'IncorrectKeyException', as: KeyRefused },
    { error: 'NotFoundException', as: KeyRefused },
    { error: 'ThrottlingException', as: KeysUnavailable },
    { error: 'KMSInternalException', as: KeysUnavailable },
    { error: 'DependencyTimeoutException', as: KeysUnavailable },
    { error: 'KeyUnavailableException', as: KeysUnavailable },
    { error: 'ServiceUnavailableException', as: KeysUnavailable },
    { error: 'ExpiredTokenException', as: KeysUnavailable },
    { error: 'UnrecognizedClientException', as: KeysUnavailable },
  ]
  for (const { error, as } of faults)
    test(`3: ${error} is ${as.name}, and over when it is over`, async (t) => {
      const { service, arm } = await open(t)
      const { key, wrapped } = await service.make(arn(1))
      await arm([{ fault: 'kms', error }])
      await assert.rejects(service.unwrap(arn(1), wrapped), (thrown: Error) => {
        assert.ok(thrown instanceof as, String(thrown))
        assert.ok(!thrown.message.includes(wrapped))
        return true
      })
      await arm([])
      assert.deepEqual(await service.unwrap(arn(1), wrapped), key)
    })

  test('3: a fault that passes at once is not noticed', async (t) => {
    const { service, arm } = await open(t)
    await arm([{ fault: 'kms', error: 'KMSInternalException', times: 1 }])
    assert.equal((await service.make(arn(1))).key.length, 32)
  })

  test('3: a service that is out of reach cannot be asked', async () => {
    await using service = await openKms({ endpoint: 'http://127.0.0.1:1/kms', region: 'eu-west-1' })
    await assert.rejects(service.make(arn(1)), KeysUnavailable)
  })

  test('4: a service that never answers is given up', async (t) => {
    const { service, arm } = await open(t)
    await arm([{ fault: 'kmsHang' }])
    await assert.rejects(service.make(arn(1)), KeysUnavailable)
  })

  test('4: a service that takes connections and says nothing is given up', async (t) => {
    const server = createServer(() => {})
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    t.after(() => server.close())
    const { port } = server.address() as AddressInfo // a TCP server has an address and a port
    await using service = await openKms({ endpoint: `http://127.0.0.1:${port}/kms`, region: 'eu-west-1' })
    await assert.rejects(service.make(arn(1)), KeysUnavailable)
  })

  test('the SDK of a business makes data keys that the gateway opens, and opens those of the gateway', async (t) => {
    const { service, url } = await open(t)
    const client = new KMSClient({ endpoint: `${url}/kms`, region: 'eu-west-1' })
    t.after(() => client.destroy())
    const theirs = await client.send(new GenerateDataKeyCommand({ KeyId: arn(1), KeySpec: 'AES_256' }))
    const blob = Buffer.from(theirs.CiphertextBlob ?? [])
    assert.equal(blob.length, 184, 'as long as a blob of KMS')
    assert.deepEqual(
      await service.unwrap(arn(1), blob.toString('base64')),
      Buffer.from(theirs.Plaintext ?? []),
    )

    const ours = await service.make(arn(2))
    const opened = await client.send(
      new DecryptCommand({ CiphertextBlob: Buffer.from(ours.wrapped, 'base64') }),
    )
    assert.equal(opened.KeyId, arn(2), 'the blob says which key it is')
    assert.deepEqual(Buffer.from(opened.Plaintext ?? []), ours.key)
  })

  test('what it does not have is refused by name', async (t) => {
    const { url } = await open(t)
    const headers = { 'content-type': 'application/x-amz-json-1.1', 'x-amz-target': 'TrentService.CreateKey' }
    const { httpStatus, json } = await ask(`${url}/kms`, 'POST', { headers, body: '{}' })
    assert.equal(httpStatus, 400)
    assert.partialDeepStrictEqual(json, { __type: 'UnknownOperationException' })
  })
})

async function open(t: TestContext) {
  const sandbox = await openSandbox({ host: '127.0.0.1', port: 0 })
  t.after(() => sandbox[Symbol.asyncDispose]())
  const service = await openKms({ endpoint: `${sandbox.url}/kms`, region: 'eu-west-1' })
  t.after(() => service[Symbol.asyncDispose]())
  const arm = async (faults: object[]) => {
    const { httpStatus, text } = await ask(`${sandbox.url}/faults`, 'PUT', { body: faults })
    assert.equal(httpStatus, 200, text)
  }
  return { service, url: sandbox.url, arm }
}
