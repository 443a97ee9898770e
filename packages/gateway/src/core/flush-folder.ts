import { open } from 'node:fs/promises'

/** A file's name is on stable storage when its folder is. */
export async function flushFolder(path: string): Promise<void> {
  const handle = await open(path, 'r')
  try {
    await handle.sync()
  } finally {
    await handle.close()
  }
}
