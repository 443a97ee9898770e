import assert from 'node:assert/strict'
import { createSecretKey, randomBytes } from 'node:crypto'
import { describe, test } from 'node:test'
import { openText } from './envelope.ts'
import type { Mo, MoContent } from './message.ts'
import { sealMo } from './seal-mo.ts'

const key = createSecretKey(randomBytes(32))
const mo = {
  integrationId: 'i',
  channel: 'whatsapp',
  supplierId: 'wamid.17',
  from: '27821234567',
  userId: 'ZA.1',
  to: '2799900001',
  profileName: 'Ann',
  relatedSupplierId: 'wamid.16',
  at: 17,
} as const satisfies Partial<Mo>
const sealed = (content: MoContent) => sealMo({ ...mo, content }, { key, wrapped: 'AQID' })

/** The same, with what stands in brackets opened: what does not open is left as it is. */
function shown(value: unknown): unknown {
  return JSON.parse(JSON.stringify(value), (_, leaf: unknown) => {
    try {
      return typeof leaf === 'string' ? `<${openText(key, leaf)}>` : leaf
    } catch {
      return leaf
    }
  })
}

test('of a sealed MO the name of its person is sealed, and ids, numbers and times are not', () => {
  const { content: _, ...rest } = sealed({ type: 'text', text: { body: 'Hi' } })
  assert.deepEqual(shown(rest), { ...mo, profileName: '<Ann>', encryptionKey: 'AQID' })
})

describe('of a sealed MO', () => {
  const ours = `${'0'.repeat(32)}:2`
  const rows: Record<string, [MoContent, object]> = {
    'a text is sealed': [
      { type: 'text', text: { body: 'Hi' } },
      { type: 'text', text: { body: '<Hi>' } },
    ],
    'a place is sealed': [
      {
        type: 'location',
        location: { latitude: '-33.8', longitude: '18.6', name: 'V&A', address: 'Dock Rd' },
      },
      {
        type: 'location',
        location: { latitude: '<-33.8>', longitude: '<18.6>', name: '<V&A>', address: '<Dock Rd>' },
      },
    ],
    'a contact is sealed, and its structure is not': [
      {
        type: 'contacts',
        contacts: { contacts: [{ name: { formattedName: 'Bob' }, phones: [{ waId: '27', type: 'WORK' }] }] },
      },
      {
        type: 'contacts',
        contacts: {
          contacts: [{ name: { formattedName: '<Bob>' }, phones: [{ waId: '<27>', type: '<WORK>' }] }],
        },
      },
    ],
    'a button is sealed, and our payload is not: it is an id': [
      { type: 'button', button: { text: 'Pay', payload: ours, postbackData: 'order 17' } },
      { type: 'button', button: { text: '<Pay>', payload: ours, postbackData: '<order 17>' } },
    ],
    'somebody else’s payload is kept sealed only': [
      { type: 'button', button: { text: 'Pay', payload: 'order 17', postbackData: 'order 17' } },
      { type: 'button', button: { text: '<Pay>', postbackData: '<order 17>' } },
    ],
    'a payload that is the button’s text is not kept': [
      { type: 'button', button: { text: 'Pay', payload: 'Pay' } },
      { type: 'button', button: { text: '<Pay>' } },
    ],
    'a caption is sealed, and what is told if the file is lost': [
      {
        type: 'attachment',
        attachment: { supplierId: '1', contentType: 'image/png', caption: 'Look', sha256: 'a1' },
      },
      {
        type: 'attachment',
        attachment: {
          supplierId: '1',
          contentType: 'image/png',
          caption: '<Look>',
          sha256: 'a1',
          ifLost: '<[file lost: image/png] Look>',
        },
      },
    ],
    'a reaction becomes its text': [
      { type: 'reaction', reaction: { emoji: '👍' } },
      { type: 'text', text: { body: '<👍>' } },
    ],
    'what neither API has an event for becomes its text': [
      { type: 'unsupported', unsupported: { kind: 'order' } },
      { type: 'text', text: { body: '<[unsupported: order]>' } },
    ],
  }
  for (const [what, [content, expected]] of Object.entries(rows))
    test(what, () => assert.deepEqual(shown(sealed(content).content), expected))
})
