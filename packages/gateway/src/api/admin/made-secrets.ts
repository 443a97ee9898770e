import { randomBytes } from 'node:crypto'

/** Secrets that we make. Each is shown once. */

/** 16 bytes in URL-safe base64, with the padding that published keys have. */
export const newApiKey = (): string => `${randomBytes(16).toString('base64url')}==`
/** As Standard Webhooks writes them. */
export const newSigningSecret = (): string => `whsec_${randomBytes(24).toString('base64')}`
export const newVerifyToken = (): string => randomBytes(16).toString('hex')
