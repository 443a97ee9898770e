/** Why the gateway does not start, where the operator can mend it: said in words, without a stack. */
export class CannotStart extends Error {
  override name = 'CannotStart'
}

/** What the system, SQLite or we refuse is the setting's that asked for it; any other fault stays what it is. */
export const blame =
  (setting: string) =>
  (error: unknown): never => {
    if (!(error instanceof Error) || !isRefusal(error)) throw error
    throw new CannotStart(`${setting}: ${error.message}`, { cause: error })
  }

function isRefusal(error: Error & { code?: unknown }): boolean {
  return error instanceof CannotStart || 'syscall' in error || error.code === 'ERR_SQLITE_ERROR'
}
