import assert from 'node:assert/strict'
import { globSync, statSync } from 'node:fs'
import { after, before, type TestContext } from 'node:test'
import { fileURLToPath } from 'node:url'
import { type Browser, chromium, type Locator, type Page } from 'playwright-core'
import { build } from 'vite'
import type { Message } from './api.ts'
import { chromiumOptions } from './chromium.stand-in.ts'
import { openStandIn } from './sandbox.stand-in.ts'

export const person = '27999000001'
export const business = '2799900101'
export const otherBusiness = '2799900102'

interface Opening {
  query?: string
  viewport?: { width: number; height: number }
  /** The browser itself logs each request that is refused or cut off: these are part of the test. */
  refusals?: 'expected'
}

/** A browser for all tests of a file, and how each opens the page: on a stand-in of its own, held to complain of nothing. */
export function pages() {
  let browser: Browser

  before(async () => {
    await buildWhenStale()
    browser = await chromium.launch(chromiumOptions)
  })
  after(() => browser.close())

  return async function open(t: TestContext, { query = '', viewport, refusals }: Opening = {}) {
    const standIn = await openStandIn()
    standIn.businesses.push(
      { number: business, phoneNumberId: `id-${business}`, webhook: 'http://gateway.test/suppliers/x/one' },
      {
        number: otherBusiness,
        phoneNumberId: `id-${otherBusiness}`,
        webhook: 'http://gateway.test/suppliers/x/two',
      },
    )
    const context = await browser.newContext({
      viewport: viewport ?? { width: 1280, height: 800 },
      reducedMotion: 'reduce',
    })
    context.setDefaultTimeout(10_000)
    const page = await context.newPage()

    const problems: string[] = []
    page.on('console', (entry) => {
      const isRefusal = entry.text().startsWith('Failed to load resource')
      if (entry.type() === 'error' && !(isRefusal && refusals)) problems.push(entry.text())
    })
    page.on('pageerror', (error) => problems.push(String(error)))
    page.on('request', (request) => {
      if (!request.url().startsWith(`${standIn.url}/`)) problems.push(`asked ${request.url()}`)
    })

    t.after(async () => {
      await context.close()
      await standIn[Symbol.asyncDispose]()
      assert.deepEqual(problems, [])
    })
    await page.goto(`${standIn.url}/${query}`)
    return { standIn, page }
  }
}

export function message(given: Partial<Message> & { id: string }): Message {
  return {
    from: business,
    to: person,
    kind: 'text',
    text: 'Hello',
    ticks: 'read',
    direction: 'in',
    at: Date.now(),
    ...given,
  }
}

export function conversationOf(page: Page): Locator {
  return page.getByRole('region', { name: 'Conversation with' })
}

export function overflow(page: Page): Promise<number> {
  return page.evaluate(() => {
    const panes = [document.documentElement, ...document.querySelectorAll('.pane, .scroller, .frame')]
    return Math.max(...panes.map((pane) => pane.scrollWidth - pane.clientWidth))
  })
}

async function buildWhenStale(): Promise<void> {
  const root = fileURLToPath(new URL('..', import.meta.url))
  const sources = globSync(['src/**', 'public/**', 'index.html', 'vite.config.ts'], { cwd: root })
  const newest = Math.max(...sources.map((path) => statSync(`${root}${path}`).mtimeMs))
  const built = statSync(`${root}dist/index.html`, { throwIfNoEntry: false })?.mtimeMs ?? 0
  if (built < newest) await build({ root, logLevel: 'warn' })
}
