import assert from 'node:assert/strict'
import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, type TestContext, test } from 'node:test'
import { browse } from '../support/browser.ts'
import { eventually } from '../support/eventually.ts'
import { install, numbers } from '../support/installation.ts'
import { overflow } from '../support/looks.ts'
import { sunrise } from '../support/recordings.ts'
import { syncTemplates } from '../support/templates.ts'

const msisdn = '27999000001'
const hour = 3_600_000

/** What a person does on the page, through sandbox and gateway, to the business. */
for (const viewport of [
  { width: 360, height: 740 },
  { width: 1280, height: 800 },
])
  describe(`on a page ${viewport.width} pixels wide`, () => {
    test('a person sends a photo, a place and a contact, and each reaches the business', async (t) => {
      const { page, heard, own, picture } = await opened(t, viewport)
      const share = async (item: string) => {
        await page.getByRole('button', { name: 'Attach or share' }).click()
        await page.getByRole('menuitem', { name: item }).click()
      }
      const [chooser] = await Promise.all([page.waitForEvent('filechooser'), share('Photo, video or file')])
      const buffer = Buffer.from(sunrise(480, 360))
      await chooser.setFiles({ name: 'The gate, seen from the road.png', mimeType: 'image/png', buffer })
      await page.getByLabel('Caption').fill('It is *this* one')
      await picture('file-attached')
      await page.keyboard.press('Enter')
      await own.getByRole('img', { name: 'Photo: It is this one' }).waitFor()
      assert.match(await heard('moMedia'), /"It is \*this\* one"/)

      await share('Place')
      await picture('place-shared')
      await page.getByRole('button', { name: 'Share', exact: true }).click()
      await own.getByText('33.88104° S, 18.63589° E').waitFor()
      assert.match(await heard('moLocation'), /"Acme"/)

      await share('Contact')
      await page.getByLabel('Name', { exact: true }).fill('John Smith')
      await page.getByLabel('Phone', { exact: true }).fill('+27 21 555 0100')
      await picture('contact-shared')
      await page.getByRole('button', { name: 'Share', exact: true }).click()
      await own.getByText('John Smith').waitFor()
      assert.match(await heard('moContacts'), /"John Smith"/)
      assert.equal(await overflow(page), 0)
      await picture('shared')
    })

    test('a person presses buttons of a template one after the other, and reacts to it', async (t) => {
      const { page, installation, heard, own, picture } = await opened(t, viewport)
      await syncTemplates(installation)
      const template = {
        templateName: 'test_header_with_text_quick_reply',
        header: { type: 'text', text: { parameters: { 1: 'February' } } },
        body: { parameters: { 1: 'Your statement', 2: 'R13.00' } },
        buttons: { suggestedResponse: { postbackData: { 1: 'first', 3: 'third' } } },
      }
      await installation.send('one', [{ to: msisdn, template }])
      const bubble = page.locator('.message[data-direction=in]')
      await bubble.getByRole('img', { name: /^(Delivered|Read)/ }).waitFor()
      await bubble.getByRole('button', { name: 'Not now' }).click()
      await own.getByRole('button', { name: /^In answer to Business/ }).waitFor()
      assert.match(await heard('moSuggestedResponse'), /"third"/)
      await bubble.getByRole('button', { name: 'Call me' }).click()
      await eventually(async () => (await bubble.locator('[aria-disabled=true]').count()) === 2, 'both are')

      await bubble.getByRole('button', { name: /^React to/ }).click()
      await page.getByRole('menuitemradio', { name: 'Heart' }).click()
      await bubble.getByText('The person reacted').waitFor()
      assert.equal(await overflow(page), 0)
      await picture('pressed')
    })

    test('a person turns the clock of sandbox and gateway, and removes a fault', async (t) => {
      const { page, installation, picture } = await opened(t, viewport)
      await installation.askSandbox('PUT', '/faults', [{ fault: 'pairLimit' }, { fault: 'twice', times: 2 }])
      await page.getByRole('button', { name: 'Remove: Each status is reported twice, 2 times' }).click()
      await page.getByText('1 fault is armed').last().waitFor()
      assert.deepEqual((await installation.askSandbox('GET', '/faults')).json, [{ fault: 'pairLimit' }])
      await picture('faults')

      const phones = page.getByRole('button', { name: 'Phones' })
      if (await phones.isVisible()) await phones.click()
      await page.getByRole('button', { name: '+1 h' }).click()
      await page.getByText('Turned, and the gateway too.').waitFor()
      const { json } = await installation.admin('GET', '/admin/clock')
      assert.deepEqual(json, { offsetMs: hour })
      await picture('clock')
    })
  })

async function opened(t: TestContext, viewport: { width: number; height: number }) {
  // First, so that it is closed first: a page that loses its sandbox complains of it.
  const { page, complaints } = await browse(t, viewport)
  t.after(() => assert.deepEqual(complaints, []))
  const installation = await install(t)
  await eventually(async () => {
    const { json } = await installation.askSandbox('GET', '/businesses')
    return (json as { webhook: string | null }[]).filter(({ webhook }) => webhook !== null).length === 2
  }, 'the gateway has registered')
  page.setDefaultTimeout(10_000)
  await page.goto(`${installation.sandbox.url}/?number=${msisdn}&business=${numbers.one}`)
  return {
    installation,
    page,
    own: page.locator('.message[data-direction=out]'),
    heard: async (event: string) =>
      (await installation.received.one.call(({ raw }) => raw.includes(`"${event}"`))).raw,
    async picture(name: string) {
      const { SCREENSHOTS } = process.env
      if (SCREENSHOTS === undefined) return
      await mkdir(SCREENSHOTS, { recursive: true })
      await page.screenshot({
        path: join(SCREENSHOTS, `${name}-${viewport.width}.png`),
        animations: 'disabled',
      })
    },
  }
}
