import { blame, CannotStart } from '../core/cannot-start.ts'
import { type CopyNote, readNote, writeNote } from '../media/half-copied.ts'
import { openMedia } from '../media/index.ts'
import { copyFiles } from './files.ts'
import { type Plan, plansFor } from './plan.ts'
import { type BatchLimits, openSource, type Source } from './source.ts'
import { type Tally, tallyOf } from './tally.ts'
import { openTarget, type Target } from './target.ts'
import { wrongRows } from './wrong-rows.ts'

/** What is copied, and where to. Of ledger and files at least one goes. */
export interface Copying {
  /** The path of the ledger in SQLite. */
  ledger: string
  /** What follows `postgres:`. */
  database?: string
  /** Both as `WAYPOST_MEDIA_URL`. */
  media?: { from: string; to: string }
  now?: () => number
  limits?: BatchLimits
}

export interface CopiedRows extends Tally {
  what: string
  table: string
  /** What was read back, where it is not the same, and the first of the rows that are not. */
  instead?: Tally & { wrong: string[] }
}

export interface Copied {
  /** When an earlier run had done all of it. */
  finishedBefore: number | undefined
  tables: CopiedRows[]
  files: CopyNote | undefined
}

/** What is told while it goes on. */
export type Progressing = (what: string, count: number) => void

/**
 * Copies a ledger that nobody uses, and reads back everything that it wrote. Ended at any point and called again, it goes
 * on. What it copies to is of no use to a gateway before all of it is there and the same.
 */
export async function copy(copying: Copying, tell: Progressing = () => {}): Promise<Copied> {
  const { ledger, database, media, now = Date.now, limits = { rows: 1000, characters: 4_000_000 } } = copying
  using source = await openSource(ledger, limits).catch(blame('WAYPOST_DATABASE_URL'))
  const undertaking = { fingerprint: source.fingerprint, media: media?.to ?? null }
  await using target =
    database === undefined ? undefined : await openTarget(database, undertaking).catch(blame('--to-database'))
  const stores = media && {
    from: await openMedia(media.from).catch(blame('WAYPOST_MEDIA_URL')),
    to: await openMedia(media.to).catch(blame('--to-media')),
  }

  const tables = target ? await copyTables(source, target, tell) : []
  const isDone = target !== undefined && target.finishedAt !== undefined
  const files =
    stores &&
    (isDone
      ? await readNote(stores.to)
      : await copyFiles(stores, source, (note) => tell('files', note.files)))
  const finishedBefore = target ? target.finishedAt : files?.finishedAt
  if (tables.some(({ instead }) => instead)) return { finishedBefore: undefined, tables, files }

  // The ledger first: where it is finished, so are the files.
  if (target && !isDone) await target.finish(now())
  if (stores && files && files.finishedAt === undefined)
    await writeNote(stores.to, { ...files, finishedAt: now() })
  return { finishedBefore, tables, files }
}

async function copyTables(source: Source, target: Target, tell: Progressing): Promise<CopiedRows[]> {
  const plans = await plansFor(source.columns, target.columns)
  if (Object.keys(target.progress).length === 0) await target.makeWeeks(source.idFrom)
  const copied: CopiedRows[] = []
  for (const plan of plans) copied.push(await copyTable({ source, target }, plan, tell))
  return copied
}

async function copyTable(
  { source, target }: { source: Source; target: Target },
  plan: Plan,
  tell: Progressing,
): Promise<CopiedRows> {
  const { what, name: table } = plan
  const before = target.progress[table]
  if (before?.digest !== undefined) return { what, table, rows: before.rows, digest: before.digest }
  if (target.finishedAt !== undefined) throw new CannotStart(`the copy that is there has no ${table}`)

  for (const batch of source.batches(plan, before?.after)) {
    await target.write(plan, batch)
    tell(what, target.progress[table]?.rows ?? 0)
  }
  const here = await tallyOf(rowsOf(source, plan), (rows) => tell(`${what}, read`, rows))
  const there = await tallyOf(target.rows(plan), (rows) => tell(`${what}, read back`, rows))
  if (here.rows !== there.rows || here.digest !== there.digest)
    return { what, table, ...here, instead: { ...there, wrong: await wrongRows(source, target, plan) } }
  await target.verified(table, here)
  return { what, table, ...here }
}

function* rowsOf(source: Source, plan: Plan) {
  for (const { rows } of source.batches(plan, undefined)) yield rows
}
