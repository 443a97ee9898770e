// `npm start`: the gateway and the sandbox as two ordinary child processes, and a demo to try them with.

import { spawn } from 'node:child_process'
import { mkdirSync } from 'node:fs'
import { get } from 'node:http'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { setTimeout as sleep } from 'node:timers/promises'
import { provisionDemo } from './demo.mjs'
import { node, root, urlOf, version } from './project.mjs'
import { welcome } from './welcome.mjs'

const data = process.env.WAYPOST_DATA || './data'
const host = process.env.WAYPOST_HOST || '127.0.0.1'
const port = portOf('WAYPOST_PORT', 8080)
const sandboxPort = portOf('WAYPOST_SANDBOX_PORT', 8090)
if (port === 0) refuse('WAYPOST_PORT must not be 0: the demo has to know where the gateway is')

const hasSandbox = sandboxPort !== 0
const gatewayUrl = urlOf(host, port)
const sandboxUrl = urlOf(host, sandboxPort)

// All of it is said, defaults too: that the sandbox's port is set tells the gateway that callbacks may go there.
const env = {
  ...process.env,
  WAYPOST_DATA: data,
  WAYPOST_HOST: host,
  WAYPOST_PORT: String(port),
  WAYPOST_SANDBOX_PORT: String(sandboxPort),
}
const demo = hasSandbox && !env.WAYPOST_PROVISION ? demoIntegrations() : []

const running = new Set()
let stopAskedAt
let exitCode = 0

for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => stopOrKill(signal))

start('gateway', 'packages/gateway/src/main.ts', 'serve')
if (hasSandbox) start('sandbox', 'packages/sandbox/src/main.ts')

if (await ready(gatewayUrl, ...(hasSandbox ? [sandboxUrl] : []))) {
  const adminToken = process.env.WAYPOST_ADMIN_TOKEN
    ? 'as set in WAYPOST_ADMIN_TOKEN'
    : `in ${join(data, 'admin-token')}`
  console.log(
    welcome({ version, gatewayUrl, sandboxUrl: hasSandbox ? sandboxUrl : undefined, adminToken, demo }),
  )
}

/** Two integrations, which the gateway takes from the provisioning file that is written here. */
function demoIntegrations() {
  mkdirSync(data, { recursive: true, mode: 0o700 })
  env.WAYPOST_PROVISION = join(data, 'demo.json')
  return provisionDemo(env.WAYPOST_PROVISION, sandboxUrl)
}

function start(name, main, ...args) {
  const onTerminal = process.stdout.isTTY
  const child = spawn(node.path, [join(root, main), ...args], {
    env,
    stdio: onTerminal ? ['inherit', 'pipe', 'pipe'] : 'inherit',
  })
  running.add(child)
  if (onTerminal) {
    prefix(child.stdout, process.stdout, name)
    prefix(child.stderr, process.stderr, name)
  }
  child.on('error', ({ message }) => ended(name, child, message))
  child.on('exit', (code, signal) => ended(name, child, signal ?? code))
}

/** One does not go on without the other. */
function ended(name, child, how) {
  if (!running.delete(child)) return
  if (stopAskedAt === undefined) {
    console.error(`waypost: the ${name} ended (${how})`)
    exitCode = 1
    stop()
  } else if (how !== 0 && how !== 'SIGTERM' && how !== 'SIGINT') {
    console.error(`waypost: the ${name} did not stop in order (${how})`)
    exitCode = 1
  }
  if (running.size === 0) process.exit(exitCode)
}

/**
 * A second Ctrl-C kills. One press arrives twice, from the terminal and again from npm, which passes it on; hence the
 * second of grace.
 */
function stopOrKill(signal) {
  if (stopAskedAt === undefined) stop()
  else if (signal === 'SIGINT' && Date.now() - stopAskedAt > 1000)
    for (const child of running) child.kill('SIGKILL')
}

function stop() {
  stopAskedAt = Date.now()
  for (const child of running) child.kill('SIGTERM')
}

/** Resolves with true as soon as all of them can work, with false when they are stopped before. */
async function ready(...urls) {
  while (stopAskedAt === undefined) {
    const answers = await Promise.all(urls.map((url) => answersOk(`${url}/health/ready`)))
    if (answers.every(Boolean)) return true
    await sleep(100)
  }
  return false
}

function answersOk(url) {
  return new Promise((resolve) => {
    const request = get(url, { agent: false, timeout: 1000 }, (response) => {
      response.resume()
      resolve(response.statusCode === 200)
    })
    request.on('timeout', () => request.destroy())
    request.on('error', () => resolve(false))
  })
}

function prefix(from, to, name) {
  createInterface({ input: from }).on('line', (line) => to.write(`${name.padEnd(7)} | ${line}\n`))
}

function portOf(variable, byDefault) {
  const text = process.env[variable] || String(byDefault)
  if (!/^\d{1,5}$/.test(text) || Number(text) > 65535)
    refuse(`${variable} must be a port number, and is ${text}`)
  return Number(text)
}

function refuse(why) {
  console.error(`waypost: ${why}`)
  process.exit(1)
}
