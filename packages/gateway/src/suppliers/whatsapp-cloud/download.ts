import { Type } from 'typebox'
import { Compile } from 'typebox/compile'
import type { Dispatcher } from 'undici'
import type { WhatsAppSender } from '../../core/integration.ts'
import type { Fetched } from '../../core/supplier.ts'
import { get, nameOf, open } from '../http.ts'
import { graphErrorOf } from './errors.ts'

const Found = Compile(
  Type.Object({
    url: Type.String({ pattern: '^https?://' }),
    sha256: Type.Optional(Type.Unknown()),
    file_size: Type.Optional(Type.Unknown()),
  }),
)
const Refused = Compile(Type.Object({ error: Type.Unknown() }))

const lookupMostBytes = 64 * 1024

type Sender = Pick<WhatsAppSender, 'baseUrl' | 'phoneNumberId' | 'accessToken'>

/** Fetches what people sent: where it is now, then it. Where it is changes every five minutes, so both each time. */
export function downloader({ baseUrl, phoneNumberId, accessToken: bearer }: Sender, agent: Dispatcher) {
  async function lookUp(mediaId: string, signal: AbortSignal) {
    const url = new URL(`${baseUrl.replace(/\/+$/, '')}/${encodeURIComponent(mediaId)}`)
    url.searchParams.set('phone_number_id', phoneNumberId)
    return get({ agent, url, bearer, mostBytes: lookupMostBytes }, signal)
  }

  async function download(mediaId: string, signal: AbortSignal): Promise<Fetched> {
    const { httpStatus, json } = await lookUp(mediaId, signal)
    if (!Found.Check(json)) return refusalOf(httpStatus, json)
    const { url, sha256, file_size } = json
    const { statusCode, body } = await open({ agent, url: new URL(url), bearer }, signal)
    if (statusCode !== 200) {
      await body.dump()
      return { type: 'deferred', cause: `http_${statusCode}` } // another address may do
    }
    const bytes = Number(file_size)
    return {
      type: 'found',
      stream: body,
      ...(Number.isSafeInteger(bytes) && { bytes }),
      ...(typeof sha256 === 'string' && /^[0-9a-f]{64}$/i.test(sha256) && { sha256: sha256.toLowerCase() }),
    }
  }

  return (mediaId: string, signal: AbortSignal): Promise<Fetched> =>
    download(mediaId, signal).catch((error: unknown) => ({ type: 'deferred', cause: nameOf(error) }))
}

/** Graph says so of an id that it does not have any more, and 404 where it never had it. */
const unknownObject = new Set([33, 100])

function refusalOf(httpStatus: number, json: unknown): Fetched {
  const error = Refused.Check(json) ? graphErrorOf(json.error) : undefined
  const cause = error ? String(error.code) : `http_${httpStatus}`
  const isGone = (error && unknownObject.has(error.code)) || (error !== undefined && httpStatus === 404)
  return { type: isGone ? 'gone' : 'deferred', cause }
}
