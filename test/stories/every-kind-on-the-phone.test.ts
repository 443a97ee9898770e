import assert from 'node:assert/strict'
import { mkdir, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { browse } from '../support/browser.ts'
import { ask, keys, numbers } from '../support/installation.ts'
import {
  dials,
  downloads,
  draws,
  each,
  offers,
  opensCard,
  opensPage,
  overflow,
  plays,
  type Seen,
  says,
} from '../support/looks.ts'
import { example } from '../support/published.ts'
import { filled, keyFor, request } from '../support/published-requests.ts'
import { type Recordings, record } from '../support/recordings.ts'
import { shared } from '../support/shared.ts'
import { makeUrlStatic, syncTemplates } from '../support/templates.ts'

/** Every kind of message, on the way from a business to a page in a browser, and pictures of it. */
interface Kind {
  name: string
  /** The published requests that are shown so, or a message of our own with the name of a file that was uploaded. */
  requests?: number[]
  message?(fileId: string): object
  file?: { fileName: string; type: string; bytes(): Buffer }
  /** What the conversations' list says of it. */
  excerpt: string
  look(seen: Seen): Promise<void>
}

let recorded: Recordings
const replies = offers('Tell me more', 'Call me', 'Not now')
const baked = (amount: string) => says('Your order is baked', `The amount is ${amount}.`)
const month = says('News of March 2026')
const footer = says('From the sandbox')

const kinds: Kind[] = [
  {
    name: 'text',
    requests: [1, 2],
    excerpt: 'Your parcel is on its way.',
    look: says('Your parcel is on its way.'),
  },
  {
    name: 'text with a link preview',
    requests: [6, 7],
    excerpt: 'Follow it at https://example.com/parcels/4711',
    async look({ bubble }) {
      await bubble.getByRole('link', { name: 'example.com /parcels/4711' }).waitFor()
    },
  },
  {
    name: 'image',
    requests: [11, 12, 18],
    excerpt: 'Photo: Your cake',
    look: each(draws('Photo: Your cake', 320), async ({ bubble }) =>
      bubble.locator('strong', { hasText: 'cake' }).waitFor(),
    ),
  },
  {
    name: 'image that is none',
    file: {
      fileName: 'none.jpg',
      type: 'image/jpeg',
      bytes: () => Buffer.from('ffd8ffe000104a464946', 'hex'),
    },
    message: (fileId) => ({ media: { fileId } }),
    excerpt: 'Photo',
    look: says('This browser cannot show it', 'image/jpeg · 10 bytes'),
  },
  {
    name: 'video',
    file: { fileName: 'oven.mp4', type: 'video/mp4', bytes: () => recorded.video },
    message: (fileId) => ({ media: { fileId, caption: 'How it works' } }),
    excerpt: 'Video: How it works',
    look: each(plays('video[aria-label="Video: How it works"]'), says('How it works')),
  },
  {
    name: 'audio',
    file: { fileName: 'bell.m4a', type: 'audio/mp4', bytes: () => recorded.audio },
    message: (fileId) => ({ media: { fileId } }),
    excerpt: 'Audio',
    look: plays('audio[aria-label="Audio"]'),
  },
  {
    name: 'document',
    file: {
      fileName: 'Statement February.pdf',
      type: 'application/pdf',
      bytes: () => Buffer.alloc(84_000, '%PDF-'),
    },
    message: (fileId) => ({ media: { fileId, caption: 'As asked' } }),
    excerpt: 'Document: As asked',
    look: downloads('Document: Statement February.pdf PDF · 82 KB', 'Statement February.pdf'),
  },
  {
    name: 'location',
    requests: [22],
    excerpt: 'Location: Bakery',
    look: says('Bakery', '12 Flour Street, Mowbray', '33.94651° S, 18.4733° E'),
  },
  {
    name: 'contact',
    requests: [26],
    excerpt: 'Contact: Thandi Nkosi',
    look: opensCard('Thandi Nkosi', '+27 21 555 0101'),
  },
  {
    name: 'contact with all there can be',
    requests: [28],
    excerpt: 'Contact: Thandi Nkosi',
    look: opensCard(
      'Bakery',
      '+27 21 555 0102',
      'thandi@example.com',
      'bakery@example.com',
      '1 Oven Lane',
      '12 Flour Street',
      '1990-04-17',
      'https://example.com/bakery',
    ),
  },
  {
    name: 'contacts',
    message: () => ({
      contacts: ['Thandi', 'Nandi'].map((firstName) => ({
        name: { firstName },
        phones: [{ phone: '+27 82 000 0009' }],
      })),
    }),
    excerpt: 'Contact: Thandi and 1 other',
    async look({ bubble, page }) {
      await bubble.getByText('Thandi and 1 other').waitFor()
      await bubble.getByRole('button', { name: 'View all 2' }).click()
      const cards = page.getByRole('dialog', { name: '2 contacts' })
      await cards.getByRole('heading', { name: 'Nandi' }).waitFor()
      await cards.getByRole('button', { name: 'Close' }).click()
    },
  },
  {
    name: 'template with a body only',
    requests: [32, 33, 37],
    excerpt: 'Welcome Bakery',
    look: says('Welcome Bakery'),
  },
  {
    name: 'template with a header and a footer',
    requests: [41],
    excerpt: 'News of March 2026 Your order is baked',
    look: each(month, baked('R13.50'), footer),
  },
  {
    name: 'template with an image',
    requests: [45],
    excerpt: 'Your order is baked The amount is R21.50.',
    look: each(draws('Photo', 320), baked('R21.50')),
  },
  {
    name: 'template with replies',
    requests: [49, 53],
    excerpt: 'News of March 2026 Your order is baked',
    look: each(month, baked('R16.50'), footer, replies),
  },
  {
    name: 'template with actions',
    requests: [57],
    excerpt: 'News of March 2026 Your order is baked',
    look: each(
      month,
      baked('R14.50'),
      opensPage('Open the page', 'https://acme.example/cakes/lemon/'),
      dials('Call us', '+27215550100'),
    ),
  },
  {
    name: 'template with actions that are always the same',
    requests: [61],
    excerpt: 'News of March 2026 Your order is baked',
    look: each(month, baked('R14.50'), opensPage('Open the page', 'https://acme.example/news')),
  },
  {
    name: 'template with a document and replies',
    requests: [65, 69],
    excerpt: 'Your order is baked The amount is R17.50.',
    look: each(baked('R17.50'), replies, async ({ bubble }) =>
      bubble.getByRole('link', { name: 'Document: statement.pdf PDF' }).waitFor(),
    ),
  },
  {
    name: 'template whose header is always the same',
    requests: [73],
    excerpt: 'When we are there Our hours are 7am-3pm.',
    look: says('When we are there', 'Our hours are 7am-3pm.'),
  },
]

/** Where pictures go: to `SCREENSHOTS`, where they are kept, or else to where nobody finds them. */
let folder: string
let screen: Awaited<ReturnType<typeof browse>>
const opened = new AsyncDisposableStack()

before(async () => {
  const { SCREENSHOTS } = process.env
  folder = SCREENSHOTS ?? (await mkdtemp(join(tmpdir(), 'waypost-pictures-')))
  await mkdir(folder, { recursive: true })
  if (SCREENSHOTS === undefined) opened.defer(() => rm(folder, { recursive: true }))
  screen = await browse({ after: (undo) => opened.defer(async () => void (await undo())) })
  screen.page.setDefaultTimeout(5_000)
  recorded = await record()
})
after(() => opened.disposeAsync())

describe('the phone shows what a business sends:', () => {
  const installation = shared()
  before(() => syncTemplates(installation()))
  /** The request without a parameter for the URL has the template of the one with a parameter. */
  const withStaticUrl = shared()
  before(async () => {
    await makeUrlStatic(withStaticUrl(), 'https://acme.example/news')
    await syncTemplates(withStaticUrl())
  })

  for (const { name, requests, message, file, excerpt, look } of kinds)
    for (const id of requests ?? [undefined])
      test(id === undefined ? name : `${name}, as in the published request ${id}`, async () => {
        const { url, send, sandbox } = id === 61 ? withStaticUrl() : installation()
        const to = freshPhone()
        const sent =
          id === undefined
            ? await send('one', [{ to, ...message?.(file ? await uploaded(url, to, file) : '') }])
            : await request({ url, key: keyFor(id) }, id, await filled({ url, key: keyFor(id) }, id, to))
        assert.equal(sent.httpStatus, 202, sent.text)
        const business = numbers[id === undefined ? 'one' : example(id).generation]
        await seen({ sandbox: sandbox.url, to, business }, { name, excerpt, look }, id === requests?.[0])
      })

  test('sticker, which a business sends by other means', async () => {
    const { sandbox } = installation()
    const [to, from] = [freshPhone(), `${sandbox.url}/graph/v23.0/id-${numbers.one}`]
    const form = new FormData()
    form.set('messaging_product', 'whatsapp')
    form.set('file', new Blob([recorded.sticker], { type: 'image/webp' }), 'sticker.webp')
    const headers = { authorization: 'Bearer any' }
    const kept = await fetch(`${from}/media`, { method: 'POST', headers, body: form })
    const sticker = JSON.parse(await kept.text())
    const body = { messaging_product: 'whatsapp', to, type: 'sticker', sticker }
    assert.equal((await ask(`${from}/messages`, 'POST', { headers, body })).httpStatus, 200)
    const kind = { name: 'sticker', excerpt: 'Sticker', look: draws('Sticker', 256) }
    await seen({ sandbox: sandbox.url, to, business: numbers.one }, kind, true)
  })
})

interface Place {
  sandbox: string
  to: string
  business: string
}

/** The newest message on the phone, looked at on a laptop, and on a phone; with pictures where it is the first of its kind. */
async function seen({ sandbox, to, business }: Place, { name, excerpt, look }: Kind, isFirst: boolean) {
  const { page, complaints } = screen
  await page.setViewportSize({ width: 1280, height: 800 })
  await page.goto(`${sandbox}/?number=${to}`)
  const bubble = page.locator('.message')
  await bubble.waitFor()
  const picture = async (detail: string) => {
    const path = join(folder, `${[name, detail].join(' ').trim().replaceAll(/\W+/g, '-')}.png`)
    if (isFirst) await page.screenshot({ path })
  }
  await look({ bubble, page, picture })
  await page
    .getByRole('button', { name: new RegExp(`\\+${business}`) })
    .getByText(excerpt)
    .waitFor()
  await bubble.getByRole('img', { name: 'Read on the phone' }).waitFor()
  await picture('')

  await page.setViewportSize({ width: 360, height: 740 })
  await bubble.waitFor()
  assert.equal(await overflow(page), 0, 'no wider than a phone of 360 pixels')
  await picture('narrow')
  assert.deepEqual(complaints.splice(0), [])
}

let handset = 27_999_600_000
/** A recipient that nobody wrote to yet. */
const freshPhone = () => String(++handset)

async function uploaded(
  url: string,
  to: string,
  { fileName, type, bytes }: NonNullable<Kind['file']>,
): Promise<string> {
  const heard = await ask(`${url}/v1/media?${new URLSearchParams({ fileName, to })}`, 'POST', {
    key: keys.one,
    headers: { 'content-type': type },
    body: bytes(),
  })
  assert.equal(heard.httpStatus, 201, heard.text)
  return (heard.json as { fileId: string }).fileId // what a 201 promises
}
