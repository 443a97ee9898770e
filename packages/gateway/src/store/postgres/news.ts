import { setTimeout as pause } from 'node:timers/promises'
import postgres, { type Sql } from 'postgres'
import { connectOptions, type Pool, type Target } from './connect.ts'

const channel = 'waypost'
const notify = 'SELECT pg_notify($1, $2)'
// A hint that a crash loses is worth no flush: whoever waits for it looks by himself before long.
const unflushed = 'SET LOCAL synchronous_commit = off'

/** In bytes; PostgreSQL takes 8000. */
const longest = 7500
/** Nobody's answer waits for it, and a node that is told less often does less. */
const gatherMs = 5
const againMs = 1000
const aliveMs = 30_000

/** What one node tells the others. */
type Message = { node: string; lanes?: string[]; settings?: true }

export interface News extends AsyncDisposable {
  /** Tells other nodes of lanes that have something new. */
  touched(lanes: string[]): void
  /** Tells other nodes to read the settings again. */
  settingsChanged(): void
}

interface Heard {
  touched(lanes: string[]): void
  settingsChanged(): void
}

/**
 * Wakes nodes up by NOTIFY. It is sent after the commit that it tells of and not inside: there it would take a lock on the
 * whole database until that commit is on the disk, and so commit one node after the other. What gathers meanwhile goes
 * together. Through a transaction pooler nobody can listen: then nodes find what is new by looking.
 */
export function openNews(target: Target, pool: Pool, node: string, heard: Heard): News {
  const lanes = new Set<string>()
  let changed = false
  let telling: Promise<void> | undefined
  const listener = target.pooled ? undefined : listen(target, receive)

  function receive(payload: string) {
    const message: Message = JSON.parse(payload)
    if (message.node === node) return
    if (message.lanes) heard.touched(message.lanes)
    if (message.settings) heard.settingsChanged()
  }

  async function tell() {
    while (lanes.size > 0 || changed) {
      await pause(gatherMs)
      const payloads = payloadsOf(node, [...lanes], changed)
      lanes.clear()
      changed = false
      await pool
        .transaction(async (db) => {
          await db.run(unflushed)
          for (const payload of payloads) await db.all(notify, channel, payload)
        })
        .catch(() => {}) // they look by themselves
    }
    telling = undefined
  }

  return {
    touched(which) {
      if (target.pooled || which.length === 0) return
      for (const lane of which) lanes.add(lane)
      telling ??= tell()
    },
    settingsChanged() {
      if (target.pooled) return
      changed = true
      telling ??= tell()
    },
    async [Symbol.asyncDispose]() {
      await telling
      await listener?.[Symbol.asyncDispose]()
    },
  }
}

function payloadsOf(node: string, lanes: string[], settings: boolean): string[] {
  const payloads: string[] = settings ? [JSON.stringify({ node, settings })] : []
  let some: string[] = []
  let length = 0
  for (const lane of lanes) {
    const more = Buffer.byteLength(JSON.stringify(lane)) + 1
    if (some.length > 0 && length + more > longest) {
      payloads.push(JSON.stringify({ node, lanes: some }))
      some = []
      length = 0
    }
    some.push(lane)
    length += more
  }
  if (some.length > 0) payloads.push(JSON.stringify({ node, lanes: some }))
  return payloads
}

/** A connection of its own that listens, for as long as there is a database to listen to. */
function listen(target: Target, receive: (payload: string) => void): AsyncDisposable {
  let closed = false
  let sql: Sql | undefined
  let timer: NodeJS.Timeout | undefined

  function open() {
    if (closed) return
    const own = postgres(target.url, {
      ...connectOptions,
      max: 1,
      prepare: false,
      connection: { application_name: 'waypost listener' },
      onnotify: (_channel: string, payload: string) => receive(payload),
      onclose: () => again(own),
    } as postgres.Options<Record<string, postgres.PostgresType>>)
    sql = own
    own.unsafe(`LISTEN ${channel}`).then(
      () => stayAlive(own),
      () => again(own),
    )
  }

  function again(own: Sql) {
    if (closed || sql !== own) return
    sql = undefined
    own.end({ timeout: 0 }).catch(() => {})
    clearTimeout(timer)
    timer = setTimeout(open, againMs)
  }

  /** A connection whose other end is gone looks like one on which nothing is said. */
  function stayAlive(own: Sql) {
    if (closed || sql !== own) return
    timer = setTimeout(() => {
      const late = setTimeout(() => again(own), aliveMs / 2)
      own.unsafe('SELECT 1').then(
        () => {
          clearTimeout(late)
          stayAlive(own)
        },
        () => {
          clearTimeout(late)
          again(own)
        },
      )
    }, aliveMs)
  }

  open()
  return {
    async [Symbol.asyncDispose]() {
      closed = true
      clearTimeout(timer)
      await sql?.end({ timeout: 1 })
    },
  }
}
