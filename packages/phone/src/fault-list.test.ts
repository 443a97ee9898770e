import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { describe, test } from 'node:test'
import { faultText } from './faults.ts'
import { overflow, pages, person } from './page.stand-in.ts'

const open = pages()

describe('armed faults', () => {
  test('stand above the conversation, and are removed from there one by one', async (t) => {
    const { standIn, page } = await open(t, { viewport: { width: 360, height: 640 } })
    standIn.faults = [{ fault: 'error', code: 131056, to: person, times: 2 }, { fault: 'twice' }]
    const faults = page.getByRole('region', { name: 'Faults' })
    await faults.getByText('Graph answers error 131056, to +27999000001, 2 times').waitFor()
    assert.equal(await overflow(page), 0)

    // Used once meanwhile, and it is still the one.
    standIn.faults = [{ fault: 'error', code: 131056, to: person, times: 1 }, { fault: 'twice' }]
    await faults.getByRole('button', { name: /Remove: Graph answers/ }).click()
    await faults.getByText('1 fault is armed').last().waitFor()
    assert.deepEqual(standIn.faults, [{ fault: 'twice' }])

    await faults.getByRole('button', { name: 'Remove: Each status' }).press('Enter')
    await page.getByRole('status').filter({ hasText: 'No fault is armed any more' }).waitFor()
    await page.getByText('Each status is reported twice').waitFor({ state: 'detached' })
    assert.deepEqual(standIn.faults, [])
  })

  test('fold when there are many, and can be removed together', async (t) => {
    const { standIn, page } = await open(t)
    standIn.faults = [{ fault: 'twice' }, { fault: 'slow', ms: 1_500 }, { fault: 'http', status: 503 }]
    const faults = page.getByRole('region', { name: 'Faults' })
    await faults.locator('summary', { hasText: '3 faults are armed' }).click()
    await faults.getByText('Graph answers 1.5 s late').waitFor()
    await faults.getByRole('button', { name: 'Remove all' }).click()
    await page.getByText('3 faults are armed').first().waitFor({ state: 'detached' })
    assert.deepEqual(standIn.faults, [])
  })

  test('of each kind that is documented are told in words', () => {
    const sandbox = readFileSync(new URL('../../../docs/sandbox.md', import.meta.url), 'utf8')
    const table = sandbox.slice(sandbox.indexOf('\n## Faults to arm'), sandbox.indexOf('\n## Numbers with'))
    const kinds = [...table.matchAll(/^\| `(\w+)` \|/gm)].map(([, kind = '']) => kind)
    assert.ok(kinds.length > 10)
    for (const fault of kinds) assert.match(faultText({ fault }), /^\S+ /, fault)
  })

  test('of kinds that are new to the page are named', () => {
    assert.equal(faultText({ fault: 'echo', times: 1 }), 'echo, once')
    assert.equal(faultText({ fault: 'hang', from: '2799900101' }), 'Graph never answers, from +2799900101')
  })
})

describe('a number with a fault of its own', () => {
  test('is marked in the list, and above its conversation', async (t) => {
    const { standIn, page } = await open(t, { query: '?number=27995000004' })
    standIn.phone('27996000029')
    const phones = page.getByRole('complementary', { name: 'Phones' })
    await phones.getByRole('button', { name: /27995000004.*takes it, and reports on it a second/ }).waitFor()
    await phones.getByRole('button', { name: /27996000029.*status 29/ }).click()
    await page.getByRole('region', { name: 'Faults' }).getByText('A number with a fault: status 29').waitFor()
    assert.equal(await overflow(page), 0)
  })
})
