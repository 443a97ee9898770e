import assert from 'node:assert/strict'
import { existsSync, readFileSync } from 'node:fs'
import { describe, test } from 'node:test'
import { oneStatus, type StatusName } from '@waypost/protocol'
import type { Outcome } from '../../core/message.ts'
import { graphErrorOf, metaErrors, outcomeOf, permissionMissing, reportOf } from './errors.ts'

/** Meta's codes in rows of numbers: what follows them, and the One API's status of them. */
interface Row {
  code: string
  policy: string
  status: number
  /** Expressions that the words of the error may fit, and the status that each decides for. */
  details?: [string, number][]
}

test('the table is the published mapping, code by code', () => {
  const file = new URL('../../../../../test/fixtures/meta-errors.json', import.meta.url)
  const theirs: Row[] = JSON.parse(readFileSync(file, 'utf8'))
  const ours = Object.entries({ ...metaErrors, '200-299': permissionMissing }).map(([code, row]) => ({
    code,
    policy: row.policy,
    status: numberOf(row.status ?? 'refused_by_supplier'),
    ...(row.details && {
      details: row.details.map(([pattern, status]) => [pattern.source, numberOf(status)]),
    }),
  }))
  const byCode = (a: { code: string }, b: { code: string }) => a.code.localeCompare(b.code)
  assert.equal(ours.length, 86)
  assert.deepEqual(ours.sort(byCode), theirs.sort(byCode))
})

const mapping = new URL('../../../../../../shared/spec/meta-error-mapping.json', import.meta.url)
const skip = existsSync(mapping)
  ? false
  : 'the published mapping is not beside the project to compare words with'

test('the titles are the published ones', { skip }, () => {
  // The file is part of the specification; its form is described in its own readme.
  const { errors } = JSON.parse(readFileSync(mapping, 'utf8')) as {
    errors: { code: unknown; title: string }[]
  }
  const ours = { ...metaErrors, '200-299': permissionMissing }
  assert.deepEqual(
    new Map(Object.entries(ours).map(([code, { title }]) => [code, title])),
    new Map(errors.map(({ code, title }) => [String(code), title])),
  )
})

test('what may be the message’s own fault is tried again as often as the published notes say', {
  skip,
}, () => {
  const { errors } = JSON.parse(readFileSync(mapping, 'utf8')) as {
    errors: { code: number; note?: string }[]
  }
  const says = (code: number) => errors.find((row) => row.code === code)?.note ?? ''
  for (const [code, note, repeats] of [
    [1, /Cap at 3 tries/, 2],
    [131052, /3 tries at most/, 2],
    [131053, /Upload again to get a fresh media id, once; .*Then final/, 1],
  ] as const) {
    assert.match(says(code), note)
    assert.partialDeepStrictEqual(outcomeOf(errorOf({ code }), 400), { retry: 'transient', repeats })
    assert.partialDeepStrictEqual(reportOf(errorOf({ code })), { retry: 'transient', repeats })
  }
})

test('a report on a file says that the file is to be handed over anew', () => {
  for (const [code, words, fileUnusable] of [
    [131052, 'Media download error', true],
    [131053, 'template mime', true],
    [131009, 'media 7 not found', true],
    [131000, 'Something went wrong', undefined],
  ] as const) {
    const report = reportOf(errorOf({ code, message: words }))
    assert.equal(report.type === 'failed' && report.fileUnusable, fileUnusable, String(code))
  }
})

test('the status of a fault without one of its own tells an answer from a report', () => {
  assert.equal(numberOf('refused_by_supplier'), numberOf('delivery_failed'))
  const error = errorOf({ code: 135000 })
  assert.deepEqual(outcomeOf(error, 400), {
    type: 'failed',
    status: 'refused_by_supplier',
    supplierCode: '135000',
  })
  assert.deepEqual(reportOf(error), { type: 'failed', status: 'delivery_failed', supplierCode: '135000' })
})

describe('the words of an error decide', () => {
  const cases: { code: number; details?: string; message?: string; status: StatusName }[] = [
    { code: 100, message: 'Invalid parameter', status: 'parameter_invalid' },
    { code: 100, details: 'Media object not found', status: 'media_not_found' },
    { code: 100, message: '(#100) The parameter to is required.', status: 'parameter_missing' },
    { code: 100, details: 'Unexpected key "foo" on param "text"', status: 'parameter_not_required' },
    { code: 100, details: 'File size exceeds', message: 'is required', status: 'media_size_error' },
    { code: 131026, details: 'Message undeliverable', status: 'not_on_channel' },
    { code: 131026, details: 'The receiver cannot show BUTTONS', status: 'no_button_support' },
    { code: 132012, details: 'Parameter of a url button', status: 'template_url_invalid' },
  ]
  for (const { code, details, message, status } of cases) {
    test(`${code} ${JSON.stringify(details ?? message)} is ${status}`, () => {
      const outcome = outcomeOf(errorOf({ code, message, error_data: { details } }), 400)
      assert.deepEqual(outcome, { type: 'failed', status, supplierCode: String(code) })
    })
  }
})

describe('codes that stand in no row', () => {
  const permission: Outcome = {
    type: 'deferred',
    retry: 'hold-credential',
    status: 'refused_by_supplier',
    supplierCode: '200',
  }
  const transient: Outcome = { ...permission, retry: 'transient', supplierCode: '999999' }
  const failed: Outcome = { type: 'failed', status: 'refused_by_supplier', supplierCode: '999999' }
  const cases: { name: string; error: object; httpStatus: number; outcome: Outcome }[] = [
    { name: '200 is a permission', error: { code: 200 }, httpStatus: 403, outcome: permission },
    {
      name: '299 is a permission',
      error: { code: 299 },
      httpStatus: 403,
      outcome: { ...permission, supplierCode: '299' },
    },
    {
      name: '300 is not a permission',
      error: { code: 300 },
      httpStatus: 403,
      outcome: { ...failed, supplierCode: '300' },
    },
    { name: 'a new code is final', error: { code: 999_999 }, httpStatus: 400, outcome: failed },
    { name: 'a new code may pass on 5xx', error: { code: 999_999 }, httpStatus: 500, outcome: transient },
    {
      name: 'a new code may pass where Meta says so',
      error: { code: 999_999, is_transient: true },
      httpStatus: 400,
      outcome: transient,
    },
  ]
  for (const { name, error, httpStatus, outcome } of cases) {
    test(name, () => assert.deepEqual(outcomeOf(errorOf(error), httpStatus), outcome))
  }
})

test('a fault of registration holds the account: the message is not to blame', () => {
  assert.partialDeepStrictEqual(outcomeOf(errorOf({ code: 133005 }), 400), {
    type: 'deferred',
    retry: 'hold-account',
  })
})

test('a failure without a reason is a failure', () => {
  assert.deepEqual(reportOf(undefined), { type: 'failed', status: 'delivery_failed' })
})

for (const value of [
  undefined,
  null,
  'no',
  7,
  [],
  {},
  { code: '190' },
  { code: 1.5 },
  { message: 'no code' },
]) {
  test(`${JSON.stringify(value)} is not an error of Graph`, () =>
    assert.equal(graphErrorOf(value), undefined))
}

test('an error with odd members is still an error', () => {
  const odd = { toString: 1, valueOf: 1 }
  assert.deepEqual(
    graphErrorOf({ code: 4, message: odd, error_data: { details: odd }, is_transient: 'yes' }),
    {
      code: 4,
      words: ' ',
      isTransient: false,
    },
  )
})

function errorOf(value: object) {
  const error = graphErrorOf(value)
  assert.ok(error)
  return error
}

const numberOf = (name: StatusName): number => oneStatus(name).code
