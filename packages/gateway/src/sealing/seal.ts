import { createCipheriv, createDecipheriv, createSecretKey, type KeyObject, randomBytes } from 'node:crypto'

/**
 * What is kept is sealed with AES-256-GCM: a byte that names this form, a random nonce, the sealed bytes, the tag. `place`
 * says whose it is and what: anywhere else it does not open.
 */
const form = 1
const cipher = 'aes-256-gcm'
const nonceBytes = 12
export const tagBytes = 16

/** How many bytes sealing adds. */
export const addedBytes = 1 + nonceBytes + tagBytes

/** It was sealed with another key or for another place, or is not what was sealed. */
export class Unreadable extends Error {
  override name = 'Unreadable'
}

/** The bytes are nobody's any more afterwards. */
export function keyObjectOf(bytes: Buffer): KeyObject {
  const key = createSecretKey(bytes)
  bytes.fill(0)
  return key
}

export function sealAtRest(key: KeyObject, bytes: Uint8Array, place: string[]): Buffer {
  const nonce = randomBytes(nonceBytes)
  return Buffer.concat([Buffer.of(form), nonce, sealWith(key, nonce, bytes, placeBytes(place))])
}

/** Throws `Unreadable`, in the same words whatever is wrong. */
export function openAtRest(key: KeyObject, sealed: Uint8Array, place: string[]): Buffer {
  if (sealed[0] !== form || sealed.length < addedBytes) throw unreadable()
  const nonce = sealed.subarray(1, 1 + nonceBytes)
  return openWith(key, nonce, sealed.subarray(1 + nonceBytes), placeBytes(place))
}

/** The same for texts; sealed, they are base64. */
export const sealTextAtRest = (key: KeyObject, text: string, place: string[]): string =>
  sealAtRest(key, Buffer.from(text), place).toString('base64')

export const openTextAtRest = (key: KeyObject, sealed: string, place: string[]): string =>
  openAtRest(key, Buffer.from(sealed, 'base64'), place).toString()

/** Without form and nonce: for who never uses a nonce twice with one key. */
export function sealWith(key: KeyObject, nonce: Uint8Array, bytes: Uint8Array, place?: Uint8Array): Buffer {
  const sealing = createCipheriv(cipher, key, nonce)
  if (place) sealing.setAAD(place)
  return Buffer.concat([sealing.update(bytes), sealing.final(), sealing.getAuthTag()])
}

export function openWith(key: KeyObject, nonce: Uint8Array, sealed: Uint8Array, place?: Uint8Array): Buffer {
  const end = sealed.length - tagBytes
  if (end < 0) throw unreadable()
  const opening = createDecipheriv(cipher, key, nonce)
  opening.setAuthTag(sealed.subarray(end))
  if (place) opening.setAAD(place)
  try {
    return Buffer.concat([opening.update(sealed.subarray(0, end)), opening.final()])
  } catch {
    throw unreadable()
  }
}

/** Unlike any other place, whatever its parts are. */
const placeBytes = (place: string[]) => Buffer.from(JSON.stringify(place))

const unreadable = () => new Unreadable('what is sealed cannot be read')
