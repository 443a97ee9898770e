import assert from 'node:assert/strict'
import { createCipheriv, createSecretKey, type KeyObject, randomBytes } from 'node:crypto'
import { test } from 'node:test'
import { type Content, changeLeaves, type StatusName } from '@waypost/protocol'
import fc from 'fast-check'
import { sealText } from './envelope.ts'
import type { Encryption, Integration } from './integration.ts'
import { wrappingKeys } from './keys.fake.ts'
import type { Mt } from './message.ts'
import { openMt } from './open-mt.ts'
import type { Template } from './template.ts'

const denied = { type: 'failed', status: 'encryption_access_denied', unasked: true }
const hello: Content = { type: 'text', text: { body: 'Hello' } }

test('a message is as its client wrote it, and says nothing of its key any more', async () => {
  const { open, seal } = scene()
  const { encryptionKey: _, ...clear } = { ...(await seal(hello)), content: hello }
  assert.deepEqual(await open(await seal(hello)), clear)
})

test('a message that is clear needs no key', async () => {
  const { keys, open } = scene()
  const clear = mtOf(hello)
  assert.equal(await open(clear), clear)
  assert.equal(keys.asked(), 0)
})

test('a key that another one wraps, or none, opens nothing', async () => {
  const { keys, open, seal } = scene()
  const { wrapped } = await keys.make('of another')
  assert.deepEqual(await open({ ...(await seal(hello)), encryptionKey: wrapped }), denied)
  assert.deepEqual(await open({ ...(await seal(hello)), encryptionKey: 'no blob' }), denied)
})

test('where encryption was taken away meanwhile, no key is asked for', async () => {
  const { keys, open, seal, use } = scene()
  const sealed = await seal(hello)
  use(null)
  assert.deepEqual(await open(sealed), denied)
  assert.equal(keys.asked(), 0)
})

test('while keys cannot be had the message waits, and has to say so when its time ends', async () => {
  const { keys, open, seal } = scene()
  const sealed = await seal(hello)
  keys.breakOff()
  assert.deepEqual(await open(sealed), { ...denied, type: 'deferred', retry: 'transient' })
})

/** One leaf of many, as it must not be. */
const unopenable: Record<string, (cipher: string, key: KeyObject) => string> = {
  'that is clear': () => 'Cape Town',
  'that is not base64': (cipher) => `${cipher.slice(0, -1)}!`,
  'of half a vector': () => Buffer.alloc(8).toString('base64'),
  'of a vector alone': () => Buffer.alloc(16).toString('base64'),
  'that is cut within a block': (cipher) => Buffer.from(cipher, 'base64').subarray(0, 40).toString('base64'),
  'that is cut between blocks': (cipher) => Buffer.from(cipher, 'base64').subarray(0, 32).toString('base64'),
  // Its padding is right by chance once in 256 times, and the text UTF-8 far less often than that.
  'that is sealed under another key': () => sealText(createSecretKey(randomBytes(32)), 'é'.repeat(40)),
  'that is not UTF-8': (_, key) => {
    const cipher = createCipheriv('aes-256-cbc', key, Buffer.alloc(16))
    const bytes = Buffer.concat([Buffer.alloc(16), cipher.update(Buffer.from([0xff, 0xfe])), cipher.final()])
    return bytes.toString('base64')
  },
}
const place = { latitude: '-33.9', longitude: '18.4', name: 'Bakery', address: 'A long street in Cape Town' }

for (const [what, spoil] of Object.entries(unopenable))
  test(`a message with one leaf ${what} cannot be opened`, async () => {
    const { keys, open, seal } = scene()
    const { content, ...sealed } = await seal({ type: 'location', location: place })
    assert.ok(content.type === 'location' && sealed.encryptionKey)
    const { address = '', ...rest } = content.location
    const key = await keys.unwrap('mt', sealed.encryptionKey)
    const spoilt: Content = { type: 'location', location: { ...rest, address: spoil(address, key) } }
    const outcome = await open({ ...sealed, content: spoilt })
    assert.deepEqual(outcome, { type: 'failed', status: 'encryption_content_error', unasked: true })
  })

/** What a clear message would have been refused for. */
const wrong: { what: string; content: Content; status: StatusName }[] = [
  { what: 'an empty text', content: { type: 'text', text: { body: '' } }, status: 'failed_before_supplier' },
  {
    what: 'a place that is none',
    content: { type: 'location', location: { latitude: '0', longitude: '0' } },
    status: 'failed_before_supplier',
  },
  { what: 'a template with a line break', content: filling('a\nb'), status: 'parameter_invalid' },
  {
    what: 'a template of 1,100 characters',
    content: filling('a'.repeat(1100)),
    status: 'template_text_too_long',
  },
]
for (const { what, content, status } of wrong)
  test(`${what} ends in ${status} once it is opened`, async () => {
    const { open, seal } = scene()
    assert.deepEqual(await open(await seal(content)), { type: 'failed', status, unasked: true })
  })

test('whatever text was sealed is found again', async () => {
  const { open, seal } = scene()
  const texts = fc.string({ unit: 'grapheme', minLength: 1, maxLength: 200 })
  await fc.assert(
    fc.asyncProperty(texts, async (body) => {
      const opened = await open(await seal({ type: 'text', text: { body } }))
      assert.ok(!('type' in opened))
      assert.deepEqual(opened.content, { type: 'text', text: { body } })
    }),
  )
})

test('whatever stands where something sealed should is no more than content that cannot be opened', async () => {
  const { open, seal } = scene()
  const sealed = await seal(hello)
  await fc.assert(
    fc.asyncProperty(fc.oneof(fc.string(), fc.base64String()), async (body) => {
      const outcome = await open({ ...sealed, content: { type: 'text', text: { body } } })
      assert.partialDeepStrictEqual(outcome, { type: 'failed', unasked: true })
    }),
  )
})

function filling(value: string): Content {
  return { type: 'template', template: { templateName: 'known', parameters: { 1: value } } }
}

function mtOf(content: Content): Mt {
  return {
    id: '0198a1b2c3d4700080000000000000a1',
    integrationId: 'integration',
    channel: 'whatsapp',
    from: '2799900101',
    to: '27999123456',
    content,
    generation: 'one',
    priority: 1,
    acceptedAt: 0,
    expiresAt: 86_400_000,
    status: 'accepted',
    statusAt: 0,
    attempts: 1,
    uncertain: false,
    onUncertain: 'resend',
    uncertainWaitMs: 60_000,
  }
}

/** An integration with encryption, and a client of it. */
function scene() {
  const keys = wrappingKeys()
  let encryption: Encryption | null = { mtKey: 'mt', moKey: 'mo' }
  const template = {
    name: 'known',
    status: 'approved',
    body: 'Dear {{1}}',
    buttons: [],
  } as object as Template
  const directory = {
    // All that is read of them.
    integration: () => ({ encryption, whatsapp: { templatePolicy: 'strict' } }) as Integration,
    template: (_: string, name: string) => (name === 'known' ? template : undefined),
  }
  return {
    keys,
    use(next: Encryption | null) {
      encryption = next
    },
    async seal(content: Content): Promise<Mt> {
      const { key, wrapped } = await keys.make('mt')
      return { ...mtOf(changeLeaves(content, (leaf) => sealText(key, leaf))), encryptionKey: wrapped }
    },
    open: (mt: Mt) => openMt({ keys, directory }, mt),
  }
}
