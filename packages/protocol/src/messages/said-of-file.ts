/** What a file may be called and said to be: by an upload, or in the message that it comes in. */

/** A name, not a path: nothing that a file system, a terminal or a header takes for more than a letter. */
export function isFileName(text: string): boolean {
  // Half a surrogate pair is no character, and has no bytes to count.
  return text !== '' && !/[\p{Cc}\p{Cf}\p{Cs}\\/]|^\.+$/u.test(text) && bytesOf(text) <= 255
}

/** `image/png`, or `audio/ogg; codecs=opus`: nothing that would begin another header. */
export function isMediaType(text: string): boolean {
  return text.length <= 255 && /^[\w.+-]+\/[\w.+-]+ *(;[\x20-\x7e]*)?$/.test(text)
}

/** 64 hex digits. */
export const isSha256 = (text: string): boolean => /^[0-9a-f]{64}$/i.test(text)

/** In UTF-8. */
const bytesOf = (text: string) => encodeURIComponent(text).replace(/%../g, ' ').length
