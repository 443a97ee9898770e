import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import { sizeText } from './file.ts'
import { fileKindOf } from './file-kind.ts'

const sandbox = readFileSync(new URL('../../../docs/sandbox.md', import.meta.url), 'utf8')
const labels: Record<string, string> = {
  image: 'Photo',
  video: 'Video',
  audio: 'Audio',
  document: 'Document',
  sticker: 'Sticker',
}

test('the page knows kind and limit of a file as the sandbox does', () => {
  const table = sandbox.slice(sandbox.indexOf('\n## Files'), sandbox.indexOf('\n## Templates'))
  const rows = [...table.matchAll(/^\| `(\w+)` \| (.*?) \| (\d+ \wB) \|$/gm)]
  assert.equal(rows.length, Object.keys(labels).length)
  for (const [, kind = '', types = '', most] of rows) {
    for (const [, type = ''] of types.matchAll(/`([^`]+)`/g)) {
      const { label, mostBytes } = fileKindOf(type)
      assert.deepEqual([label, sizeText(mostBytes)], [labels[kind], most], type)
    }
  }
})

test('parameters of a type do not count, and everything else is a document', () => {
  assert.equal(fileKindOf('audio/ogg; codecs=opus').label, 'Audio')
  assert.equal(fileKindOf('image/gif').label, 'Document')
  assert.equal(fileKindOf('').label, 'Document')
})
