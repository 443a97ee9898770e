#!/usr/bin/env node
// The `waypost` command. Plain JavaScript, so that an older Node gets as far as starting the pinned one.

import { spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { node, root, version } from './project.mjs'

const help = `Waypost ${version}, a self-hosted messaging gateway

  waypost serve      the gateway; --roles=api,dispatch,callbacks for a part of it
  waypost sandbox    the far side: a Graph API and the phones behind it
  waypost health     asks the gateway here whether it is ready; the exit code says so
  waypost keys       makes, opens and rotates keys of client-side encryption; by itself it says how
  waypost copy       takes ledger and files from here to PostgreSQL and S3; by itself it says how
  waypost --help     this page
  waypost --version  the version

Settings are environment variables: docs/configuration.md.
\`npm start\` runs both, with two demo integrations.
`

const commands = {
  serve: [join(root, 'packages/gateway/src/main.ts'), 'serve'],
  sandbox: [join(root, 'packages/sandbox/src/main.ts')],
  health: [join(root, 'bin/health.mjs')],
  keys: [join(root, 'packages/gateway/src/keys-command.ts')],
  copy: [join(root, 'packages/gateway/src/copy-command.ts')],
}

const [command, ...rest] = process.argv.slice(2)

if (command === undefined || command === '--help' || command === '-h' || command === 'help') {
  process.stdout.write(help)
} else if (command === '--version' || command === '-v') {
  console.log(version)
} else if (Object.hasOwn(commands, command)) {
  become(modernNode(), [...commands[command], ...rest])
} else {
  process.stderr.write(`waypost: there is no command ${JSON.stringify(command)}\n\n${help}`)
  process.exitCode = 2
}

/** The Node this runs on when it is new enough, as in an image with its own; else the one the project brings. */
function modernNode() {
  if (isAtLeast(process.versions.node, node.version)) return process.execPath
  if (existsSync(node.path)) return node.path
  console.error(`waypost: Node ${node.version} or newer is needed; \`npm ci\` in ${root} brings it`)
  process.exit(1)
}

function isAtLeast(version, wanted) {
  return version.localeCompare(wanted, 'en', { numeric: true }) >= 0
}

/** Turns this process into another one. An older Node cannot, and stands before it: passes on signals and its end. */
function become(file, args) {
  if (process.execve) process.execve(file, [file, ...args], process.env)

  const child = spawn(file, args, { stdio: 'inherit' })
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => child.kill(signal))
  child.on('error', ({ message }) => {
    console.error(`waypost: ${message}`)
    process.exit(1)
  })
  child.on('exit', (code, signal) => {
    if (signal === null) process.exit(code ?? 1)
    process.removeAllListeners(signal)
    process.kill(process.pid, signal)
  })
}
