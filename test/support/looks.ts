import assert from 'node:assert/strict'
import type { Locator, Page } from 'playwright-core'
import { eventually } from './eventually.ts'

/** What somebody looks at: the message, and the page around it, of which pictures can be taken. */
export interface Seen {
  bubble: Locator
  page: Page
  picture(name: string): Promise<void>
}

type Look = (seen: Seen) => Promise<void>

/** All of them, one after the other. */
export const each =
  (...looks: Look[]): Look =>
  async (seen) => {
    for (const look of looks) await look(seen)
  }

export const says =
  (...texts: string[]): Look =>
  async ({ bubble }) => {
    for (const text of texts) await bubble.getByText(text).first().waitFor()
  }

/** A picture that the browser has drawn, so wide. */
export const draws =
  (name: string, width: number): Look =>
  async ({ bubble }) => {
    const image = bubble.getByRole('img', { name })
    const widthNow = () =>
      // The elements are those of the browser, of which nothing is known here.
      image.evaluate((element) => (element as unknown as { naturalWidth: number }).naturalWidth)
    await eventually(async () => (await widthNow()) === width, 'the browser has drawn it')
  }

/** Its length is known, so that the browser has understood it. */
export const plays =
  (selector: string): Look =>
  async ({ bubble }) => {
    const length = () =>
      bubble.locator(selector).evaluate((element) => (element as unknown as { duration: number }).duration) // as above
    await eventually(async () => (await length()) > 0, 'the browser can play it')
  }

/** A card from which the document is downloaded under its name. */
export const downloads =
  (name: string, fileName: string): Look =>
  async ({ bubble, page }) => {
    const card = bubble.getByRole('link', { name })
    const [download] = await Promise.all([page.waitForEvent('download'), card.click()])
    assert.equal(download.suggestedFilename(), fileName)
    await download.cancel()
  }

/** A card that opens, with these details on it. */
export const opensCard =
  (...details: string[]): Look =>
  async ({ bubble, page, picture }) => {
    await bubble.getByRole('button', { name: 'View contact' }).click()
    const card = page.getByRole('dialog', { name: 'Contact' })
    for (const detail of details) await card.getByText(detail).first().waitFor()
    await picture('opened')
    await page.keyboard.press('Escape')
    await card.waitFor({ state: 'hidden' })
  }

export const offers =
  (...replies: string[]): Look =>
  async ({ bubble }) => {
    for (const reply of replies) await bubble.getByRole('button', { name: reply }).waitFor()
  }

/** Asks before it opens the page, and does so from the keyboard too. */
export const opensPage =
  (button: string, url: string): Look =>
  async ({ bubble, page, picture }) => {
    const open = bubble.getByRole('button', { name: button })
    await open.focus()
    await page.keyboard.press('Enter')
    const question = page.getByRole('dialog', { name: 'Open this page?' })
    await question.getByText(url).waitFor()
    const link = question.getByRole('link', { name: 'Open', exact: true })
    assert.equal(await link.getAttribute('href'), url)
    assert.equal(await link.getAttribute('rel'), 'noopener noreferrer')
    await picture('page-asked')
    await question.getByRole('button', { name: 'Cancel' }).click()
    await question.waitFor({ state: 'hidden' })
    await page.keyboard.press('Enter')
    await question.waitFor()
    await page.keyboard.press('Escape')
  }

/** The dial pad, with the number on it; nobody is called. */
export const dials =
  (button: string, number: string): Look =>
  async ({ bubble, page, picture }) => {
    await bubble.getByRole('button', { name: button }).click()
    const pad = page.getByRole('dialog', { name: 'Dial pad' })
    await pad.getByText(number).waitFor()
    assert.equal(await overflow(page), 0)
    await pad.getByRole('button', { name: '7', exact: true }).click()
    await pad.getByText(`${number}7`).waitFor()
    await pad.getByRole('button', { name: 'Delete the last digit' }).click()
    await pad.getByText(number, { exact: true }).waitFor()
    await pad.getByRole('button', { name: 'Call' }).click()
    await pad.getByText('This phone places no calls').waitFor()
    await picture('dial-pad')
    await pad.getByRole('button', { name: 'Close' }).click()
  }

/** By how much the widest part of the page is wider than its place. */
export function overflow(page: Page): Promise<number> {
  return page
    .locator('html, .scroller, .frame, .bubble, dialog')
    .evaluateAll((parts) => Math.max(...parts.map((part) => part.scrollWidth - part.clientWidth)))
}
