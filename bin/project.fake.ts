import { cp, mkdir, mkdtemp, rm, symlink } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { TestContext } from 'node:test'

const root = join(import.meta.dirname, '..')

/** A folder with the real `bin/` and nothing where the gateway and the sandbox would be. */
export async function project(t: TestContext): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'waypost-project-'))
  t.after(() => rm(folder, { recursive: true }))
  await cp(join(root, 'bin'), join(folder, 'bin'), { recursive: true })
  await cp(join(root, 'package.json'), join(folder, 'package.json'))
  await symlink(join(root, 'node_modules'), join(folder, 'node_modules'))
  for (const name of ['gateway', 'sandbox'])
    await mkdir(join(folder, 'packages', name, 'src'), { recursive: true })
  return folder
}
