import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { test } from 'node:test'

const command = join(import.meta.dirname, 'waypost.mjs')

/** What `waypost health` writes and ends with, told that the gateway listens there. */
async function health(env: Record<string, string>) {
  const child = spawn(process.execPath, [command, 'health'], { env: { ...process.env, ...env } })
  const [stdout, stderr, [exitCode]] = await Promise.all([
    text(child.stdout),
    text(child.stderr),
    once(child, 'exit'),
  ])
  return { stdout, stderr, exitCode }
}

for (const { status, exitCode } of [
  { status: 200, exitCode: 0 },
  { status: 503, exitCode: 1 },
])
  test(`health ends in ${exitCode} when the gateway answers ${status}, and writes what it said`, async (t) => {
    const asked: (string | undefined)[] = []
    const server = createServer((request, response) => {
      asked.push(request.url)
      response.writeHead(status).end('as it is')
    }).listen(0, '127.0.0.1')
    t.after(() => server.close())
    await once(server, 'listening')
    const { port } = server.address() as AddressInfo // it listens on TCP

    // An address to listen on everywhere is none to connect to.
    const told = await health({ WAYPOST_HOST: '0.0.0.0', WAYPOST_PORT: String(port) })
    assert.deepEqual(told, { stdout: 'as it is\n', stderr: '', exitCode })
    assert.deepEqual(asked, ['/health/ready'])
  })

test('health ends in 1 when nobody listens, and says where', async () => {
  const { stderr, exitCode } = await health({ WAYPOST_HOST: '127.0.0.1', WAYPOST_PORT: '1' })
  assert.equal(exitCode, 1)
  assert.match(stderr, /^waypost: http:\/\/127\.0\.0\.1:1\/health\/ready: .*ECONNREFUSED/)
})
