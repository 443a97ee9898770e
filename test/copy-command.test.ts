import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { mkdtemp, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, type TestContext, test } from 'node:test'

const program = join(import.meta.dirname, '../packages/gateway/src/copy-command.ts')

describe('waypost copy', () => {
  test('by itself says how', async (t) => {
    const { copy } = await open(t)
    for (const { stdout, status } of [copy(), copy(['--help'])]) {
      assert.equal(status, 0)
      assert.match(stdout, /waypost copy --to-database=postgres:/)
    }
  })

  test('says what is wrong in a line, and leaves nothing behind', async (t) => {
    const { copy, folder } = await open(t)
    const to = '--to-database=postgres://127.0.0.1:1/nothing'
    const wrong = [
      { args: ['--to-databse=postgres://host/waypost'], says: /--to-databse/ },
      { args: ['postgres://host/waypost'], says: /postgres:\/\/host\/waypost/ },
      { args: ['--to-database=sqlite:other.db'], says: /--to-database: a URL that begins with postgres:/ },
      { args: [to], says: /WAYPOST_DATABASE_URL: there is no ledger at .*waypost\.db/ },
      { args: [to], env: { WAYPOST_DATABASE_URL: 'postgres://host/waypost' }, says: /is a ledger in SQLite/ },
      { args: [`--to-media=file:${folder}/media`], says: /--to-media: that is where the files are/ },
    ]
    for (const { args, env, says } of wrong) {
      const { stderr, status } = copy(args, env)
      assert.equal(status, 1, stderr)
      assert.match(stderr, says)
      assert.equal(stderr.trim().split('\n').length, 1, stderr)
    }
    assert.deepEqual(await readdir(folder), [])
  })
})

async function open(t: TestContext) {
  const folder = await mkdtemp(join(tmpdir(), 'waypost-'))
  t.after(() => rm(folder, { recursive: true, force: true }))
  return {
    folder,
    copy: (args: string[] = [], env: Record<string, string> = {}) =>
      spawnSync(process.execPath, [program, ...args], {
        encoding: 'utf8',
        env: { PATH: process.env.PATH, WAYPOST_DATA: folder, ...env },
      }),
  }
}
