import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, readdir, rm, stat, writeFile } from 'node:fs/promises'
import { createServer as createHttpServer } from 'node:http'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { type TestContext, test } from 'node:test'
import { fileURLToPath } from 'node:url'

const main = fileURLToPath(new URL('main.ts', import.meta.url))
const privately = { sandbox: 0o700, 'sandbox/sandbox.db': 0o600, 'sandbox/sandbox.db-wal': 0o600 }

for (const signal of ['SIGTERM', 'SIGINT'] as const) {
  test(`runs from the environment, and ${signal} stops it in good order`, async (t) => {
    const data = await mkdtemp(join(tmpdir(), 'waypost-sandbox-'))
    t.after(() => rm(data, { recursive: true }))
    const port = await freePort()
    const child = start(t, { WAYPOST_SANDBOX_PORT: String(port), WAYPOST_DATA: data })
    const output = text(child.stdout)
    await once(child.stdout, 'data')
    const ready = await fetch(`http://127.0.0.1:${port}/health/ready`)
    assert.deepEqual([ready.status, await ready.json()], [200, { status: 'ok' }])
    for (const [made, mode] of Object.entries(privately))
      assert.equal((await stat(join(data, made))).mode & 0o777, mode, made)

    child.kill(signal)
    assert.deepEqual(await once(child, 'exit'), [0, null])
    assert.match(await output, /sandbox\.started/)
    assert.deepEqual(await readdir(join(data, 'sandbox')), ['sandbox.db'], 'the write-ahead log is folded in')
  })
}

test('turns the clock of a gateway with the token that it keeps in the data folder', async (t) => {
  const data = await mkdtemp(join(tmpdir(), 'waypost-sandbox-'))
  t.after(() => rm(data, { recursive: true }))
  const tokens: (string | undefined)[] = []
  const gateway = createHttpServer((request, response) => {
    const challenge = new URL(request.url ?? '/', 'http://gateway').searchParams.get('hub.challenge')
    if (challenge === null) tokens.push(request.headers.authorization)
    response.end(challenge)
  }).listen(await freePort(), '127.0.0.1')
  t.after(() => gateway.close().closeAllConnections())
  await once(gateway, 'listening')
  const address = gateway.address()
  assert.ok(address !== null && typeof address === 'object')

  const port = await freePort()
  const child = start(t, { WAYPOST_SANDBOX_PORT: String(port), WAYPOST_DATA: data })
  await once(child.stdout, 'data')
  const post = (path: string, body: object) =>
    fetch(`http://127.0.0.1:${port}${path}`, {
      method: 'POST',
      headers: { authorization: 'Bearer any', 'content-type': 'application/json' },
      body: JSON.stringify(body),
    })
  const override_callback_uri = `http://127.0.0.1:${address.port}/suppliers/whatsapp-cloud/x`
  await post('/graph/id-2799900101', {
    webhook_configuration: { override_callback_uri, verify_token: 'any' },
  })
  await post('/clock/advance', { ms: 1 })
  assert.deepEqual(tokens, [], 'there is no token yet')
  await writeFile(join(data, 'admin-token'), 'the token\n')
  await post('/clock/advance', { ms: 1 })
  assert.deepEqual(tokens, ['Bearer the token'])
})

test('says what is wrong with a setting, and exits with 1', async (t) => {
  const child = start(t, { WAYPOST_SANDBOX_PORT: 'eighty' })
  const [errors, [code]] = await Promise.all([text(child.stderr), once(child, 'exit')])
  assert.equal(code, 1)
  assert.match(errors, /^WAYPOST_SANDBOX_PORT is "eighty"/)
})

test('does nothing when it is switched off', async (t) => {
  const child = start(t, { WAYPOST_SANDBOX_PORT: '0' })
  assert.deepEqual(await once(child, 'exit'), [0, null])
})

function start(t: TestContext, env: Record<string, string>) {
  const child = spawn(process.execPath, [main], { env, stdio: ['ignore', 'pipe', 'pipe'] })
  t.after(() => child.kill('SIGKILL'))
  return child
}

/** The variable's 0 means switched off, so the system is asked for a free port beforehand. */
async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  server.close()
  await once(server, 'close')
  assert.ok(address !== null && typeof address === 'object')
  return address.port
}
