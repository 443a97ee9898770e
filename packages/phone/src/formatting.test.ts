import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import fc from 'fast-check'
import { firstUrl, type Piece, piecesOf, plainOf } from './formatting.ts'

const plain = (text: string): Piece => ({ type: 'text', text })
const bold = (...pieces: Piece[]): Piece => ({ type: 'bold', pieces })
const italic = (...pieces: Piece[]): Piece => ({ type: 'italic', pieces })
const strike = (...pieces: Piece[]): Piece => ({ type: 'strike', pieces })
const mono = (text: string): Piece => ({ type: 'mono', text })
const link = (text: string, url = text): Piece => ({ type: 'link', text, url })

describe('a text', () => {
  const cases: { what: string; text: string; pieces: Piece[] }[] = [
    { what: 'without marks is itself', text: 'Hello', pieces: [plain('Hello')] },
    { what: 'that is empty has no pieces', text: '', pieces: [] },
    { what: 'can be bold', text: 'a *b* c', pieces: [plain('a '), bold(plain('b')), plain(' c')] },
    { what: 'can be italic', text: '_b_', pieces: [italic(plain('b'))] },
    { what: 'can be struck', text: '~b~', pieces: [strike(plain('b'))] },
    { what: 'can be monospaced', text: '```b```', pieces: [mono('b')] },
    { what: 'can be monospaced within a line', text: 'a `b`', pieces: [plain('a '), mono('b')] },
    { what: 'keeps marks in monospace', text: '```*b*```', pieces: [mono('*b*')] },
    { what: 'can be monospaced over lines', text: '```a\nb```', pieces: [mono('a\nb')] },
    {
      what: 'nests',
      text: '*a _b ~c~_*',
      pieces: [bold(plain('a '), italic(plain('b '), strike(plain('c'))))],
    },
    { what: 'keeps a mark that never closes', text: '*a', pieces: [plain('*a')] },
    { what: 'keeps a mark that closes on another line', text: '*a\nb*', pieces: [plain('*a\nb*')] },
    { what: 'keeps a mark before a space', text: '2 * 3 * 4', pieces: [plain('2 * 3 * 4')] },
    { what: 'keeps a mark inside a word', text: 'snake_case_name', pieces: [plain('snake_case_name')] },
    { what: 'keeps a mark beside a letter of any script', text: 'я_б_', pieces: [plain('я_б_')] },
    { what: 'keeps marks with nothing between', text: '**', pieces: [plain('**')] },
    { what: 'may have punctuation after a mark', text: '*a*!', pieces: [bold(plain('a')), plain('!')] },
    { what: 'links https', text: 'https://a.example', pieces: [link('https://a.example')] },
    { what: 'links www', text: 'www.a.example', pieces: [link('www.a.example', 'https://www.a.example')] },
    {
      what: 'ends a link before the full stop',
      text: 'See http://a.example/b.',
      pieces: [plain('See '), link('http://a.example/b'), plain('.')],
    },
    {
      what: 'keeps brackets that belong to the link',
      text: '(https://a.example/b_(c))',
      pieces: [plain('('), link('https://a.example/b_(c))')],
    },
    {
      what: 'keeps marks inside a link',
      text: 'https://a.example/_b_/c',
      pieces: [link('https://a.example/_b_/c')],
    },
    { what: 'can have a bold link', text: '*https://a.example*', pieces: [bold(link('https://a.example'))] },
    { what: 'links no script', text: 'javascript:alert(1)', pieces: [plain('javascript:alert(1)')] },
    { what: 'links nothing without a host', text: 'https://', pieces: [plain('https://')] },
  ]
  for (const { what, text, pieces } of cases) {
    test(what, () => assert.deepEqual(piecesOf(text), pieces))
  }

  test('loses nothing but marks, whatever it is', () => {
    const characters = fc.constantFrom(...'*_~`ab \n.', '😀', 'https://x.example')
    fc.assert(
      fc.property(fc.array(characters, { maxLength: 60 }), (parts) => {
        const unmarked = (text: string) => text.replace(/[*_~`]/g, '')
        assert.equal(unmarked(plainOf(parts.join(''))), unmarked(parts.join('')))
      }),
    )
  })

  test('of the longest kind is read at once, however its marks are arranged', () => {
    for (const part of ['*', '_*~', '*a ', '`', '```', 'https://a.']) {
      const startedAt = performance.now()
      piecesOf(part.repeat(4096 / part.length))
      assert.ok(performance.now() - startedAt < 500, part)
    }
  })
})

describe('the first URL', () => {
  test('is found in the middle of a text', () => {
    assert.equal(firstUrl('a (https://a.example/b), https://c.example')?.href, 'https://a.example/b')
  })

  test('is undefined without one', () => assert.equal(firstUrl('www.a.example'), undefined))
})
