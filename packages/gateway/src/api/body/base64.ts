import { Transform } from 'node:stream'

/** What was to be base64 and is not. */
export class NotBase64 extends Error {
  override name = 'NotBase64'
}

const onlyBase64 = /^[A-Za-z0-9+/]*={0,2}$/

/**
 * Turns base64 (RFC 4648, section 4) into the bytes it stands for, as it arrives. Line breaks are passed over, as in
 * mail; anything else that is not base64, wrong padding included, is an error.
 */
export function base64Decoder(): Transform {
  let rest = ''
  let ended = false

  function decode(text: string): Buffer {
    if (ended || !onlyBase64.test(text)) throw new NotBase64('not base64')
    ended = text.endsWith('=')
    return Buffer.from(text, 'base64')
  }

  const decoder = new Transform({
    transform(piece: Buffer, _encoding, done) {
      const text = rest + piece.toString('latin1').replace(/[\r\n]/g, '')
      const whole = text.length - (text.length % 4)
      rest = text.slice(whole)
      try {
        done(null, whole === 0 ? undefined : decode(text.slice(0, whole)))
      } catch (error) {
        done(error as Error) // decode throws nothing else
      }
    },
    flush(done) {
      done(rest === '' ? null : new NotBase64('not base64: it breaks off'))
    },
  })
  decoder.on('error', () => {}) // may come before anybody reads; who reads later hears of it all the same
  return decoder
}
