import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import type { Page } from 'playwright-core'
import { business, conversationOf, message, overflow, pages, person } from './page.stand-in.ts'

const open = pages()
const narrow = { viewport: { width: 360, height: 640 } }

/** One red point. */
const png = Buffer.from(
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mP8z8BQDwAEhQGAhKmMIQAAAABJRU5ErkJggg==',
  'base64',
)
const photo = { name: 'Gate.png', mimeType: 'image/png', buffer: png }

describe('a file', () => {
  test('is chosen from the menu, gets a caption, and stands in the conversation like a received one', async (t) => {
    const { standIn, page } = await open(t, narrow)
    standIn.put(person, message({ id: 'a', text: 'Show me the gate' }))
    await page.locator('[data-id=a]').getByRole('button', { name: 'Reply to' }).click()

    const [chooser] = await Promise.all([
      page.waitForEvent('filechooser'),
      choose(page, 'Photo, video or file'),
    ])
    await chooser.setFiles(photo)
    const attached = page.getByRole('group', { name: 'Attached' })
    await attached.getByText('Photo, 70 bytes of 5 MB at most').waitFor()
    assert.equal(await overflow(page), 0)
    await page.getByLabel('Caption').fill('Here it is')
    await page.keyboard.press('Enter')

    const sent = conversationOf(page).locator('.message[data-direction=out]')
    await sent.getByRole('img', { name: 'Photo: Here it is' }).waitFor()
    await sent.getByRole('button', { name: 'In answer to Business Show me the gate' }).waitFor()
    await attached.waitFor({ state: 'detached' })
    assert.deepEqual(standIn.drafts, [
      {
        type: 'media',
        media: {
          contentType: 'image/png',
          fileName: 'Gate.png',
          data: png.toString('base64'),
          caption: 'Here it is',
        },
        to: business,
        replyTo: 'a',
      },
    ])
  })

  test('that is too large is refused before it is sent', async (t) => {
    const { standIn, page } = await open(t)
    const buffer = Buffer.alloc(5 * 1024 * 1024 + 1)
    await page.locator('input[type=file]').setInputFiles({ name: 'Big.jpg', mimeType: 'image/jpeg', buffer })
    await page.getByRole('alert').filter({ hasText: 'Too large: 5 MB at most.' }).waitFor()
    assert.ok(await page.getByRole('button', { name: 'Send' }).isDisabled())
    await page.getByLabel('Caption').press('Enter')

    await page.getByRole('button', { name: 'Remove the file' }).click()
    await page.getByLabel('Message', { exact: true }).waitFor()
    assert.deepEqual(standIn.drafts, [])
  })

  test('without words of its own leaves what was written for the next message', async (t) => {
    const { standIn, page } = await open(t)
    await page.getByLabel('Message', { exact: true }).fill('Did you hear it?')
    const audio = { name: 'Note.ogg', mimeType: 'audio/ogg', buffer: png }
    await page.locator('input[type=file]').setInputFiles(audio)
    await page.getByText('Audio, 70 bytes of 16 MB at most, without a text').waitFor()
    await page.getByRole('button', { name: 'Send' }).click()
    await page.getByRole('group', { name: 'Attached' }).waitFor({ state: 'detached' })
    assert.equal(await page.getByLabel('Message', { exact: true }).inputValue(), 'Did you hear it?')
    assert.equal('media' in (standIn.drafts[0] ?? {}), true)
    assert.equal(JSON.stringify(standIn.drafts).includes('Did you'), false)
  })

  test('can be dropped on the page, and pasted', async (t) => {
    const { page } = await open(t)
    const attached = page.getByRole('group', { name: 'Attached' })
    await page.getByLabel('Message', { exact: true }).waitFor()
    const dragged = await page.evaluateHandle(() => {
      const transfer = new DataTransfer()
      transfer.items.add(new File(['%PDF'], 'Bill.pdf', { type: 'application/pdf' }))
      return transfer
    })
    await page.dispatchEvent('.scroller', 'dragover', { dataTransfer: dragged })
    await page.getByText('Drop the file to attach it').waitFor()
    await page.dispatchEvent('.scroller', 'drop', { dataTransfer: dragged })
    await attached.getByText('Bill.pdf').waitFor()
    assert.equal(await page.getByText('Drop the file').count(), 0)

    await page.getByLabel('Caption').evaluate((box) => {
      const clipboardData = new DataTransfer()
      clipboardData.items.add(new File(['x'], 'image.png', { type: 'image/png' }))
      box.dispatchEvent(new ClipboardEvent('paste', { clipboardData, bubbles: true, cancelable: true }))
    })
    await attached.getByText('image.png').waitFor()
  })

  test('shows how far it is, can be stopped, and stays attached when it was not taken', async (t) => {
    const { standIn, page } = await open(t, { refusals: 'expected' })
    let release = () => {}
    const held = new Promise<void>((resolve) => {
      release = resolve
    })
    await page.route('**/messages', async (route) => {
      if (route.request().method() !== 'POST') return route.fallback()
      await held
      // It was stopped meanwhile.
      await route.abort().catch(() => undefined)
    })
    await page.locator('input[type=file]').setInputFiles(photo)
    await page.getByRole('button', { name: 'Send' }).click()
    await page.getByRole('progressbar', { name: 'Sending Gate.png' }).waitFor()
    await page.getByRole('button', { name: 'Stop sending' }).click()
    await page.getByRole('alert').filter({ hasText: 'Stopped: the file was not sent.' }).waitFor()
    release()
    await page.unroute('**/messages')

    standIn.businesses.length = 0
    await page.locator('input[type=file]').setInputFiles(photo)
    await page.getByRole('button', { name: 'Send' }).click()
    await page.getByRole('alert').filter({ hasText: 'Not sent: Nobody has registered' }).waitFor()
    await page.getByRole('group', { name: 'Attached' }).getByText('Gate.png').waitFor()
    assert.deepEqual(standIn.drafts, [])
  })
})

describe('the menu', () => {
  test('works by keyboard alone, and gives the focus back', async (t) => {
    const { standIn, page } = await open(t, narrow)
    const plus = page.getByRole('button', { name: 'Attach or share' })
    await plus.focus()
    await page.keyboard.press('Enter')
    assert.equal(await focusedName(page), 'Photo, video or file')
    await page.keyboard.press('ArrowUp')
    assert.equal(await focusedName(page), 'Contact')
    await page.keyboard.press('Escape')
    assert.equal(await focusedName(page), 'Attach or share')

    await page.keyboard.press('Enter')
    await page.keyboard.press('ArrowDown')
    await page.keyboard.press('Enter')
    const dialog = page.getByRole('dialog', { name: 'Share a place' })
    await dialog.waitFor()
    await dialog.getByLabel('Name').focus()
    await page.keyboard.press('Enter')
    await dialog.waitFor({ state: 'detached' })
    assert.equal(await focusedName(page), 'Attach or share')
    assert.equal(standIn.drafts.length, 1)
  })

  test('shares a place: one of those offered, or any other', async (t) => {
    const { standIn, page } = await open(t, narrow)
    await choose(page, 'Place')
    const dialog = page.getByRole('dialog', { name: 'Share a place' })
    await dialog.getByLabel('A place').selectOption('Royal Observatory, Greenwich')
    assert.equal(await dialog.getByLabel('Longitude').inputValue(), '-0.00139')
    await dialog.getByRole('button', { name: 'Share' }).click()
    await conversationOf(page).getByRole('listitem').getByText('51.47783° N, 0.00139° W').waitFor()

    await choose(page, 'Place')
    await dialog.getByLabel('A place').selectOption('Another: fill it in')
    await dialog.getByLabel('Latitude').fill('91')
    await dialog.getByLabel('Longitude').fill('18.5')
    await dialog.getByRole('button', { name: 'Share' }).click()
    assert.equal(standIn.drafts.length, 1, 'the globe ends at 90 degrees')
    await dialog.getByLabel('Latitude').fill('-34')
    await dialog.getByRole('button', { name: 'Share' }).click()
    await dialog.waitFor({ state: 'detached' })
    assert.deepEqual(standIn.drafts[1], {
      type: 'location',
      location: { latitude: -34, longitude: 18.5 },
      to: business,
    })
  })

  test('shares a contact: a phone of the sandbox, or anybody', async (t) => {
    const { standIn, page } = await open(t, narrow)
    standIn.phone('27999000002').profileName = 'Thandi'
    await choose(page, 'Contact')
    const dialog = page.getByRole('dialog', { name: 'Share a contact' })
    await dialog.getByLabel('A phone of this sandbox').selectOption('Thandi +27999000002')
    await dialog.getByRole('button', { name: 'Share' }).click()
    await conversationOf(page).getByRole('listitem').getByText('Thandi').first().waitFor()

    await choose(page, 'Contact')
    await dialog.getByLabel('Name').fill('John Smith')
    await dialog.getByLabel('E-mail').fill('john@acme.example')
    await dialog.getByRole('button', { name: 'Share' }).click()
    await dialog.waitFor({ state: 'detached' })
    assert.deepEqual(
      standIn.drafts.map((draft) => 'contacts' in draft && draft.contacts),
      [
        [{ name: { formattedName: 'Thandi' }, phones: [{ phone: '+27999000002', waId: '27999000002' }] }],
        [{ name: { formattedName: 'John Smith' }, emails: [{ email: 'john@acme.example' }] }],
      ],
    )
  })

  test('says in the dialog why something was not shared', async (t) => {
    const { standIn, page } = await open(t, { refusals: 'expected' })
    await page.getByRole('button', { name: 'Attach or share' }).waitFor()
    standIn.businesses.length = 0
    await choose(page, 'Place')
    const dialog = page.getByRole('dialog')
    await dialog.getByRole('button', { name: 'Share' }).click()
    await dialog.getByRole('alert').filter({ hasText: 'Not shared: Nobody has registered' }).waitFor()
  })
})

describe('a reaction', () => {
  test('stands at its message, can be changed, and taken back, by mouse', async (t) => {
    const { standIn, page } = await open(t, narrow)
    standIn.put(person, message({ id: 'a', text: 'It is there' }))
    const react = async (name: string) => {
      await page.locator('[data-id=a]').getByRole('button', { name: 'React to “It is there”' }).click()
      await page.getByRole('menuitemradio', { name }).click()
    }
    const badge = page.locator('[data-id=a] .reactions')
    await react('Thumbs up')
    await badge.filter({ hasText: 'The person reacted: 👍' }).waitFor()
    await react('Heart')
    await badge.filter({ hasText: '❤️' }).waitFor()
    await react('Heart, take back')
    await badge.waitFor({ state: 'detached' })
    assert.deepEqual(
      standIn.drafts.map((draft) => draft.type === 'reaction' && draft.reaction.emoji),
      ['👍', '❤️', ''],
    )
    assert.equal(await page.locator('.message').count(), 1)
    assert.equal(await overflow(page), 0)
  })

  test('can be given by keyboard, to one’s own messages too, and says why it was not taken', async (t) => {
    const { standIn, page } = await open(t, { refusals: 'expected' })
    standIn.put(person, message({ id: 'a' }))
    standIn.put(person, message({ id: 'b', from: person, to: business, text: 'Mine', direction: 'out' }))
    await page.locator('[data-id=b]').focus()
    await page.keyboard.press('Tab')
    await page.keyboard.press('Tab')
    assert.equal(await focusedName(page), 'React to “Mine”')
    await page.keyboard.press('Enter')
    await page.keyboard.press('End')
    assert.equal(await focusedName(page), 'Folded hands')
    await page.keyboard.press('ArrowRight')
    await page.keyboard.press('Enter')
    await page.locator('[data-id=b] .reactions', { hasText: '👍' }).waitFor()
    assert.equal(await focusedName(page), 'React to “Mine”')
    assert.equal(standIn.drafts[0]?.to, business)

    standIn.businesses.length = 0
    await page.keyboard.press('Enter')
    assert.equal(await focusedName(page), 'Thumbs up, take back')
    await page.keyboard.press('Enter')
    await page.getByRole('alert').filter({ hasText: 'Not sent: Nobody has registered' }).waitFor()
  })
})

async function choose(page: Page, item: string): Promise<void> {
  await page.getByRole('button', { name: 'Attach or share' }).click()
  await page.getByRole('menuitem', { name: item }).click()
}

function focusedName(page: Page): Promise<string | null | undefined> {
  return page.evaluate(() => document.activeElement?.getAttribute('aria-label'))
}
