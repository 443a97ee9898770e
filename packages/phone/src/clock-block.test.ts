import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { conversationOf, message, overflow, pages, person } from './page.stand-in.ts'

const open = pages()

describe('the clock', () => {
  test('is turned by the page, and says whether the gateway came along; days follow it', async (t) => {
    const { standIn, page } = await open(t)
    standIn.gateways.push({ url: 'http://gateway.test', turned: true })
    standIn.put(person, message({ id: 'a', text: 'Before', at: Date.now() }))
    const clock = page.getByRole('region', { name: 'Clock' })
    await clock.getByText('Real time').waitFor()
    await clock.getByText('Turns the gateway’s clock too, and there is no way back.').waitFor()
    await conversationOf(page).getByRole('heading', { name: 'Today' }).waitFor()

    await clock.getByRole('button', { name: '+24 h' }).click()
    await clock.getByRole('status').filter({ hasText: 'Turned, and the gateway too.' }).waitFor()
    await clock.getByText('1 day ahead').waitFor()
    await page.locator('.status-strip', { hasText: '+1 day' }).waitFor()
    await conversationOf(page).getByRole('heading', { name: 'Yesterday' }).waitFor()

    await page.getByLabel('Message', { exact: true }).fill('After')
    await page.keyboard.press('Enter')
    await conversationOf(page).getByRole('region', { name: 'Today' }).getByText('After').waitFor()
    await clock.getByRole('button', { name: '+1 min' }).click()
    await clock.getByText('1 day 1 min ahead').waitFor()
    assert.equal(standIn.offsetMs, 86_460_000)
  })

  test('is turned by any time, by keyboard, and says what kept a gateway back', async (t) => {
    const { standIn, page } = await open(t, { viewport: { width: 360, height: 640 } })
    standIn.gateways.push({ url: 'http://gateway.test', turned: false, problem: 'it answered 401' })
    await page.getByRole('button', { name: 'Phones' }).click()
    await page.getByLabel('Unit').selectOption('hours')
    await page.getByLabel('Turn ahead by').fill('0')
    await page.keyboard.press('Enter')
    await page.getByLabel('Turn ahead by').fill('36')
    await page.keyboard.press('Enter')
    await page.getByText('The gateway at http://gateway.test was not turned: it answered 401.').waitFor()
    await page.getByText('1 day 12 h ahead').waitFor()
    assert.equal(standIn.offsetMs, 36 * 3_600_000)
    assert.equal(await overflow(page), 0)
  })

  test('that somebody else turns is followed', async (t) => {
    const { standIn, page } = await open(t)
    await page.getByText('Real time').waitFor()
    standIn.offsetMs = 3_600_000
    await page.locator('.status-strip', { hasText: '+1 h' }).waitFor()
  })
})
