import assert from 'node:assert/strict'
import type { TestContext } from 'node:test'
import { DecryptCommand, KMSClient } from '@aws-sdk/client-kms'
import { eventually } from './eventually.ts'
import { scriptedGraph } from './graph.ts'
import { type Installation, install, numbers } from './installation.ts'
import { isSealed, openedText } from './openssl.ts'
import type { Received } from './receiver.ts'
import { encryption } from './sealing.ts'

// The SDK finds these as it finds them everywhere; the sandbox takes any.
process.env.AWS_ACCESS_KEY_ID = 'any'
process.env.AWS_SECRET_ACCESS_KEY = 'any'

/** A business that wants answers sealed, behind a scripted Meta. It has the keys of the sandbox's KMS, and OpenSSL. */
export async function sealedBusiness(
  t: TestContext,
  generation: 'one' | 'legacy' = 'one',
  more: Record<string, unknown> = {},
) {
  const graph = await scriptedGraph(t, numbers[generation])
  const installation = await install(t, {
    [generation]: { whatsapp: graph.sender, encryption, ...more },
    env: (sandbox) => ({ WAYPOST_KEYS_URL: `aws-kms:?endpoint=${sandbox}/kms&region=eu-west-1` }),
  })
  const registered = () =>
    eventually(async () => graph.webhookUrl()?.startsWith(installation.url), 'the webhook is registered')
  await registered()

  const client = new KMSClient({ endpoint: `${installation.sandbox.url}/kms`, region: 'eu-west-1' })
  t.after(async () => client.destroy())
  async function keyOf({ encryptionKey }: { encryptionKey?: unknown }): Promise<Buffer> {
    assert.equal(typeof encryptionKey, 'string', 'the event names its key')
    const blob = Buffer.from(String(encryptionKey), 'base64')
    const { KeyId, Plaintext } = await client.send(new DecryptCommand({ CiphertextBlob: blob }))
    assert.equal(KeyId, encryption.moKey)
    return Buffer.from(Plaintext ?? [])
  }

  const { calls, call } = installation.received[generation]
  return {
    graph,
    installation,
    registered,
    client,
    keyOf,
    mos: () => calls.filter(isMo),
    heard: (fits: (call: Received) => boolean = () => true) => call((one) => isMo(one) && fits(one)),
    /** What KMS answers from now on; with none it behaves. */
    async arm(...faults: object[]) {
      const { httpStatus, text } = await installation.askSandbox('PUT', '/faults', faults)
      assert.equal(httpStatus, 200, text)
    },
  }
}

const isMo = ({ body }: Received) =>
  'event' in body ? !('messageStatusUpdate' in Object(body.event)) : !('statusCode' in body)

type Event = Record<string, Record<string, unknown>[]>
/** The one event of a One API callback. */
export const eventIn = ({ body }: Received) =>
  Object.entries(body.event as Event).map(([name, [event]]) => [name, event ?? {}] as const)[0] ??
  assert.fail('no event')

/** An event with each text that looks sealed opened, in angle brackets: so that what is clear and should not be is seen. */
export function shownWith<Value>(key: Buffer, value: Value): Value {
  return JSON.parse(JSON.stringify(value), (name, leaf: unknown) =>
    name !== 'encryptionKey' && isSealed(leaf) ? `<${openedText(key, leaf)}>` : leaf,
  )
}

/** Where in what the installation keeps one of these stands. */
export async function placesWith(
  installation: Installation,
  ...clear: (string | Buffer)[]
): Promise<string[]> {
  const traces = await installation.traces()
  return [...traces].filter(([, bytes]) => clear.some((text) => bytes.includes(text))).map(([place]) => place)
}
