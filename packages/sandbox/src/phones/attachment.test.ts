import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { messagesOf, msisdn, open, sendAndShow, sendText, upload } from '../testing.ts'
import { dispositionOf } from './attachment.ts'

const content = Buffer.from('0123456789')

test('a file on a phone can be fetched in parts, again, and by nobody else', async (t) => {
  const sandbox = await open(t)
  const id = await upload(sandbox, { type: 'video/mp4', content })
  await sendAndShow(sandbox, { type: 'video', video: { id } })
  const text = await sendText(sandbox, 'no file')
  const [message] = await messagesOf(sandbox)
  const fetched = (headers: Record<string, string> = {}, of = msisdn, messageId = message?.id) =>
    fetch(`${sandbox.url}/phones/${of}/messages/${messageId}/media`, { headers })

  const whole = await fetched()
  assert.equal(whole.headers.get('accept-ranges'), 'bytes')
  assert.equal(whole.headers.get('content-length'), '10')
  assert.equal(whole.headers.get('content-disposition'), 'inline; filename="video.mp4"')
  assert.match(whole.headers.get('content-security-policy') ?? '', /sandbox/)
  assert.equal(whole.headers.get('x-content-type-options'), 'nosniff')

  const ranges = [
    { range: 'bytes=2-4', status: 206, body: '234', said: 'bytes 2-4/10' },
    { range: 'bytes=8-', status: 206, body: '89', said: 'bytes 8-9/10' },
    { range: 'bytes=-1', status: 206, body: '9', said: 'bytes 9-9/10' },
  ]
  for (const { range, status, body, said } of ranges) {
    const part = await fetched({ range })
    assert.deepEqual(
      [part.status, await part.text(), part.headers.get('content-range')],
      [status, body, said],
    )
    assert.equal(part.headers.get('content-type'), 'video/mp4')
  }
  assert.equal((await fetched({ range: 'bytes=10-' })).status, 416)
  const etag = whole.headers.get('etag') ?? ''
  // A browser's own cache would answer fetch otherwise.
  assert.equal((await fetched({ 'if-none-match': etag, 'cache-control': 'max-age=0' })).status, 304)

  assert.equal((await fetched({}, '27820000002')).status, 404)
  assert.equal((await fetched({}, msisdn, text)).status, 404)
  assert.equal((await fetched({}, msisdn, 'wamid.nothing')).status, 404)
})

describe('the name to save a file under', () => {
  const names = [
    { fileName: undefined, said: 'attachment; filename="document.pdf"' },
    { fileName: 'Report 1.pdf', said: 'attachment; filename="Report 1.pdf"' },
    { fileName: '../../etc/passwd', said: 'attachment; filename="passwd"' },
    { fileName: 'C:\\temp\\a.pdf', said: 'attachment; filename="a.pdf"' },
    { fileName: 'a\r\nb".pdf', said: `attachment; filename="ab_.pdf"; filename*=UTF-8''ab%22.pdf` },
    {
      fileName: 'Résumé (1).pdf',
      said: `attachment; filename="R_sum_ (1).pdf"; filename*=UTF-8''R%C3%A9sum%C3%A9%20%281%29.pdf`,
    },
    { fileName: '\ud83d.pdf', said: `attachment; filename="_.pdf"; filename*=UTF-8''%EF%BF%BD.pdf` },
  ]
  for (const { fileName, said } of names) {
    test(`${JSON.stringify(fileName)} becomes ${said}`, () => {
      const media = { id: '1', contentType: 'application/pdf', bytes: 1, ...(fileName ? { fileName } : {}) }
      assert.equal(dispositionOf(media), said)
    })
  }

  test('is for looking at where it is no document', () => {
    const media = { id: '1', contentType: 'image/png', bytes: 1 }
    assert.equal(dispositionOf(media), 'inline; filename="image.png"')
  })
})
