import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import type { Locator, Page } from 'playwright-core'
import { business, conversationOf, message, otherBusiness, overflow, pages, person } from './page.stand-in.ts'
import type { StandIn } from './sandbox.stand-in.ts'

const open = pages()

describe('the phone', () => {
  test('shows a message as it arrives, and its ticks as they climb', async (t) => {
    const { standIn, page } = await open(t)
    await page.getByText('Nothing here yet').waitFor()

    standIn.put(person, message({ id: 'a', text: 'Your parcel is here', ticks: 'sent' }))
    const bubble = conversationOf(page).getByRole('listitem').filter({ hasText: 'Your parcel is here' })
    await bubble.getByRole('img', { name: 'Sent, not on the phone yet' }).waitFor()
    await page.locator('[aria-live=polite]', { hasText: 'New message: Your parcel is here' }).waitFor()

    standIn.tick(person, 'a', 'delivered')
    // In view of the person, so that the page itself reports it as read.
    await bubble.getByRole('img', { name: 'Read on the phone' }).waitFor()
    assert.equal(standIn.messages(person)[0]?.ticks, 'read')
  })

  test('reports nothing as read while read receipts are off', async (t) => {
    const { standIn, page } = await open(t)
    await page.getByLabel('Read receipts').uncheck()
    await page.clock.install()

    standIn.put(person, message({ id: 'a', ticks: 'delivered' }))
    await conversationOf(page)
      .getByRole('listitem')
      .getByRole('img', { name: 'Delivered to the phone' })
      .waitFor()
    await page.clock.runFor(10_000)
    assert.equal(standIn.messages(person)[0]?.ticks, 'delivered')

    await page.getByLabel('Read receipts').check()
    await until(async () => {
      await page.clock.runFor(1_000)
      return standIn.messages(person)[0]?.ticks === 'read'
    })
  })

  test('can be answered with the keyboard alone, and a message quoted', async (t) => {
    const { standIn, page } = await open(t)
    standIn.put(person, message({ id: 'a', text: 'Are you at home?' }))
    standIn.put(person, message({ id: 'b', text: 'Or at work?' }))
    await page.getByText('Or at work?').first().waitFor()

    await tabTo(page, 'Message')
    await page.keyboard.type('Yes,')
    await page.keyboard.press('Shift+Enter')
    await page.keyboard.type('come in')
    await page.keyboard.press('Enter')
    await conversationOf(page).getByRole('listitem').getByText('Yes,\ncome in').waitFor()
    assert.deepEqual(written(standIn), [{ to: business, text: 'Yes,\ncome in' }])

    for (const before of ['Attach or share', 'To', 'React to “Or at work?”']) {
      await page.keyboard.press('Shift+Tab')
      assert.equal(await focusedName(page), before)
    }
    // From the last message’s button up to the first message.
    await page.keyboard.press('ArrowUp')
    await page.keyboard.press('Home')
    await page.keyboard.press('Tab')
    assert.equal(await focusedName(page), 'Reply to “Are you at home?”')
    await page.keyboard.press('Enter')
    await page.getByText('Replying to').waitFor()
    await page.keyboard.type('I am')
    await page.keyboard.press('Enter')
    await page.getByRole('button', { name: 'In answer to Business Are you at home?' }).waitFor()
    assert.deepEqual(written(standIn)[1], { to: business, text: 'I am', replyTo: 'a' })
  })

  test('writes to the business that is chosen, and says so when nobody registered it', async (t) => {
    const { standIn, page } = await open(t, {
      query: `?number=${person}&business=2799900999`,
      refusals: 'expected',
    })
    await page.getByLabel('Message', { exact: true }).fill('Hello?')
    await page.getByRole('button', { name: 'Send' }).click()
    await page
      .getByRole('alert')
      .filter({ hasText: 'Nobody has registered the business number 2799900999' })
      .waitFor()
    assert.equal(await page.getByLabel('Message', { exact: true }).inputValue(), 'Hello?')

    await page.getByLabel('To', { exact: true }).selectOption(otherBusiness)
    await page.getByRole('button', { name: 'Send' }).click()
    await page.getByRole('heading', { level: 1, name: `+${otherBusiness}` }).waitFor()
    await until(() => written(standIn).length === 1)
    assert.equal(written(standIn)[0]?.to, otherBusiness)
  })

  test('never takes a text for markup', async (t) => {
    const { standIn, page } = await open(t)
    const text = '<img src=x onerror=alert(1)> *bold* https://acme.example/a?b=1'
    standIn.put(person, message({ id: 'a', text, preview: true }))
    const bubble = conversationOf(page)
      .getByRole('listitem')
      .filter({ hasText: '<img src=x onerror=alert(1)>' })
    await bubble.locator('strong', { hasText: 'bold' }).waitFor()

    for (const link of await bubble.getByRole('link').all()) {
      assert.equal(await link.getAttribute('href'), 'https://acme.example/a?b=1')
      assert.equal(await link.getAttribute('rel'), 'noopener noreferrer')
    }
    assert.equal(await bubble.getByRole('link').count(), 2, 'the link and its card')
  })

  test('draws the newest 200 of thousands, and older ones when asked', async (t) => {
    const { standIn, page } = await open(t, { query: '?number=27999000002' })
    for (let i = 0; i < 1_000; i += 1) {
      standIn.put('27999000002', message({ id: `m${i}`, text: `Number ${i}`, to: '27999000002', at: i }))
    }
    await page.reload()
    await page.locator('[data-id=m999]').waitFor()
    const bubbles = page.locator('.message')
    assert.equal(await bubbles.count(), 200)

    await page.getByRole('button', { name: 'Show 200 older messages' }).click()
    await page.locator('[data-id=m600]').waitFor({ state: 'attached' })
    assert.equal(await bubbles.count(), 400)
    assert.ok(await inView(page.locator('[data-id=m800]')), 'what was in view stays there')

    standIn.put('27999000002', message({ id: 'new', text: 'The newest', to: '27999000002' }))
    await page.getByRole('button', { name: '1 new message' }).click()
    await until(() => inView(page.locator('[data-id=new]')))
    assert.equal(await page.getByRole('button', { name: '1 new message' }).count(), 0)
  })

  test('says that the sandbox is gone, and catches up when it is back', async (t) => {
    const { standIn, page } = await open(t, { refusals: 'expected' })
    standIn.put(person, message({ id: 'a', text: 'Before' }))
    await conversationOf(page).getByRole('listitem').getByText('Before').waitFor()

    standIn.hangUp()
    await page.getByRole('status').filter({ hasText: 'Not connected to the sandbox' }).waitFor()
    standIn.put(person, message({ id: 'b', text: 'Meanwhile' }))
    standIn.tick(person, 'a', 'read')
    standIn.pickUp()
    await conversationOf(page).getByRole('listitem').getByText('Meanwhile').waitFor()
    assert.equal(await page.getByText('Not connected').count(), 0)
  })

  test('changes its settings in the sandbox, and shows what others change', async (t) => {
    const { standIn, page } = await open(t)
    await page.getByLabel('Online').uncheck()
    await page.getByText('This phone is offline').waitFor()
    assert.equal(standIn.phone(person).online, false)

    await page.getByLabel('Profile name').fill('Thandi')
    await page.getByLabel('Profile name').press('Enter')
    await until(() => standIn.phone(person).profileName === 'Thandi')

    await page.getByLabel(`Block +${business}`).check()
    await page.getByRole('button', { name: 'Unblock' }).click()
    await page.getByLabel('Message', { exact: true }).waitFor()
    assert.deepEqual(standIn.phone(person).blocked, [])
  })

  test('opens any number, and its address brings it back', async (t) => {
    const { page } = await open(t)
    await page.getByLabel('Open another number').fill('0123')
    await page.getByRole('button', { name: 'Open', exact: true }).click()
    await page.getByRole('alert').waitFor()
    await page.getByLabel('Open another number').fill('+27 999 000 077')
    await page.keyboard.press('Enter')
    await page.locator('.status-strip', { hasText: '+27999000077' }).waitFor()
    assert.equal(new URL(page.url()).searchParams.get('number'), '27999000077')

    await page.goBack()
    await page.locator('.status-strip', { hasText: `+${person}` }).waitFor()
  })
})

describe('beside the phone', () => {
  test('stands what the business received, newest first, and other businesses’ on demand', async (t) => {
    const { standIn, page } = await open(t)
    await page.getByText('Nothing yet.').waitFor()
    const event = { moText: [{ content: 'I am at home', from: person }] }
    standIn.callBack('demo-one', callback(1, { integrationId: 'one', event }))
    const status = { messageStatusUpdate: [{ status: 'DEVICE_ACK', statusCode: 5 }] }
    standIn.callBack('demo-one', callback(2, { integrationId: 'one', event: status }))
    standIn.callBack('demo-legacy', callback(3, { integrationId: 'two', statusCode: 27, status: 'READ' }))

    const received = page.getByRole('complementary', { name: 'What the business received' })
    await received.getByText('"I am at home"').waitFor()
    await received.getByText('DEVICE_ACK 5').waitFor()
    assert.match((await received.locator('.callback').first().textContent()) ?? '', /messageStatusUpdate/)
    assert.equal(await received.getByText('READ 27').count(), 0)

    await received.getByRole('button', { name: 'Show 1 more about other numbers' }).click()
    await received.getByText('READ 27').waitFor()

    await received.getByRole('button', { name: 'Clear' }).click()
    await received.getByText('Nothing yet.').waitFor()
  })

  test('stands that what a person writes is sealed up to the gateway, as in the conversation', async (t) => {
    const { standIn, page } = await open(t)
    standIn.put(
      person,
      message({ id: 'a', from: person, to: business, direction: 'out', text: 'I am at home' }),
    )
    const bar = page.locator('.handset-bar')
    const said = (more: object) => ({ integrationId: 'one', event: { moText: [more] } })
    standIn.callBack('demo-one', callback(1, said({ content: 'Yw6Aw8OO', encryptionKey: 'AQIDAHhz' })))
    await page.locator('.callback-summary').getByText('Sealed up to the gateway').waitFor()
    await bar.getByText('Sealed up to the gateway').waitFor()
    assert.equal(await page.locator('.callback-text').count(), 0, 'nobody here can read it')

    standIn.callBack('demo-one', callback(2, said({ content: 'I am at home', encryptionKey: null })))
    await page.getByText('"I am at home"').waitFor()
    await bar.getByText('Sealed').waitFor({ state: 'detached' })
  })
})

describe('at a phone’s width', () => {
  test('one thing is shown at a time, and nothing is wider than the screen', async (t) => {
    const { standIn, page } = await open(t, { viewport: { width: 375, height: 667 } })
    standIn.put(
      person,
      message({ id: 'a', text: `${'wide'.repeat(100)} https://a.example/${'b'.repeat(300)}` }),
    )
    standIn.callBack('demo-one', callback(1, { event: { moText: [{ content: 'wide'.repeat(300) }] } }))
    await conversationOf(page).getByRole('listitem').first().waitFor()
    assert.equal(await page.getByRole('complementary').count(), 0)
    assert.equal(await overflow(page), 0)

    await page.getByRole('button', { name: 'Callbacks' }).click()
    await page
      .getByRole('complementary', { name: 'What the business received' })
      .getByText('moText')
      .first()
      .waitFor()
    assert.equal(await overflow(page), 0)

    await page.getByRole('button', { name: 'Phones' }).click()
    await page.getByLabel('Open another number').waitFor()
    assert.equal(await overflow(page), 0)

    await page.getByRole('button', { name: `+${otherBusiness}` }).click()
    await page.getByRole('heading', { level: 1, name: `+${otherBusiness}` }).waitFor()
  })

  test('the conversation is at its newest after a look elsewhere, and unread meanwhile', async (t) => {
    const { standIn, page } = await open(t, { viewport: { width: 375, height: 667 } })
    for (let i = 0; i < 30; i += 1) standIn.put(person, message({ id: `m${i}`, text: `Number ${i}` }))
    await until(() => inView(page.locator('[data-id=m29]')))

    await page.getByRole('button', { name: 'Callbacks' }).click()
    await page.clock.install()
    standIn.put(person, message({ id: 'new', ticks: 'delivered' }))
    await page.getByRole('button', { name: 'Phone (1)' }).waitFor()
    await page.clock.runFor(10_000)
    assert.equal(standIn.messages(person).at(-1)?.ticks, 'delivered')

    await page.getByRole('button', { name: 'Phone (1)' }).click()
    await until(async () => {
      await page.clock.runFor(1_000)
      return standIn.messages(person).at(-1)?.ticks === 'read'
    })
    assert.ok(await inView(page.locator('[data-id=new]')))
  })
})

function callback(at: number, body: unknown) {
  return { at, method: 'POST', headers: { 'content-type': 'application/json' }, body }
}

function written(standIn: StandIn) {
  return standIn
    .messages(person)
    .filter(({ direction }) => direction === 'out')
    .map(({ to, text, replyTo }) => ({ to, text, ...(replyTo === undefined ? {} : { replyTo }) }))
}

async function tabTo(page: Page, name: string): Promise<void> {
  for (let presses = 0; presses < 60; presses += 1) {
    await page.keyboard.press('Tab')
    assert.notEqual(await focusedName(page), '', 'everything the Tab key stops at has a name')
    if ((await focusedName(page)) === name) return
  }
  assert.fail(`Tab never reached ${name}`)
}

function focusedName(page: Page): Promise<string> {
  return page.evaluate(() => {
    const element = document.activeElement
    if (!(element instanceof HTMLElement)) return ''
    const labels =
      element instanceof HTMLInputElement || element instanceof HTMLSelectElement ? element.labels : null
    return element.getAttribute('aria-label') ?? labels?.[0]?.textContent ?? element.textContent
  })
}

function inView(locator: Locator): Promise<boolean> {
  return locator.evaluate((element) => {
    const { top, bottom } = element.getBoundingClientRect()
    const scroller = element.closest('.scroller')?.getBoundingClientRect()
    return scroller !== undefined && bottom > scroller.top && top < scroller.bottom
  })
}

async function until(isSo: () => boolean | Promise<boolean>): Promise<void> {
  const deadline = Date.now() + 10_000
  while (!(await isSo())) {
    assert.ok(Date.now() < deadline, `not within 10 s: ${isSo}`)
    await new Promise((resolve) => setTimeout(resolve, 20))
  }
}
