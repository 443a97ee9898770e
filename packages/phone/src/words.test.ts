import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import type { Message } from './api.ts'
import { excerptOf, wordsOf } from './words.ts'

const place = { latitude: 1, longitude: 2 }
const media = { contentType: 'application/pdf', fileName: 'a.pdf', bytes: 1, url: '/' }
const contact = { name: { formattedName: 'John Smith' } }

describe('a message in words', () => {
  const cases: { what: string; message: Partial<Message>; words: string }[] = [
    {
      what: 'is its text without marks',
      message: { kind: 'text', text: '*Hello*\nworld' },
      words: 'Hello\nworld',
    },
    { what: 'is its kind where the page knows no better', message: { kind: 'hologram' }, words: 'hologram' },
    {
      what: 'is the header and the body',
      message: { kind: 'template', header: 'News', body: '*Hello*', footer: 'Acme' },
      words: 'News\nHello',
    },
    { what: 'is the caption', message: { kind: 'image', caption: '*Look*' }, words: 'Photo: Look' },
    { what: 'is the name of a file', message: { kind: 'document', media }, words: 'Document: a.pdf' },
    { what: 'says what it is', message: { kind: 'audio' }, words: 'Audio' },
    {
      what: 'names a place',
      message: { kind: 'location', location: { ...place, name: 'Acme' } },
      words: 'Location: Acme',
    },
    {
      what: 'says where a place is',
      message: { kind: 'location', location: { ...place, address: 'Here' } },
      words: 'Location: Here',
    },
    { what: 'says that it is a place', message: { kind: 'location', location: place }, words: 'Location' },
    {
      what: 'names who is sent',
      message: { kind: 'contacts', contacts: [contact, contact] },
      words: 'Contact: John Smith and 1 other',
    },
  ]
  for (const { what, message, words } of cases) test(what, () => assert.equal(wordsOf(made(message)), words))
})

describe('the excerpt of a message', () => {
  const cases = [
    { what: 'is one line without marks', text: '*Hello*\n\nworld', excerpt: 'Hello world' },
    { what: 'is cut when long', text: 'a'.repeat(200), excerpt: `${'a'.repeat(80)}…` },
  ]
  for (const { what, text, excerpt } of cases) {
    test(what, () => assert.equal(excerptOf(made({ kind: 'text', text })), excerpt))
  }
})

function made(given: Partial<Message>): Message {
  return { id: '1', from: '101', to: '27', kind: 'text', ticks: 'sent', direction: 'in', at: 0, ...given }
}
