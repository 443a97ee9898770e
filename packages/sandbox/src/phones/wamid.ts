/** An id like Meta's: `wamid.` and the base64 of a small record with the person's number and 32 hex digits. */
export function wamid(msisdn: string, direction: 'in' | 'out', id: string): string {
  const number = `\x18${String.fromCharCode(msisdn.length)}${msisdn}`
  const way = direction === 'in' ? '\x11' : '\x12'
  const record = `\x1c${number}\x15\x02\x00${way}\x18\x20${id.toUpperCase()}\x00`
  return `wamid.${Buffer.from(record, 'latin1').toString('base64')}`
}
