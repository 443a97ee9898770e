import assert from 'node:assert/strict'
import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { before, describe, test } from 'node:test'
import type { Locator, Page } from 'playwright-core'
import { openSandbox } from '../../packages/sandbox/src/sandbox.ts'
import { browse } from '../support/browser.ts'
import { eventually } from '../support/eventually.ts'
import type { Scope } from '../support/receiver.ts'
import { type Recordings, record, sunrise } from '../support/recordings.ts'

/** Where pictures of each kind go: `SCREENSHOTS=<folder>`. Without, none are made. */
const screenshots = process.env.SCREENSHOTS
const phoneNumberId = 'id-2799900101'
const business = '2799900101'
const laptop = { width: 1280, height: 800 }

let recorded: Recordings

before(async () => {
  recorded = await record()
})

before(async () => {
  if (screenshots) await mkdir(screenshots, { recursive: true })
})

interface Kind {
  name: string
  /** A file to upload beforehand. */
  file?: { type: string; bytes(): Uint8Array<ArrayBuffer> }
  /** The request without its envelope, with the id of the file. */
  message: object | ((id: string) => object)
  /** What the conversations' list says of it. */
  excerpt: string
  /** What the bubble shows. */
  look(bubble: Locator, page: Page): Promise<void>
}

const john = {
  name: { formatted_name: 'John Smith', first_name: 'John', last_name: 'Smith' },
  birthday: '2021-12-31',
  org: { company: 'Acme', department: 'Design', title: 'Manager' },
  phones: [
    { phone: '+1 (940) 555-1234', type: 'HOME' },
    { phone: '+1 (650) 555-1234', type: 'WORK', wa_id: '16505551234' },
  ],
  emails: [{ email: 'john@acme.example', type: 'WORK' }],
  addresses: [
    {
      street: '1 Main Road',
      city: 'Bellville',
      state: 'WC',
      zip: '7530',
      country: 'South Africa',
      type: 'HOME',
    },
  ],
  urls: [{ url: 'https://acme.example', type: 'WORK' }],
}
const nandi = {
  name: { formatted_name: 'Nandi', first_name: 'Nandi' },
  phones: [{ phone: '+27 82 000 0009' }],
}

const kinds: Kind[] = [
  {
    name: 'text with a link preview',
    message: { type: 'text', text: { body: 'Your order: https://acme.example/orders/7', preview_url: true } },
    excerpt: 'Your order: https://acme.example/orders/7',
    async look(bubble) {
      await bubble.getByRole('link', { name: 'acme.example /orders/7' }).waitFor()
    },
  },
  {
    name: 'image',
    file: { type: 'image/png', bytes: () => sunrise(480, 360) },
    message: (id) => ({ type: 'image', image: { id, caption: 'The *new* shop, seen from the road' } }),
    excerpt: 'Photo: The new shop, seen from the road',
    async look(bubble) {
      const image = bubble.getByRole('img', { name: 'Photo: The new shop' })
      await drawn(image, 480)
      await bubble.locator('strong', { hasText: 'new' }).waitFor()
    },
  },
  {
    name: 'image that is none',
    file: { type: 'image/jpeg', bytes: () => Buffer.from('no picture') },
    message: (id) => ({ type: 'image', image: { id } }),
    excerpt: 'Photo',
    async look(bubble) {
      await bubble.getByText('This browser cannot show it').waitFor()
      await bubble.getByText('image/jpeg · 10 bytes').waitFor()
    },
  },
  {
    name: 'video',
    file: { type: 'video/mp4', bytes: () => recorded.video },
    message: (id) => ({ type: 'video', video: { id, caption: 'How it works' } }),
    excerpt: 'Video: How it works',
    async look(bubble) {
      await loaded(bubble.locator('video[aria-label="Video: How it works"]'))
      await bubble.getByText('How it works').waitFor()
    },
  },
  {
    name: 'audio',
    file: { type: 'audio/mp4', bytes: () => recorded.audio },
    message: (id) => ({ type: 'audio', audio: { id } }),
    excerpt: 'Audio',
    async look(bubble) {
      await loaded(bubble.locator('audio[aria-label="Audio"]'))
    },
  },
  {
    name: 'document',
    file: { type: 'application/pdf', bytes: () => Buffer.alloc(84_000, '%PDF') },
    message: (id) => ({
      type: 'document',
      document: { id, filename: 'Statement February.pdf', caption: 'As asked' },
    }),
    excerpt: 'Document: As asked',
    async look(bubble, page) {
      const card = bubble.getByRole('link', { name: 'Document: Statement February.pdf PDF · 82 KB' })
      const [download] = await Promise.all([page.waitForEvent('download'), card.click()])
      assert.equal(download.suggestedFilename(), 'Statement February.pdf')
      await download.cancel()
    },
  },
  {
    name: 'sticker',
    file: { type: 'image/webp', bytes: () => recorded.sticker },
    message: (id) => ({ type: 'sticker', sticker: { id } }),
    excerpt: 'Sticker',
    async look(bubble) {
      const image = bubble.getByRole('img', { name: 'Sticker' })
      await drawn(image, 256)
    },
  },
  {
    name: 'location',
    message: {
      type: 'location',
      location: {
        latitude: '-33.881037287485',
        longitude: '18.635891216806',
        name: 'Acme',
        address: '100 Edward Street',
      },
    },
    excerpt: 'Location: Acme',
    async look(bubble) {
      await bubble.getByText('100 Edward Street').waitFor()
      await bubble.getByText('33.88104° S, 18.63589° E').waitFor()
    },
  },
  {
    name: 'contact',
    message: { type: 'contacts', contacts: [john] },
    excerpt: 'Contact: John Smith',
    async look(bubble, page) {
      await bubble.getByRole('button', { name: 'View contact' }).click()
      const card = page.getByRole('dialog', { name: 'Contact' })
      for (const detail of ['Acme', '+16505551234', 'john@acme.example', '1 Main Road', '2021-12-31']) {
        await card.getByText(detail).first().waitFor()
      }
      assert.equal(await card.getByRole('link').getAttribute('href'), 'https://acme.example/')
      await picture(page, 'contact-opened')
      await page.keyboard.press('Escape')
      await card.waitFor({ state: 'hidden' })
    },
  },
  {
    name: 'contacts',
    message: { type: 'contacts', contacts: [john, nandi] },
    excerpt: 'Contact: John Smith and 1 other',
    async look(bubble, page) {
      await bubble.getByText('John Smith and 1 other').waitFor()
      await bubble.getByRole('button', { name: 'View all 2' }).click()
      const cards = page.getByRole('dialog', { name: '2 contacts' })
      await cards.getByRole('heading', { name: 'Nandi' }).waitFor()
      await cards.getByRole('button', { name: 'Close' }).click()
    },
  },
  {
    name: 'template with a body only',
    message: template('welcome_notification_demo', { body: ['Thandi'] }),
    excerpt: 'Welcome Thandi',
    async look(bubble) {
      await bubble.getByText('Welcome Thandi').waitFor()
    },
  },
  {
    name: 'template with header, footer and replies',
    message: template('test_header_with_text_quick_reply', {
      header: 'February',
      body: ['Your *statement*', 'R16.00'],
    }),
    excerpt: 'News of February Your statement',
    async look(bubble) {
      await bubble.getByText('News of February').waitFor()
      await bubble.getByText('The amount is R16.00.').waitFor()
      await bubble.getByText('From the sandbox').waitFor()
      assert.equal(await bubble.getByRole('button', { name: /Tell me more|Call me|Not now/ }).count(), 3)
      await bubble.getByRole('button', { name: 'Call me' }).click()
      await bubble.getByRole('status').filter({ hasText: 'Answering by button is not there yet' }).waitFor()
    },
  },
  {
    name: 'template with actions',
    message: template('test_header_with_text_dynamic_action', {
      header: 'February',
      body: ['Your statement', 'R14.00'],
      more: [
        {
          type: 'button',
          sub_type: 'url',
          index: '1',
          parameters: [{ type: 'text', text: 'contact/sales/?a=1' }],
        },
      ],
    }),
    excerpt: 'News of February Your statement',
    async look(bubble, page) {
      const open = bubble.getByRole('button', { name: 'Open the page' })
      await open.focus()
      await page.keyboard.press('Enter')
      const question = page.getByRole('dialog', { name: 'Open this page?' })
      await question.getByText('https://acme.example/contact/sales/?a=1').waitFor()
      const link = question.getByRole('link', { name: 'Open', exact: true })
      assert.equal(await link.getAttribute('href'), 'https://acme.example/contact/sales/?a=1')
      assert.equal(await link.getAttribute('rel'), 'noopener noreferrer')
      await picture(page, 'page-asked')
      await question.getByRole('button', { name: 'Cancel' }).click()
      await question.waitFor({ state: 'hidden' })
      await page.keyboard.press('Enter')
      await question.waitFor()
      await page.keyboard.press('Escape')

      await bubble.getByRole('button', { name: 'Call us' }).click()
      const pad = page.getByRole('dialog', { name: 'Dial pad' })
      await pad.getByText('+27215550100').waitFor()
      assert.equal(await overflow(page), 0)
      await pad.getByRole('button', { name: '7', exact: true }).click()
      await pad.getByText('+272155501007').waitFor()
      await pad.getByRole('button', { name: 'Delete the last digit' }).click()
      await pad.getByText('+27215550100', { exact: true }).waitFor()
      await pad.getByRole('button', { name: 'Call' }).click()
      await pad.getByText('This phone places no calls').waitFor()
      await picture(page, 'dial-pad')
      await pad.getByRole('button', { name: 'Close' }).click()
    },
  },
  {
    name: 'template with an image',
    file: { type: 'image/png', bytes: () => sunrise(480, 360) },
    message: (id) =>
      template('test_media_header_with_image', {
        media: { type: 'image', image: { id } },
        body: ['Your statement', 'R21.00'],
      }),
    excerpt: 'Your statement The amount is R21.00.',
    async look(bubble) {
      await drawn(bubble.getByRole('img', { name: 'Photo' }), 480)
      await bubble.getByText('The amount is R21.00.').waitFor()
    },
  },
  {
    name: 'template with a document and replies',
    file: { type: 'application/pdf', bytes: () => Buffer.alloc(1_500_000, '%PDF') },
    message: (id) =>
      template('test_media_quick_reply_header_with_pdf', {
        media: { type: 'document', document: { id, filename: 'Statement.pdf' } },
        body: ['Your statement', 'R17.00'],
      }),
    excerpt: 'Your statement The amount is R17.00.',
    async look(bubble) {
      await bubble.getByRole('link', { name: 'Document: Statement.pdf PDF · 1.4 MB' }).waitFor()
      assert.equal(await bubble.getByRole('button', { name: /Tell me more|Call me|Not now/ }).count(), 3)
    },
  },
]

describe('the phone shows what a business sends to Graph:', () => {
  for (const [index, kind] of kinds.entries()) {
    test(kind.name, async (t) => {
      const { page, complaints, bubble } = await received(t, kind, {
        number: numberOf(index),
        viewport: laptop,
      })
      await kind.look(bubble, page)
      await page
        .getByRole('button', { name: new RegExp(`\\+${business}`) })
        .getByText(kind.excerpt)
        .waitFor()
      await bubble.getByRole('img', { name: 'Read on the phone' }).waitFor()
      await picture(page, kind.name)
      assert.deepEqual(complaints, [])
    })

    test(`${kind.name}, no wider than a phone of 360 pixels`, async (t) => {
      const viewport = { width: 360, height: 740 }
      const { page, complaints, bubble } = await received(t, kind, { number: numberOf(index), viewport })
      await kind.look(bubble, page)
      assert.equal(await overflow(page), 0)
      await picture(page, `${kind.name}-narrow`)
      assert.deepEqual(complaints, [])
    })
  }
})

interface Filling {
  header?: string
  media?: object
  body: string[]
  more?: object[]
}

function template(name: string, { header, media, body, more = [] }: Filling): object {
  const text = (text: string) => ({ type: 'text', text })
  const top = media ?? (header === undefined ? undefined : text(header))
  const components = [
    ...(top ? [{ type: 'header', parameters: [top] }] : []),
    { type: 'body', parameters: body.map(text) },
    ...more,
  ]
  return { type: 'template', template: { name, language: { code: 'en' }, components } }
}

async function received(
  t: Scope,
  { file, message }: Kind,
  { number, viewport }: { number: string; viewport: { width: number; height: number } },
) {
  const sandbox = await openSandbox({ host: '127.0.0.1', port: 0 })
  t.after(async () => sandbox[Symbol.asyncDispose]())
  const uploaded = file && (await upload(sandbox.url, file.type, file.bytes()))
  const id = await sent(
    sandbox.url,
    number,
    typeof message === 'function' ? message(uploaded ?? '') : message,
  )
  const { page, complaints } = await browse(t, viewport)
  page.setDefaultTimeout(5_000)
  await page.goto(`${sandbox.url}/?number=${number}`)
  const bubble = page.locator(`.message[data-id="${id}"]`)
  await bubble.waitFor()
  return { page, complaints, bubble }
}

async function upload(url: string, type: string, bytes: Uint8Array<ArrayBuffer>): Promise<string> {
  const body = new FormData()
  body.set('messaging_product', 'whatsapp')
  body.set('type', type)
  body.set('file', new Blob([bytes], { type }), 'file')
  const headers = { authorization: 'Bearer any' }
  const answer = await fetch(`${url}/graph/v23.0/${phoneNumberId}/media`, { method: 'POST', headers, body })
  assert.equal(answer.status, 200)
  return JSON.parse(await answer.text()).id
}

async function sent(url: string, to: string, message: object): Promise<string> {
  const answer = await fetch(`${url}/graph/v23.0/${phoneNumberId}/messages`, {
    method: 'POST',
    headers: { authorization: 'Bearer any', 'content-type': 'application/json' },
    body: JSON.stringify({ messaging_product: 'whatsapp', to, ...message }),
  })
  const body = await answer.text()
  assert.equal(answer.status, 200, body)
  return JSON.parse(body).messages[0].id
}

function numberOf(index: number): string {
  return `279990000${String(index).padStart(2, '0')}`
}

/** By how much the widest part of the page is wider than its place. */
function overflow(page: Page): Promise<number> {
  return page
    .locator('html, .scroller, .frame, .bubble, dialog')
    .evaluateAll((parts) => Math.max(...parts.map((part) => part.scrollWidth - part.clientWidth)))
}

/** Its length is known, so that the browser has understood it. */
async function loaded(player: Locator): Promise<void> {
  // The elements are those of the browser, of which nothing is known here.
  const length = () => player.evaluate((element) => (element as unknown as { duration: number }).duration)
  await eventually(async () => (await length()) > 0, 'the browser can play it')
}

async function drawn(image: Locator, width: number): Promise<void> {
  const widthNow = () =>
    image.evaluate((element) => (element as unknown as { naturalWidth: number }).naturalWidth)
  await eventually(async () => (await widthNow()) === width, 'the browser has drawn it')
}

async function picture(page: Page, name: string): Promise<void> {
  if (screenshots) await page.screenshot({ path: join(screenshots, `${name.replaceAll(/\W+/g, '-')}.png`) })
}
