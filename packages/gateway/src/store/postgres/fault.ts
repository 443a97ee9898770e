import postgres from 'postgres'
import { CannotStart } from '../../core/cannot-start.ts'
import { StoreUnavailable } from '../../core/store.ts'

/** Classes of SQLSTATE that speak of the world and not of the statement. */
const worldly: ReadonlySet<string> = new Set([
  '08', // connection exception
  '28', // a password that was changed
  '3D', // the database is gone
  '53', // out of room, memory or connections
  '57', // shutting down, starting up, cancelled by a timeout
  '58', // the disk
  'XX', // corruption
])

const readOnly = '25006'

const worldlyCodes: ReadonlySet<string> = new Set([
  readOnly,
  '25P03', // the transaction idled for too long
  '55P03', // a lock was not to be had in time
])

/** A serialization failure and a deadlock: the same again will do. */
const conflicts: ReadonlySet<string> = new Set(['40001', '40P01'])

export const isConflict = (error: unknown): boolean =>
  error instanceof postgres.PostgresError && conflicts.has(error.code)

/** The connection is gone, or was never there. */
export const isLost = (error: unknown): boolean =>
  error instanceof postgres.PostgresError
    ? error.severity_local === 'FATAL' || error.severity === 'FATAL' || error.severity === 'PANIC'
    : error instanceof Error && 'code' in error && typeof error.code === 'string'

/** What was the primary is not any more: another server is, and this one may stay as it is for ever. */
export const isReadOnly = (error: unknown): boolean =>
  error instanceof postgres.PostgresError && error.code === readOnly

export const isOfTheWorld = (error: unknown): boolean =>
  isLost(error) ||
  (error instanceof postgres.PostgresError &&
    (worldlyCodes.has(error.code) || worldly.has(error.code.slice(0, 2))))

/** What the driver or the server says in no words that help. */
const meanings: Record<string, string> = {
  '08P01': 'a pooler needs ?pgbouncer=true', // PgBouncer takes no settings with a connection
  CONNECTION_DESTROYED: 'it is a standby', // and was left again
}

/** Of what kept a gateway from starting. */
const meaningOf = (error: unknown): string | undefined =>
  error instanceof Error && 'code' in error && typeof error.code === 'string'
    ? meanings[error.code]
    : undefined

/** At the start, when an operator reads it. */
export function cannotBeUsed(error: unknown): never {
  if (!(error instanceof StoreUnavailable)) throw error
  const meaning = meaningOf(error.cause)
  const said = meaning === undefined ? error.message : `${meaning} (${error.message})`
  throw new CannotStart(`PostgreSQL cannot be used: ${said}`, { cause: error })
}
