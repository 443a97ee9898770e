import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import type { Button, Message } from './api.ts'
import { conversationOf, message, overflow, pages, person } from './page.stand-in.ts'

const open = pages()
const contact = { name: { formattedName: '<b>John</b>' }, urls: [{ url: 'javascript:alert(1)' }] }
const buttons = [
  { type: 'dial', text: 'Call us', pressed: false },
  { type: 'url', text: 'Open', pressed: false },
  { type: 'reply', text: 'Yes', pressed: false },
  { type: 'reply', text: 'No', pressed: false },
] as const

describe('each kind of message', () => {
  /** Without a text, as the sandbox sends it; the files are not there. */
  const kinds: (Partial<Message> & { shows: string; reads: string })[] = [
    { kind: 'image', media: file('image/png'), shows: 'image/png · 2 KB', reads: 'Photo' },
    { kind: 'video', media: file('video/mp4'), caption: 'Look', shows: 'Look', reads: 'Video: Look' },
    { kind: 'audio', media: file('audio/ogg'), shows: 'audio/ogg · 2 KB', reads: 'Audio' },
    { kind: 'document', media: file('application/pdf'), shows: 'PDF · 2 KB', reads: 'Document' },
    { kind: 'sticker', media: file('image/webp'), shows: 'image/webp · 2 KB', reads: 'Sticker' },
    { kind: 'location', location: { latitude: 1, longitude: -2 }, shows: '1° N, 2° W', reads: 'Location' },
    { kind: 'contacts', contacts: [contact], shows: '<b>John</b>', reads: 'Contact: <b>John</b>' },
    {
      kind: 'template',
      header: 'News',
      body: '<b>Hello</b>',
      footer: 'Acme',
      shows: '<b>Hello</b>',
      reads: 'News',
    },
    { kind: 'hologram', shows: 'hologram', reads: 'hologram' },
  ]
  for (const { shows, reads, ...given } of kinds) {
    test(`is shown, and read out as it arrives: ${given.kind}`, async (t) => {
      const { standIn, page } = await open(t, { viewport: { width: 360, height: 640 }, refusals: 'expected' })
      await page.getByText('Nothing here yet').waitFor()
      const { text, ...rest } = message({ id: 'a', ticks: 'sent', ...given })
      standIn.put(person, rest)
      await conversationOf(page).getByRole('listitem').getByText(shows).waitFor()
      await page.locator('[aria-live=polite]', { hasText: `New message: ${reads}` }).waitFor()
      assert.equal(await overflow(page), 0)
    })
  }

  test('has one stop for the Tab key outside of the current message', async (t) => {
    const { standIn, page } = await open(t)
    standIn.put(person, message({ id: 'a', kind: 'contacts', contacts: [contact] }))
    standIn.put(person, message({ id: 'b', kind: 'template', body: 'Hello', buttons: buttonsAnew() }))
    const first = page.locator('[data-id=a]').getByRole('button', { name: 'View contact' })
    const last = page.locator('[data-id=b]').getByRole('button', { name: 'Call us' })
    assert.deepEqual([await first.getAttribute('tabindex'), await last.getAttribute('tabindex')], ['-1', '0'])
    await page.locator('[data-id=b]').focus()
    await page.keyboard.press('ArrowUp')
    await page.keyboard.press('Tab')
    await page.keyboard.press('Enter')
    const dialog = page.getByRole('dialog', { name: 'Contact' })
    assert.equal(await dialog.getByRole('link').count(), 0, 'javascript: is no link')
    await page.keyboard.press('ArrowDown')
    await page.keyboard.press('Escape')
    await dialog.waitFor({ state: 'detached' })
    assert.ok(
      await first.evaluate((element) => element === document.activeElement),
      'back where it was opened',
    )
  })
})

describe('a button', () => {
  test('of a number shows the dial pad, and of a URL asks first', async (t) => {
    const { standIn, page } = await open(t)
    standIn.leads.set('a 1', { dials: '+27215551234' }).set('a 2', { opens: 'https://acme.example/a?b' })
    standIn.put(person, message({ id: 'a', kind: 'template', body: 'Hello', buttons: buttonsAnew() }))

    await page.getByRole('button', { name: 'Call us' }).click()
    await page.getByRole('dialog', { name: 'Dial pad' }).getByText('+27215551234').waitFor()
    await page.keyboard.press('Escape')
    await page.getByRole('button', { name: 'Open', exact: true }).and(page.locator('.card-action')).click()
    const link = page.getByRole('dialog', { name: 'Open this page?' }).getByRole('link', { name: 'Open' })
    assert.equal(await link.getAttribute('href'), 'https://acme.example/a?b')
  })

  test('of a reply says it, quoting the message, once; the others can still be pressed', async (t) => {
    const { standIn, page } = await open(t, { refusals: 'expected' })
    standIn.put(person, message({ id: 'a', kind: 'template', text: 'At home?', buttons: buttonsAnew() }))
    const [yes, no] = ['Yes', 'No'].map((name) => page.locator('[data-id=a]').getByRole('button', { name }))
    assert.ok(yes && no)

    await yes.focus()
    await page.keyboard.press('Enter')
    const answers = conversationOf(page).locator('.message[data-direction=out]')
    await answers
      .filter({ hasText: 'Yes' })
      .getByRole('button', { name: 'In answer to Business At home?' })
      .waitFor()
    await page.locator('[data-id=a] [aria-disabled=true]', { hasText: 'Yes' }).waitFor()
    assert.ok(await yes.evaluate((element) => element === document.activeElement), 'the focus stays')
    assert.equal(await no.getAttribute('aria-disabled'), 'false')
    await page.keyboard.press('Enter')
    await no.click()
    await answers.filter({ hasText: 'No' }).waitFor()
    assert.deepEqual(
      standIn.messages(person).map(({ text, replyTo }) => [text, replyTo]),
      [
        ['At home?', undefined],
        ['Yes', 'a'],
        ['No', 'a'],
      ],
    )
  })

  test('says why it could not be pressed', async (t) => {
    const { standIn, page } = await open(t, { refusals: 'expected' })
    const [, , yes] = buttonsAnew()
    assert.ok(yes)
    standIn.put(person, message({ id: 'a', kind: 'template', text: 'At home?', buttons: [yes] }))
    const button = page.getByRole('button', { name: 'Yes' })
    await button.waitFor()
    // Pressed elsewhere, which this page has not heard of yet.
    yes.pressed = true
    await button.click()
    await page.getByRole('status').filter({ hasText: 'This button has been pressed' }).waitFor()
  })
})

/** Pressing changes them. */
function buttonsAnew(): Button[] {
  return buttons.map((button) => ({ ...button }))
}

function file(contentType: string) {
  return { contentType, bytes: 2048, url: '/phones/27999000001/messages/gone/media' }
}
