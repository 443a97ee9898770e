import { endpointLane } from '../../core/endpoint.ts'
import type { ReplayRange, Touched } from '../../core/store.ts'
import type { Calls } from './calls.ts'
import type { Writes } from './writes/index.ts'

/** What a bite weighs; see `openSqlite`. */
const biteWeight = 500

/** A range goes in bites, each a commit of its own, so that others are not held up by a long one. */
export async function replay(
  write: Calls<Writes>,
  which: ReplayRange,
  at: number,
): Promise<Touched & { replayed: number }> {
  const { lane, replayed, paused } = await ('callbackId' in which
    ? replayOne(write, which.callbackId, at)
    : replayRange(write, which, at))
  if (lane === undefined) return { lanes: [], replayed: 0 }
  // Last, so that nothing is told before all of the range is due.
  if (paused) await resume(write, lane, at)
  return { lanes: replayed > 0 || paused ? [lane] : [], replayed }
}

async function replayOne(write: Calls<Writes>, callbackId: string, at: number) {
  const one = await write.call('replayOne', 1, callbackId, at)
  return { ...one, replayed: 1 }
}

async function replayRange(
  write: Calls<Writes>,
  { integrationId, endpoint, fromSequence, toSequence, states }: Exclude<ReplayRange, { callbackId: string }>,
  at: number,
) {
  const lane = endpointLane(integrationId, endpoint)
  let from: number | undefined = fromSequence
  let replayed = 0
  let paused = false
  while (from !== undefined) {
    const bite: ReturnType<Writes['replaySome']> = await write.call(
      'replaySome',
      biteWeight,
      lane,
      from,
      toSequence,
      states,
      at,
    )
    replayed += bite.replayed
    from = bite.next
    paused = bite.paused
  }
  return { lane, replayed, paused }
}

/** Likewise in bites. The pause ends with the last one: if we die before, the endpoint is still paused. */
export async function resume(write: Calls<Writes>, lane: string, at: number): Promise<{ resumed: boolean }> {
  for (;;) {
    const { more, resumed } = await write.call('resumeSome', biteWeight, lane, at)
    if (!more) return { resumed }
  }
}
