/** SQLite's primary codes that speak of the world and not of the statement. */
const diskCodes: ReadonlySet<number> = new Set([
  5, // BUSY
  6, // LOCKED
  7, // NOMEM
  8, // READONLY
  10, // IOERR
  11, // CORRUPT
  13, // FULL
  14, // CANTOPEN
  15, // PROTOCOL
  26, // NOTADB
])

export const isOfTheDisk = (error: unknown): boolean =>
  error instanceof Error && 'errcode' in error && diskCodes.has(Number(error.errcode) & 0xff)

/** What of an error goes from a worker to whoever called it. */
export const nameAndMessage = (error: unknown): { name: string; message: string } =>
  error instanceof Error
    ? { name: error.name, message: error.message }
    : { name: 'Error', message: String(error) }
