import assert from 'node:assert/strict'
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFile, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { loadConfig } from '../packages/gateway/src/config.ts'
import { freePort } from '../packages/gateway/src/core/free-port.fake.ts'
import { project } from './project.fake.ts'

/** A gateway or a sandbox, as far as `npm start` knows them: ready when it listens, gone soon after SIGTERM. */
const standIn = (port: string, name: string, onSigterm: string) => `
  import { createServer } from 'node:http'
  const server = createServer((request, response) => {
    if (request.url === '/die') process.exit(3)
    if (request.url === '/provision') response.end(process.env.WAYPOST_PROVISION)
    else if (request.url === '/settings') response.end(JSON.stringify(process.env))
    else response.writeHead(request.url === '/health/ready' ? 200 : 404).end()
  })
  server.listen(Number(process.env.${port}), process.env.WAYPOST_HOST, () => console.log('${name} ' + process.pid + ' listens'))
  process.on('SIGTERM', () => { ${onSigterm} })
`
const stops = "console.log('stopped in order'); server.close(); server.closeAllConnections()"

test('everything is up when the addresses are printed, and SIGTERM stops both in order', async (t) => {
  const { child, output, gateway } = await start(t)
  await until(() => output().includes('curl '))

  assert.match(output(), new RegExp(`^  Gateway +${gateway}$`, 'm'))
  child.kill('SIGTERM')
  assert.deepEqual(await once(child, 'exit'), [0, null])
  assert.equal(output().match(/stopped in order/g)?.length, 2)
})

test('where it listens on every address, the printed ones are of this machine, and the gateway knows the sandbox', async (t) => {
  const started = await start(t, { env: { WAYPOST_HOST: '0.0.0.0' } })
  await until(() => started.output().includes('curl '))

  assert.match(started.output(), new RegExp(`^  Gateway +${started.gateway}$`, 'm'))
  assert.match(started.output(), new RegExp(`curl ${started.gateway}/v1/message `))
  const known = await (await fetch(`${started.gateway}/settings`)).json()
  const { callbackOrigins } = loadConfig({ ...(known as NodeJS.ProcessEnv), WAYPOST_PROVISION: undefined }) // as the stand-in writes it, but for a path that is relative to its folder
  const { integrations } = await provisioned(started)
  for (const { callbacks } of integrations)
    assert.ok(callbackOrigins.has(new URL(callbacks.messageUrl).origin), callbacks.messageUrl)
})

test('the demo keeps its keys while its addresses follow the sandbox', async (t) => {
  const folder = await project(t)
  const first = await start(t, { folder })
  const before = await provisioned(first)
  const again = await start(t, { folder })
  const after = await provisioned(again)

  assert.deepEqual(
    before.integrations.map(({ apiKeys }) => apiKeys),
    after.integrations.map(({ apiKeys }) => apiKeys),
  )
  for (const { apiKeys, callbacks, whatsapp } of after.integrations) {
    assert.match(apiKeys[0].key, /^[\w-]{22}==$/)
    assert.ok(callbacks.messageUrl.startsWith(again.sandbox))
    assert.equal(whatsapp.baseUrl, `${again.sandbox}/graph/v23.0`)
  }
})

test('the keys of the demo are for the owner of the data folder only', async (t) => {
  const started = await start(t)
  await provisioned(started)
  assert.equal((await stat(join(started.folder, 'data/demo.json'))).mode & 0o777, 0o600)
})

for (const part of ['gateway', 'sandbox'] as const) {
  test(`when the ${part} dies, the other one is stopped and the exit code is 1`, async (t) => {
    const started = await start(t)
    const { child, output } = started
    await until(() => output().includes('curl '))

    const exit = once(child, 'exit') // may come before the request is known to have failed
    await fetch(`${started[part]}/die`).catch(() => {})
    assert.deepEqual(await exit, [1, null])
    assert.match(output(), new RegExp(`the ${part} ended \\(3\\)[^]*stopped in order`))
  })
}

test('one Ctrl-C that arrives twice is one, a later one kills', async (t) => {
  const { child, output } = await start(t, { onSigterm: 'void 0' })
  await until(() => output().includes('curl '))

  const asked = Date.now()
  const exit = once(child, 'exit')
  while (child.exitCode === null && Date.now() - asked < 10_000) {
    child.kill('SIGINT')
    await sleep(50)
  }
  assert.deepEqual(await exit, [1, null])
  assert.ok(Date.now() - asked >= 1000)
})

test('without a sandbox there is no demo', async (t) => {
  const { child, output } = await start(t, { env: { WAYPOST_SANDBOX_PORT: '0' } })
  await until(() => output().includes('is running'))

  assert.doesNotMatch(output(), /curl|Phone|sandbox \d+ listens/)
  child.kill('SIGTERM')
  assert.deepEqual(await once(child, 'exit'), [0, null])
})

test("the operator's own provisioning file is left alone", async (t) => {
  const { output, gateway } = await start(t, { env: { WAYPOST_PROVISION: '/etc/waypost.json' } })
  await until(() => output().includes('is running'))

  assert.equal(await (await fetch(`${gateway}/provision`)).text(), '/etc/waypost.json')
  assert.doesNotMatch(output(), /curl/)
})

test('a port that is none is refused', async (t) => {
  const { child, output } = await start(t, { env: { WAYPOST_PORT: 'http' } })
  assert.deepEqual(await once(child, 'exit'), [1, null])
  assert.match(output(), /WAYPOST_PORT must be a port number/)
})

interface Options {
  folder?: string
  onSigterm?: string
  env?: Record<string, string>
}

/** Runs the real `bin/` over stand-ins for the gateway and the sandbox. */
async function start(t: TestContext, { folder, onSigterm = stops, env = {} }: Options = {}) {
  const cwd = folder ?? (await project(t))
  await writeFile(join(cwd, 'packages/gateway/src/main.ts'), standIn('WAYPOST_PORT', 'gateway', onSigterm))
  await writeFile(
    join(cwd, 'packages/sandbox/src/main.ts'),
    standIn('WAYPOST_SANDBOX_PORT', 'sandbox', onSigterm),
  )

  const [port, sandboxPort] = [await freePort(), await freePort()]
  const ports = { WAYPOST_PORT: String(port), WAYPOST_SANDBOX_PORT: String(sandboxPort) }
  const child = spawn(process.execPath, ['bin/start.mjs'], {
    cwd,
    env: { PATH: process.env.PATH, ...ports, ...env },
    detached: true,
  })
  t.after(() => end(child, 'SIGKILL'))

  let text = ''
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk) => (text += chunk))
  const output = () => text
  return {
    child,
    output,
    folder: cwd,
    gateway: `http://127.0.0.1:${port}`,
    sandbox: `http://127.0.0.1:${sandboxPort}`,
  }
}

/** The provisioning file that the gateway was given. The start is over afterwards. */
async function provisioned({ child, output, folder, gateway }: Awaited<ReturnType<typeof start>>) {
  await until(() => output().includes('curl '))
  const path = await (await fetch(`${gateway}/provision`)).text()
  await end(child, 'SIGTERM')
  // Written by bin/demo.mjs; the assertions of the caller fail on anything else.
  return JSON.parse(await readFile(join(folder, path), 'utf8')) as {
    integrations: {
      apiKeys: [{ key: string }]
      callbacks: { messageUrl: string }
      whatsapp: { baseUrl: string }
    }[]
  }
}

/** Ends the whole process group: the start, and the parts it would otherwise leave behind. */
async function end(child: ChildProcess, signal: NodeJS.Signals) {
  if (child.pid === undefined || child.exitCode !== null || child.signalCode !== null) return
  process.kill(-child.pid, signal)
  await once(child, 'exit')
}

async function until(condition: () => boolean) {
  const deadline = Date.now() + 10_000
  while (!condition()) {
    assert.ok(Date.now() < deadline, 'waited ten seconds')
    await sleep(20)
  }
}
