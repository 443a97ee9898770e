import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { promisify } from 'node:util'
import { browse } from '../support/browser.ts'
import { eventually } from '../support/eventually.ts'
import { ask } from '../support/installation.ts'
import { freePort, type Running, start } from '../support/processes.ts'

/** What a newcomer sees: the real programs, the printed `curl` line run by a shell, the pages in a real browser. */
describe('in the browser', () => {
  let folder: string
  let started: Running
  let sandboxUrl: string
  let url: string

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'waypost-'))
    const [port, sandboxPort] = [await freePort(), await freePort()]
    url = `http://127.0.0.1:${port}`
    sandboxUrl = `http://127.0.0.1:${sandboxPort}`
    const env = { WAYPOST_DATA: folder, WAYPOST_PORT: `${port}`, WAYPOST_SANDBOX_PORT: `${sandboxPort}` }
    started = start('bin/start.mjs', [], env)
    await eventually(async () => started.output().includes('curl '), 'the welcome is printed', 20_000)
  })
  after(async () => {
    started.child.kill('SIGTERM')
    await started.ended
    await rm(folder, { recursive: true, force: true })
  })

  test('the printed line puts a text on the phone, its ticks climb, and the answer comes back', async (t) => {
    const { page, complaints } = await browse(t)
    const address = /http:\S+\?number=\d+/.exec(started.output())?.[0] ?? ''
    assert.ok(address.startsWith(sandboxUrl))
    await page.goto(address)

    const line = /^ *(curl .*)$/m.exec(started.output())?.[1] ?? ''
    const { stdout } = await promisify(execFile)('sh', ['-c', line])
    assert.equal(JSON.parse(stdout).messages[0].accepted, true)

    const conversation = page.getByRole('region', { name: /Conversation with/ })
    await conversation.getByText('Hello from Waypost').waitFor()
    await conversation.getByRole('img', { name: 'Read on the phone' }).waitFor()

    await page.getByRole('textbox', { name: 'Message', exact: true }).fill('And hello back')
    await page.keyboard.press('Enter')
    await conversation.getByText('And hello back').waitFor()
    const business = page.getByRole('complementary', { name: 'What the business received' })
    await business.getByText('moText').first().waitFor()
    await business.getByText('READ').first().waitFor()

    const { json } = await ask(`${sandboxUrl}/callbacks/demo-one`, 'GET', {})
    const received = json as { body: { event: { moText?: { content: string }[] } } }[]
    const replies = received.flatMap(({ body }) => body.event.moText ?? [])
    assert.deepEqual(
      replies.map(({ content }) => content),
      ['And hello back'],
    )
    if (process.env.SCREENSHOT)
      await page.screenshot({ path: process.env.SCREENSHOT, animations: 'disabled' })
    assert.deepEqual(complaints, [])
  })

  test('the API can be read, and nothing is asked of any other host', async (t) => {
    const { page, complaints } = await browse(t)
    await page.goto(`${url}/docs`)
    await page.getByText('/v1/message', { exact: true }).first().waitFor()
    await page.getByText('/wa/messages', { exact: true }).first().waitFor()
    assert.deepEqual(complaints, [])
  })

  test('the admin token is printed once and kept for its owner alone', async () => {
    const token = (await readFile(join(folder, 'admin-token'), 'utf8')).trim()
    assert.equal(started.output().split(token).length - 1, 1)
    const headers = { authorization: `Bearer ${token}` }
    assert.equal((await ask(`${url}/admin/lanes`, 'GET', { headers })).httpStatus, 200)
  })

  test('no log line holds a text, a key or a whole handset number', () => {
    const keys = [...started.output().matchAll(/API key +(\S+)/g)].map(([, key]) => key ?? '')
    assert.equal(keys.length, 2, 'both keys were printed')
    const logged = started.output().replaceAll(/^[^{].*$/gm, '')
    assert.ok(logged.includes('gateway.ready'))
    for (const secret of ['Hello from Waypost', 'And hello back', '27999000001', ...keys])
      assert.ok(!logged.includes(secret), secret)
  })
})
