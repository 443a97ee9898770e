import { subscribe } from 'node:diagnostics_channel'
import { appendFileSync } from 'node:fs'
import { env, kill, pid } from 'node:process'
import { pointNames } from '../../packages/gateway/src/core/points.ts'

/**
 * Loaded into a gateway with `--import`: kills it, without a word, when it passes a named point of its road for the
 * nth time. `KILL_AT=mt.stored:3`. Before that it writes the name as a line of the file `KILL_NOTE`: the proof that it
 * was this point, and no other hand, that killed it.
 */
const { KILL_AT = '', KILL_NOTE } = env
const [point = '', nth] = KILL_AT.split(':')
if (!pointNames.some((name) => name === point)) throw new Error(`KILL_AT: no point is named ${point}`)
if (!KILL_NOTE) throw new Error('KILL_NOTE: not set')

let left = Number(nth)
if (!Number.isInteger(left) || left < 1) throw new Error(`KILL_AT: ${nth} is not a count`)
subscribe(`waypost:${point}`, () => {
  if (--left > 0) return
  appendFileSync(KILL_NOTE, `${point}\n`)
  kill(pid, 'SIGKILL')
})
