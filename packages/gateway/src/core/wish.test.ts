import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { wishIn } from './wish.ts'

const words = {
  stop: { en: ['STOP', 'Unsubscribe'], af: ['Hou op'] },
  start: { en: ['START'] },
}
const rows: [said: string, wish: 'stop' | 'start' | undefined][] = [
  ['STOP', 'stop'],
  ['stop', 'stop'],
  [' Stop. ', 'stop'],
  ['"unsubscribe!"', 'stop'],
  ['hou op', 'stop'],
  ['ＳＴＯＰ', 'stop'],
  ['Start', 'start'],
  ['Stop it', undefined],
  ['Please do not stop', undefined],
  ['', undefined],
  ['stop'.repeat(1000), undefined],
]

describe('what a person wants', () => {
  for (const [said, wish] of rows)
    test(`who writes ${JSON.stringify(said.slice(0, 30))} is ${wish ?? 'nothing in particular'}`, () => {
      assert.equal(wishIn({ words }, { type: 'text', text: { body: said } }), wish)
    })

  test('is told by a button as well, and by nothing else', () => {
    assert.equal(wishIn({ words }, { type: 'button', button: { text: 'STOP' } }), 'stop')
    assert.equal(wishIn({ words }, { type: 'unsupported', unsupported: { kind: 'stop' } }), undefined)
  })

  test('is nothing where the integration has no words', () => {
    const none = { words: { stop: {}, start: {} } }
    assert.equal(wishIn(none, { type: 'text', text: { body: '' } }), undefined)
    assert.equal(wishIn(none, { type: 'text', text: { body: 'STOP' } }), undefined)
  })
})
