import assert from 'node:assert/strict'
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { pathToFileURL } from 'node:url'
import { pino } from 'pino'
import { logEvents } from './events.ts'
import { pageRoutes } from './page.ts'
import { httpServer } from './server.ts'

test('the page is served once it is built, and says how until then', async (t) => {
  const folder = await mkdtemp(join(tmpdir(), 'waypost-page-'))
  const app = httpServer({ events: logEvents(pino({ level: 'silent' })) })
  t.after(async () => {
    await app.close()
    await rm(folder, { recursive: true })
  })
  app.register(pageRoutes, { folder: pathToFileURL(`${folder}/dist/`) })

  const missing = await app.inject('/')
  assert.equal(missing.statusCode, 503)
  assert.match(missing.body, /npm run build -w packages\/phone/)

  await mkdir(join(folder, 'dist/assets'), { recursive: true })
  await writeFile(join(folder, 'dist/index.html'), '<!doctype html><title>Phone</title>')
  await writeFile(join(folder, 'dist/icon.svg'), '<svg/>')
  await writeFile(join(folder, 'dist/assets/index-1.js'), 'export {}')
  await writeFile(join(folder, 'secret.txt'), 'secret')

  const files = [
    { path: '/', type: /^text\/html/, cache: undefined },
    { path: '/?phone=27820000001', type: /^text\/html/, cache: undefined },
    { path: '/icon.svg', type: /^image\/svg/, cache: 'public, max-age=3600' },
    { path: '/assets/index-1.js', type: /javascript/, cache: 'public, max-age=31536000, immutable' },
  ]
  for (const { path, type, cache } of files) {
    const answer = await app.inject(path)
    assert.equal(answer.statusCode, 200, path)
    assert.match(String(answer.headers['content-type']), type)
    assert.equal(answer.headers['cache-control'], cache, path)
    assert.match(String(answer.headers['content-security-policy']), /^default-src 'self';/)
  }
  for (const path of [
    '/nothing',
    '/assets/nothing.js',
    '/assets',
    '/%2e%2e%2fsecret.txt',
    '/assets/%2e%2e%2f%2e%2e%2fsecret.txt',
  ]) {
    const answer = await app.inject(path)
    assert.ok(answer.statusCode === 404 || answer.statusCode === 403, `${path} answered ${answer.statusCode}`)
    assert.doesNotMatch(answer.body, /^secret/)
  }
})
