import { createCipheriv, createDecipheriv, randomBytes, randomUUID } from 'node:crypto'
import { chmod, link, mkdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises'
import { dirname } from 'node:path'
import { CannotStart } from '../../core/cannot-start.ts'
import { flushFolder } from '../../core/flush-folder.ts'
import { blobIn, dataKeyBytes, KeyRefused, type KeyService, KeysUnavailable } from '../../core/keys.ts'

/**
 * Keys of this machine, for laptops, tests and what the gateway itself seals: a file that only its owner may read, or one
 * secret that the operator gives to every node. A blob says which key wrapped it, and the name it was made under is part
 * of what is authenticated.
 */
export async function openLocal(from: { path: string } | { secret: Buffer }): Promise<KeyService> {
  let file = 'path' in from ? await readOrMake(from.path) : undefined
  const secret = 'secret' in from ? new Map([[theSecret, Buffer.from(from.secret)]]) : undefined
  const held = () => file?.keys ?? secret ?? new Map<number, Buffer>()

  /** Another process may have added a key since. */
  async function readAgain() {
    if (!('path' in from)) return
    try {
      if (!file || (await stat(from.path)).mtimeMs !== file.changedAt) file = await read(from.path)
    } catch (cause) {
      throw new KeysUnavailable('the file of keys cannot be read', { cause })
    }
  }

  async function keyOf(number: number): Promise<Buffer | undefined> {
    if (!held().has(number)) await readAgain()
    return held().get(number)
  }

  return {
    async make(name) {
      await readAgain()
      const number = Math.max(...held().keys())
      const wrapping = held().get(number)
      if (!wrapping) throw new KeysUnavailable('the keys are closed')
      const key = randomBytes(dataKeyBytes)
      return { key, wrapped: wrap({ number, wrapping, name }, key) }
    },

    async unwrap(name, wrapped) {
      if (held().size === 0) throw new KeysUnavailable('the keys are closed')
      const blob = blobIn(wrapped)
      const wrapping = blob?.length === blobBytes ? await keyOf(blob.readUInt32BE(1)) : undefined
      if (!blob || blob[0] !== version || !wrapping) throw new KeyRefused('no key here has wrapped this')
      return unwrap({ wrapping, name }, blob)
    },

    async [Symbol.asyncDispose]() {
      for (const key of held().values()) key.fill(0)
      held().clear()
    },
  }
}

/** Adds a key, which wraps from now on; what older ones wrapped stays readable. Answers its number. */
export async function rotateLocal(path: string): Promise<number> {
  await readOrMake(path)
  const lock = `${path}.lock`
  await writeFile(lock, '', { flag: 'wx' }).catch((error: unknown) => {
    throw hasCode(error, 'EEXIST')
      ? new CannotStart(`somebody else rotates; if nobody does, remove ${lock}`)
      : error
  })
  try {
    return await addKey(path)
  } finally {
    await rm(lock)
  }
}

async function addKey(path: string): Promise<number> {
  const { keys } = await read(path)
  const number = Math.max(...keys.keys()) + 1
  const next = `${path}.${randomUUID()}`
  await writeKeys(next, keys.set(number, randomBytes(dataKeyBytes)))
  await rename(next, path)
  await flushFolder(dirname(path))
  return number
}

const version = 1
const theSecret = 0
const nonceBytes = 12
const tagBytes = 16
const headBytes = 5
const blobBytes = headBytes + nonceBytes + tagBytes + dataKeyBytes

interface Wrapping {
  wrapping: Buffer
  name: string
}

/** Version, number of the wrapping key, nonce, tag, the sealed data key. */
function wrap({ number, wrapping, name }: Wrapping & { number: number }, key: Buffer): string {
  const head = Buffer.alloc(headBytes)
  head[0] = version
  head.writeUInt32BE(number, 1)
  const nonce = randomBytes(nonceBytes)
  const sealing = createCipheriv('aes-256-gcm', wrapping, nonce).setAAD(
    Buffer.concat([head, Buffer.from(name)]),
  )
  const sealed = Buffer.concat([sealing.update(key), sealing.final()])
  return Buffer.concat([head, nonce, sealing.getAuthTag(), sealed]).toString('base64')
}

function unwrap({ wrapping, name }: Wrapping, blob: Buffer): Buffer {
  const head = blob.subarray(0, headBytes)
  const nonce = blob.subarray(headBytes, headBytes + nonceBytes)
  const tag = blob.subarray(headBytes + nonceBytes, headBytes + nonceBytes + tagBytes)
  const opening = createDecipheriv('aes-256-gcm', wrapping, nonce)
    .setAAD(Buffer.concat([head, Buffer.from(name)]))
    .setAuthTag(tag)
  try {
    return Buffer.concat([opening.update(blob.subarray(headBytes + nonceBytes + tagBytes)), opening.final()])
  } catch (cause) {
    throw new KeyRefused('this was wrapped under another name, or is changed', { cause })
  }
}

interface KeyFile {
  keys: Map<number, Buffer>
  changedAt: number
}

async function readOrMake(path: string): Promise<KeyFile> {
  try {
    return await read(path)
  } catch (error) {
    if (!hasCode(error, 'ENOENT')) throw error
  }
  await mkdir(dirname(path), { recursive: true, mode: 0o700 })
  const made = `${path}.${randomUUID()}`
  await writeKeys(made, new Map([[1, randomBytes(dataKeyBytes)]]))
  try {
    await link(made, path) // of two that begin at once, one is first
  } catch (error) {
    if (!hasCode(error, 'EEXIST')) throw error
  } finally {
    await rm(made)
  }
  await flushFolder(dirname(path))
  return read(path)
}

async function read(path: string): Promise<KeyFile> {
  const { mode, mtimeMs: changedAt } = await stat(path)
  if ((mode & 0o077) !== 0)
    throw new CannotStart(`${path} holds keys and may be read by others than its owner: chmod 600 it`)
  const keys = keysIn(await readFile(path, 'utf8'))
  if (!keys) throw new CannotStart(`${path} is no file of keys`)
  return { keys, changedAt }
}

function keysIn(text: string): Map<number, Buffer> | undefined {
  try {
    const { keys }: { keys: Record<string, string> } = JSON.parse(text)
    const read = new Map(
      Object.entries(keys).map(([number, key]) => [Number(number), Buffer.from(key, 'base64')]),
    )
    const isWhole =
      read.size > 0 && [...read].every(([number, { length }]) => number > 0 && length === dataKeyBytes)
    return isWhole ? read : undefined
  } catch {
    return undefined // the caller says which file it is; what is in it is not for a message
  }
}

async function writeKeys(path: string, keys: Map<number, Buffer>) {
  const texts = [...keys].map(([number, key]) => [number, key.toString('base64')])
  await writeFile(path, `${JSON.stringify({ keys: Object.fromEntries(texts) }, undefined, 2)}\n`, {
    mode: 0o600,
    flush: true,
  })
  await chmod(path, 0o600) // one that was there before keeps its mode
}

const hasCode = (error: unknown, code: string) =>
  error instanceof Error && 'code' in error && error.code === code
