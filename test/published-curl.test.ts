import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, readFileSync } from 'node:fs'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { before, describe, test } from 'node:test'
import { promisify } from 'node:util'
import { oneError } from '@waypost/protocol'
import { eventually } from './support/eventually.ts'
import { type Installation, keys } from './support/installation.ts'
import { example } from './support/published.ts'
import { picture } from './support/published-requests.ts'
import { shared } from './support/shared.ts'

/** The eight published `curl` commands, run by curl: their flags and addresses, with what they leave open filled in. */
const commands: string[][] = JSON.parse(
  readFileSync(new URL('./fixtures/curl.json', import.meta.url), 'utf8'),
)

const hash = createHash('sha256').update(picture.bytes).digest('hex')
const to = '2799900001'

describe('the published curl commands', () => {
  const installation = shared()
  before(() => writeFile(join(installation().folder, 'cake.jpg'), picture.bytes))

  for (const { number, generation, id } of [
    { number: 1, generation: 'legacy', id: 1 },
    { number: 2, generation: 'one', id: 2 },
  ] as const)
    test(`${number} sends a text by the ${generation} API`, async () => {
      const before = (await installation().phone('27999000001')).length
      const { body } = example(id)
      const answer = await curl(installation(), number, { key: keys[generation], body: JSON.stringify(body) })
      const [head = '', json = ''] = answer.toString().split('\r\n\r\n')
      assert.match(head, /^HTTP\/1\.1 202 Accepted\r\n/)
      assert.partialDeepStrictEqual(JSON.parse(json), { messages: [{ accepted: true, to: '27999000001' }] })
      await eventually(async () => (await installation().phone('27999000001'))[before], 'it is on the phone')
    })

  for (const { number, broadcastAllowed } of [
    { number: 3, broadcastAllowed: false },
    { number: 4, broadcastAllowed: true },
  ])
    test(`${number} uploads a file for ${broadcastAllowed ? 'many' : 'one'}`, async () => {
      const { fileId, ...answer } = JSON.parse((await curl(installation(), number, { to })).toString())
      assert.deepEqual(answer, { accepted: true, error: null })
      assert.match(fileId, /^[0-9a-f-]{36}\.jpg$/)
      const known = await installation().ask('GET', `/v1/media/${fileId}`, { key: keys.one })
      assert.partialDeepStrictEqual(known.json, { broadcastAllowed })
    })

  for (const number of [5, 6])
    test(`${number} uploads nothing encrypted where there is no encryption`, async () => {
      const given = { to, encryptionKey: encodeURIComponent('AQIDAHig+A=='), kmsArn: 'arn%3Aaws%3Akms' }
      const answer = JSON.parse((await curl(installation(), number, given)).toString())
      const { code, description } = oneError('channel_inactive')
      assert.deepEqual(answer, { accepted: false, error: { code, description } })
    })

  test('7 downloads a file', async () => {
    const { fileId } = JSON.parse((await curl(installation(), 4)).toString())
    assert.deepEqual(await curl(installation(), 7, { fileId }), picture.bytes)
  })
})

describe('where there is encryption, the published curl command', () => {
  const kmsArn = 'arn:aws:kms:eu-west-1:000000000000:key/00000000-0000-4000-8000-000000000001'
  const installation = shared({ one: { encryption: { mtKey: kmsArn, moKey: kmsArn.replace(/1$/, '2') } } })
  before(() => writeFile(join(installation().folder, 'cake.jpg'), picture.bytes))
  const given = {
    to,
    encryptionKey: encodeURIComponent('AQIDAHig+A=='),
    kmsArn: encodeURIComponent(kmsArn),
  }

  for (const { number, broadcastAllowed } of [
    { number: 5, broadcastAllowed: false },
    { number: 6, broadcastAllowed: true },
  ])
    test(`${number} uploads an encrypted file for ${broadcastAllowed ? 'many' : 'one'}`, async () => {
      const { fileId, ...answer } = JSON.parse((await curl(installation(), number, given)).toString())
      assert.deepEqual(answer, { accepted: true, error: null })
      const known = await installation().ask('GET', `/v1/media/${fileId}`, { key: keys.one })
      assert.partialDeepStrictEqual(known.json, { broadcastAllowed })
    })

  test('8 downloads an encrypted file as it came', async () => {
    const { fileId } = JSON.parse((await curl(installation(), 5, given)).toString())
    assert.deepEqual(await curl(installation(), 8, { fileId }), picture.bytes)
  })
})

const published = new URL('../../shared/spec/000_b3c4ecc4b29c78ae.txt', import.meta.url)
const skip = existsSync(published) ? false : 'the published text is not beside the project'

test('the fixtures have their flags and addresses as published', { skip }, () => {
  // Continued lines have empty ones between them.
  const text = readFileSync(published, 'utf8').replaceAll(/\\\s*\n\s*/g, '')
  const lines = Array.from(text.matchAll(/^curl (-.*)$/gm), ([, rest = '']) => rest)
  const found = lines.map((line) => wordsOf(line).map(withPlaceholders))
  assert.deepEqual(found, commands)
})

/** What curl writes. Where a command leaves something open it has what is given, or else what all have. */
async function curl({ url, folder }: Installation, number: number, given: Record<string, string> = {}) {
  const values: Record<string, string> = { host: url, key: keys.one, file: 'cake', hash, ...given }
  const words = commands[number - 1]?.map((word) =>
    word.replaceAll(/\{(\w+)\}/g, (_, name) => values[name] ?? assert.fail(`no ${name}`)),
  )
  const { stdout } = await promisify(execFile)('curl', words ?? [], { cwd: folder, encoding: 'buffer' })
  return stdout
}

/** A command line as a shell divides it, up to where its output goes. */
function wordsOf(line: string): string[] {
  const [command = ''] = line.split(/\s>\s/)
  return Array.from(
    command.matchAll(/"([^"]*)"|'([^']*)'|(\S+)/g),
    ([, ...forms]) => forms.find(Boolean) ?? '',
  )
}

const values: [RegExp, string][] = [
  [/https:\/\/platform\.clickatell\.com/g, '{host}'],
  [/\[[^\]]*key\]/g, '{key}'],
  [/\[[^\]]*body\]/g, '{body}'],
  [/\bmy(Encrypted)?Filename\b/g, '{file}'],
  [/\bto=\d+/g, 'to={to}'],
  [/\b(encryptionKey|kmsArn|fileId)=[^&]+/g, '$1={$1}'],
  [/\b(sha256\w*)=[^&]+/g, '$1={hash}'],
]
const withPlaceholders = (word: string) =>
  values.reduce((text, [found, name]) => text.replaceAll(found, name), word)
