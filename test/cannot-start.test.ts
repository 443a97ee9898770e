import assert from 'node:assert/strict'
import { once } from 'node:events'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, test } from 'node:test'
import { eventually } from './support/eventually.ts'
import type { Installation } from './support/installation.ts'
import { start } from './support/processes.ts'
import { shared } from './support/shared.ts'

/** Beside a gateway that runs, one that cannot. */
describe('a gateway that cannot start says why in words, and ends with 1', () => {
  const installation = shared()
  const unusable = (...problems: string[]) =>
    ['waypost: settings that cannot be used:', ...problems.map((problem) => `  ${problem}`)].join('\n')

  const rows: {
    when: string
    env: (besides: Installation) => Record<string, string>
    args?: string[]
    says: (besides: Installation) => string
  }[] = [
    {
      when: 'settings are wrong, all of them at once',
      env: ({ folder }) => ({
        WAYPOST_PORT: '99999',
        WAYPOST_DATABASE_URL: 'mysql:x',
        WAYPOST_MEDIA_URL: 'file:',
        WAYPOST_KEYS_URL: 'aws-kms:?regoin=eu-west-1',
        WAYPOST_SECRET: 'a secret that is not to be printed',
        WAYPOST_TRUST_PROXY: '10.0.0.0/8,nonsense',
        WAYPOST_PROVISION: join(folder, 'broken.json'),
      }),
      args: ['--roles=api,dance'],
      says: ({ folder }) =>
        unusable(
          'WAYPOST_PORT: a whole number from 0 to 65535',
          'WAYPOST_DATABASE_URL: a URL that begins with sqlite: or postgres: or postgresql:',
          'WAYPOST_MEDIA_URL: a URL that begins with file: or s3:',
          'WAYPOST_KEYS_URL: aws-kms: has endpoint, region, key, and no regoin',
          'WAYPOST_SECRET: 32 bytes in base64: `openssl rand -base64 32`',
          `WAYPOST_PROVISION: ${folder}/broken.json is not JSON`,
          'WAYPOST_TRUST_PROXY: addresses and CIDR ranges, comma-separated',
          '--roles: "dance" is none of api, dispatch, callbacks',
        ),
    },
    {
      when: 'what it is asked for is unknown',
      env: () => ({}),
      args: ['--role=api'],
      says: () => unusable("Unknown option '--role'"),
    },
    {
      when: 'the provisioning file is wrong',
      env: ({ folder }) => ({ WAYPOST_PROVISION: join(folder, 'wrong.json') }),
      says: ({ folder }) =>
        `waypost: ${folder}/wrong.json cannot be used:\n  integrations[0].name is missing\n  integrations[0].nome is not known\n`,
    },
    {
      when: 'another gateway has the data folder',
      env: ({ folder }) => ({ WAYPOST_DATA: folder }),
      says: ({ folder }) =>
        `waypost: WAYPOST_DATABASE_URL: Another gateway runs on ${folder}/waypost.db. Stop it first`,
    },
    {
      when: 'the key service cannot be asked',
      env: ({ folder }) => ({
        WAYPOST_DATA: join(folder, 'nobody'),
        WAYPOST_KEYS_URL:
          'aws-kms:?endpoint=http://127.0.0.1:1&region=eu-west-1&key=arn:aws:kms:eu-west-1:1:key/1',
        AWS_ACCESS_KEY_ID: 'x',
        AWS_SECRET_ACCESS_KEY: 'x',
      }),
      says: () => 'waypost: WAYPOST_KEYS_URL: The key that this is sealed with cannot be had: ',
    },
    {
      when: 'the port is taken',
      env: ({ url }) => ({ WAYPOST_PORT: new URL(url).port }),
      says: ({ url }) =>
        `waypost: WAYPOST_HOST and WAYPOST_PORT: listen EADDRINUSE: address already in use ${new URL(url).host}`,
    },
    {
      when: 'the data folder cannot be made',
      env: ({ folder }) => ({ WAYPOST_DATA: join(folder, 'provision.json/data') }),
      says: () => 'waypost: WAYPOST_DATA: EEXIST: file already exists',
    },
    {
      when: 'the data folder is none',
      env: ({ folder }) => ({ WAYPOST_DATA: join(folder, 'provision.json') }),
      says: () => 'waypost: WAYPOST_DATA: EEXIST: file already exists',
    },
    {
      when: 'the ledger is another kind of file',
      env: ({ folder }) => ({ WAYPOST_DATABASE_URL: `sqlite:${join(folder, 'wrong.json')}` }),
      says: () => 'waypost: WAYPOST_DATABASE_URL: file is not a database',
    },
    {
      when: 'nobody is where its bucket should be',
      env: () => ({
        AWS_ACCESS_KEY_ID: 'any',
        AWS_SECRET_ACCESS_KEY: 'any',
        WAYPOST_MEDIA_URL: 's3://photos?endpoint=http://127.0.0.1:1&region=eu-west-1',
      }),
      says: () =>
        'waypost: WAYPOST_MEDIA_URL: the bucket photos cannot be asked for: connect ECONNREFUSED 127.0.0.1:1',
    },
    {
      when: 'others may read the file of keys',
      env: ({ folder }) => ({ WAYPOST_KEYS_URL: `local:${join(folder, 'open.json')}` }),
      says: ({ folder }) =>
        `waypost: WAYPOST_KEYS_URL: ${folder}/open.json holds keys and may be read by others than its owner: chmod 600 it`,
    },
    {
      when: 'the file of keys has none',
      env: ({ folder }) => ({ WAYPOST_KEYS_URL: `local:${join(folder, 'none.json')}` }),
      says: ({ folder }) => `waypost: WAYPOST_KEYS_URL: ${folder}/none.json is no file of keys`,
    },
  ]
  for (const { when, env, args = [], says } of rows)
    test(`when ${when}`, async () => {
      const { folder } = installation()
      await writeFile(join(folder, 'broken.json'), '{"integrations": [')
      await writeFile(join(folder, 'wrong.json'), '{"integrations": [{ "id": "acme", "nome": "Acme" }]}')
      await writeFile(join(folder, 'open.json'), '{}', { mode: 0o644 })
      await writeFile(join(folder, 'none.json'), '{}', { mode: 0o600 })
      const gateway = start('packages/gateway/src/main.ts', ['serve', ...args], {
        WAYPOST_PORT: '0',
        WAYPOST_DATA: join(folder, 'besides'),
        WAYPOST_ADMIN_TOKEN: 'a token for tests only',
        ...env(installation()),
      })
      await once(gateway.child, 'close')
      assert.equal(gateway.child.exitCode, 1)
      const said = says(installation())
      assert.equal(gateway.output().slice(0, said.length), said)
      assert.doesNotMatch(gateway.output(), /^ {4}at /m, 'a stack')
    })

  test('when its key is not the one that the database was first used with', async () => {
    const { folder } = installation()
    const startWith = (secret: number) =>
      start('packages/gateway/src/main.ts', ['serve'], {
        WAYPOST_PORT: '0',
        WAYPOST_DATA: join(folder, 'first-used'),
        WAYPOST_ADMIN_TOKEN: 'a token for tests only',
        WAYPOST_SECRET: Buffer.alloc(32, secret).toString('base64'),
      })
    const first = startWith(1)
    await eventually(async () => first.output().includes('gateway.ready'), 'the first is ready')
    first.child.kill('SIGTERM')
    assert.equal(await first.ended, 0)
    const other = startWith(2)
    await once(other.child, 'close')
    assert.equal(other.child.exitCode, 1)
    assert.equal(
      other.output(),
      'waypost: WAYPOST_SECRET and WAYPOST_KEYS_URL: this is not the key that the database was first used with.\n',
    )
  })
})
