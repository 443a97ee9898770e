import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { mkdtemp, rm, stat } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, type TestContext, test } from 'node:test'

const program = join(import.meta.dirname, '../packages/gateway/src/keys-command.ts')

describe('waypost keys', () => {
  test('makes data keys, opens them again, and still does when the file got another key', async (t) => {
    const { keys, path } = await open(t)
    const { plaintext, encryptionKey } = JSON.parse(keys('data-key', '--key=mt').stdout)
    assert.equal(Buffer.from(plaintext, 'base64').length, 32)
    assert.equal(keys('open', '--key=mt', encryptionKey).stdout.trim(), plaintext)
    assert.match(keys('rotate').stdout, /keys\.json: key 2 wraps from now on/)
    assert.equal(keys('open', '--key=mt', encryptionKey).stdout.trim(), plaintext)
    assert.equal((await stat(path)).mode & 0o777, 0o600)
  })

  test('says what is wrong in a line', async (t) => {
    const { keys } = await open(t)
    const { encryptionKey } = JSON.parse(keys('data-key', '--key=mt').stdout)
    const wrong = [
      { args: ['open', '--key=mo', encryptionKey], says: /another name/ },
      { args: ['open', '--key=mo'], says: /say an encryptionKey/ },
      { args: ['data-key'], says: /say --key/ },
      { args: ['rotat'], says: /there is no "rotat"/ },
      { args: ['data-key', '--kye=mt'], says: /--kye/ },
    ]
    for (const { args, says } of wrong) {
      const { stderr, status } = keys(...args)
      assert.equal(status, 1)
      assert.match(stderr, says)
      assert.equal(stderr.trim().split('\n').length, 1, stderr)
    }
  })

  test('rotates no secret and no key of somebody else', async (t) => {
    const { keys } = await open(t, { WAYPOST_SECRET: Buffer.alloc(32, 1).toString('base64') })
    assert.match(keys('rotate').stderr, /only a file of keys/)
    const kms = await open(t, { WAYPOST_KEYS_URL: 'aws-kms:?region=eu-west-1' })
    assert.match(kms.keys('rotate').stderr, /only a file of keys/)
  })

  test('by itself says how', async (t) => {
    const { keys } = await open(t)
    assert.match(keys().stdout, /waypost keys rotate/)
  })
})

async function open(t: TestContext, env: Record<string, string> = {}) {
  const folder = await mkdtemp(join(tmpdir(), 'waypost-'))
  t.after(() => rm(folder, { recursive: true, force: true }))
  return {
    path: join(folder, 'keys.json'),
    keys: (...args: string[]) =>
      spawnSync(process.execPath, [program, ...args], {
        encoding: 'utf8',
        env: { PATH: process.env.PATH, WAYPOST_DATA: folder, ...env },
      }),
  }
}
