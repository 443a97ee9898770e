import assert from 'node:assert/strict'
import { isUtf8 } from 'node:buffer'
import { describe, test } from 'node:test'
import { isLonger, textMaxLength } from '@waypost/protocol'
import fc from 'fast-check'
import { Refused } from '../surface.ts'
import type { Path } from './containers.ts'
import { type Bounds, tokenizer } from './tokenizer.ts'
import { utf8Check } from './utf8-check.ts'

/** Short enough that a text is cut wherever it can be. */
const narrow: Bounds = {
  skeletonBytes: 100_000,
  depth: 20,
  values: 2000,
  stringBytes: 5,
  handedOutKept: 3,
}
/** Nothing is a long string. */
const wide: Bounds = { ...narrow, stringBytes: 100_000 }

interface Options {
  /** Narrow when absent. */
  bounds?: Bounds | 'real'
  handOut?: (path: Path) => boolean
  mark?: string
}

/** What became of a text: undefined when it was refused. */
function read(
  bytes: Uint8Array,
  cuts: number[],
  { bounds = narrow, handOut = nobody, mark = '' }: Options = {},
) {
  const taken: { path: Path; bytes: Buffer; ended: boolean }[] = []
  const tokens = tokenizer(
    (path) => {
      if (!handOut(path)) return undefined
      const to = { path, bytes: Buffer.alloc(0), ended: false }
      taken.push(to)
      return { to, mark: mark && `${mark}${taken.length}` }
    },
    bounds === 'real' ? undefined : bounds,
  )
  const utf8 = utf8Check()
  try {
    for (const piece of pieces(bytes, cuts)) {
      if (!utf8.read(piece)) return undefined
      for (const { to, bytes, last } of tokens.read(piece)) {
        to.bytes = Buffer.concat([to.bytes, bytes])
        to.ended = last
      }
    }
    if (!utf8.isWhole()) return undefined
    const skeleton = Buffer.from(tokens.skeleton()).toString()
    return { skeleton, value: JSON.parse(skeleton) as unknown, taken }
  } catch (error) {
    assert.ok(error instanceof Refused || error instanceof SyntaxError, String(error))
    return undefined
  }
}
const nobody = (_path: Path) => false
const everybody = (_path: Path) => true

/** The bytes in pieces, each in memory of its own that is overwritten once it was read. */
function* pieces(bytes: Uint8Array, cuts: number[]): Generator<Uint8Array> {
  const ends = [...cuts.map((cut) => cut % (bytes.length + 1)), bytes.length].sort((a, b) => a - b)
  let from = 0
  for (const end of ends) {
    const piece = Buffer.from(bytes.subarray(from, end))
    yield piece
    piece.fill('"')
    from = end
  }
}

const cuts = fc.array(fc.nat(), { maxLength: 12 })

/** A string as JSON may write it: any character by itself or by an escape, and halves of surrogate pairs. */
const spelledString = fc
  .array(
    fc.oneof(
      fc
        .string({ unit: 'binary', minLength: 1, maxLength: 1 })
        .map((sign) => JSON.stringify(sign).slice(1, -1)),
      fc.constantFrom('\\/', '/', '\\"', '\\\\', '\\b', '\\f', '\\n', '\\r', '\\t', '\\u0000', '\\u00e9'),
      fc.constantFrom(
        '\\ud83d\\ude00',
        '\\uD83D',
        '\\uDE00',
        '🙂',
        'é',
        '€',
        '{',
        '}',
        '[',
        ']',
        ':',
        ',',
        'a',
      ),
    ),
    { maxLength: 14 },
  )
  .map((units) => `"${units.join('')}"`)

/** JSON in any spelling, with names that come twice. */
const text = fc.letrec<{ value: string; space: string; member: string }>((tie) => ({
  space: fc.constantFrom('', '', '', ' ', '\n\t', '\r'),
  value: fc.oneof(
    { maxDepth: 4 },
    spelledString,
    fc.constantFrom('null', 'true', '0', '-1.5e3', '12345678901234567890', '[]', '{}', '[ ]'),
    fc.array(tie('value'), { maxLength: 4 }).map((values) => `[${values.join(',')}]`),
    fc.array(tie('member'), { maxLength: 4 }).map((members) => `{${members.join(' , ')}}`),
  ),
  member: fc
    .tuple(
      fc.oneof(spelledString, fc.constantFrom('"a"', '"\\u0061"', '"__proto__"')),
      tie('space'),
      tie('value'),
    )
    .map(([name, space, value]) => `${name}${space}:${space}${value}`),
})).value

const literals = /"(?:[^"\\]|\\.)*"(?<colon>\s*:)?/gs
const isLong = (literal: string) => shortened(literal) !== literal

/** What the tokenizer does, said the other way round: whole characters and escapes until there are bytes enough. */
function shortened(literal: string): string {
  let kept = ''
  for (const unit of literal.slice(1, -1).match(/\\u.{4}|\\.|./gsu) ?? [])
    if (Buffer.byteLength(kept) < narrow.stringBytes) kept += unit
  return `"${kept}"`
}

describe('the skeleton of a JSON text, in whatever pieces it arrives,', () => {
  test('is the text itself where no string is long', () => {
    fc.assert(
      fc.property(text, cuts, (text, cuts) => {
        assert.equal(read(Buffer.from(text), cuts, { bounds: wide })?.skeleton, text)
      }),
    )
  })

  test('has the beginning of each long string that nobody takes', () => {
    fc.assert(
      fc.property(text, cuts, (text, cuts) => {
        const expected = text.replace(/"(?:[^"\\]|\\.)*"/gs, shortened)
        assert.equal(read(Buffer.from(text), cuts)?.skeleton, expected)
      }),
    )
  })

  test('is refused where JSON.parse refuses the text, and only there', () => {
    const damage = fc.array(
      fc.record({
        at: fc.nat(),
        remove: fc.nat({ max: 3 }),
        insert: fc.oneof(
          fc.constantFrom(
            '"',
            '\\',
            '\\u12',
            '{',
            '}',
            '[',
            ']',
            ':',
            ',',
            ' ',
            '\n',
            '0',
            '\u0000',
            '\ufeff',
            'x',
          ),
          fc.uint8Array({ maxLength: 2 }),
        ),
      }),
      { minLength: 1, maxLength: 3 },
    )
    fc.assert(
      fc.property(text, damage, cuts, fc.boolean(), (text, damage, cuts, isTaken) => {
        let bytes = Buffer.from(text)
        for (const { at, remove, insert } of damage) {
          const place = at % (bytes.length + 1)
          const rest = bytes.subarray(place + remove)
          bytes = Buffer.concat([bytes.subarray(0, place), Buffer.from(insert as string), rest])
        }
        const heard = read(bytes, cuts, { handOut: isTaken ? everybody : nobody })
        assert.equal(heard !== undefined, isJson(bytes), JSON.stringify(bytes.toString('latin1')))
      }),
      { numRuns: 1000 },
    )
  })
})

function isJson(bytes: Buffer): boolean {
  try {
    JSON.parse(bytes.toString())
    return isUtf8(bytes)
  } catch {
    return false // which is the answer
  }
}

describe('a long string', () => {
  test('is handed out as the UTF-8 of its characters, to its end', () => {
    fc.assert(
      fc.property(text, cuts, (text, cuts) => {
        const values = Array.from(text.matchAll(literals)).filter(
          ([literal, colon]) => colon === undefined && isLong(literal),
        )
        const heard = read(Buffer.from(text), cuts, { handOut: everybody })
        assert.deepEqual(
          heard?.taken.map(({ bytes, ended }) => ({ hex: bytes.toString('hex'), ended })),
          values.map(([literal]) => ({ hex: Buffer.from(JSON.parse(literal)).toString('hex'), ended: true })),
        )
      }),
    )
  })

  test('leaves the rest of the text as it is, and of itself at most as many characters as are wanted', () => {
    fc.assert(
      fc.property(text, cuts, (text, cuts) => {
        const skeleton = read(Buffer.from(text), cuts, { handOut: everybody })?.skeleton ?? ''
        const others = (text: string) =>
          text.replace(literals, (literal, colon) => (colon === undefined ? '""' : shortened(literal)))
        assert.equal(others(skeleton), others(text))
        for (const [literal, colon] of skeleton.matchAll(literals))
          if (colon === undefined) assert.ok(!isLong(literal) || JSON.parse(literal).length <= 3, literal)
      }),
    )
  })

  test('leaves the mark of whoever took it, so that JSON.parse says which of several counts', () => {
    const text = '{"a":"longest","b":"longest","a":"longer than that","a":"short","b":"längst"}'
    assert.deepEqual(read(Buffer.from(text), [], { handOut: everybody, mark: '"#' })?.value, {
      a: 'short',
      b: 'län"#4',
    })
  })

  test('is told by its path', () => {
    fc.assert(
      fc.property(fc.jsonValue({ maxDepth: 5, noUnicodeString: false }), cuts, (value, cuts) => {
        const paths: Path[] = []
        read(Buffer.from(JSON.stringify(value)), cuts, { handOut: (path) => paths.push(path) > 0 })
        assert.deepEqual(paths, longIn(value))
      }),
    )
  })

  const rows: { text: string; paths: Path[] }[] = [
    { text: '"longest"', paths: [[]] },
    { text: '["longest", [], {}, "longest"]', paths: [[0], [3]] },
    { text: '[{"a":{}},"longest"]', paths: [[1]] },
    { text: '{"a":1,"\\u0062":"longest"}', paths: [['b']] },
    { text: '{"a":"longest","a":"longest"}', paths: [['a'], ['a']] },
    { text: '{"a":{"b":1},"c":"longest"}', paths: [['c']] },
    { text: '{"longest name":"longest"}', paths: [['longe']] },
  ]
  for (const { text, paths } of rows)
    test(`is told by its path in ${text}`, () => {
      const heard = read(Buffer.from(text), [], { handOut: everybody })
      assert.deepEqual(
        heard?.taken.map(({ path }) => path),
        paths,
      )
    })

  test('has more than 64 KiB as it is written, which no text has that is short enough to be sent', () => {
    const longest = '\\ud83d\\ude00'.repeat(4096)
    for (const { inside, isTaken } of [
      { inside: longest, isTaken: false },
      { inside: 'x'.repeat(65_536), isTaken: false },
      { inside: 'x'.repeat(65_537), isTaken: true },
    ]) {
      const text = JSON.stringify({ content: 'placeholder' }).replace('placeholder', inside)
      const heard = read(Buffer.from(text), [1000, 65_546], { bounds: 'real', handOut: everybody })
      assert.equal(heard?.taken.length, isTaken ? 1 : 0)
      if (!isTaken) assert.equal(heard?.skeleton, text)
    }
  })

  for (const { what, unit } of [
    { what: 'plain', unit: 'x' },
    { what: 'escaped', unit: '\\u0041' },
    { what: 'of several bytes a character', unit: '€' },
    { what: 'emoji', unit: '🙂' },
    { what: 'escaped emoji', unit: '\\ud83d\\ude42' },
  ])
    test(`leaves more characters than a text may have, when it is ${what}`, () => {
      const text = `{"content":"${unit.repeat(70_000)}"}`
      const heard = read(Buffer.from(text), [], { bounds: 'real', handOut: everybody })
      const { content } = (heard ?? assert.fail('it was refused')).value as { content: string }
      const whole: string = JSON.parse(`"${unit.repeat(70_000)}"`)
      assert.ok(whole.startsWith(content) && isLonger(content, textMaxLength))
    })
})

/** The paths of the strings that are long when JSON.stringify writes them. */
function longIn(value: unknown, path: Path = []): Path[] {
  if (typeof value === 'string') return isLong(JSON.stringify(value)) ? [path] : []
  if (typeof value !== 'object' || value === null) return []
  const shown = (name: string) => JSON.parse(shortened(JSON.stringify(name))) as string
  return Object.entries(value).flatMap(([name, member]) =>
    longIn(member, [...path, Array.isArray(value) ? Number(name) : shown(name)]),
  )
}

describe('what is refused before it is parsed', () => {
  const rows: { what: string; within: string; beyond: string }[] = [
    { what: 'depth', within: '['.repeat(20) + ']'.repeat(20), beyond: '['.repeat(21) + ']'.repeat(21) },
    { what: 'entries of lists', within: `[${'1,'.repeat(1999)}1]`, beyond: `[${'1,'.repeat(2000)}1]` },
    { what: 'lists', within: `[${'[],'.repeat(999)}1]`, beyond: `[${'[],'.repeat(1000)}1]` },
    { what: 'members', within: `{${'"":1,'.repeat(1999)}"":1}`, beyond: `{${'"":1,'.repeat(2000)}"":1}` },
    { what: 'bytes besides long strings', within: ' '.repeat(99_999) + 1, beyond: ' '.repeat(100_000) + 1 },
  ]
  for (const { what, within, beyond } of rows)
    test(`too much of it: ${what}`, () => {
      assert.equal(read(Buffer.from(within), [1000])?.skeleton, within)
      assert.equal(read(Buffer.from(beyond), [1000]), undefined)
    })
})
