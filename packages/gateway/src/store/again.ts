import { endpointLane } from '../core/endpoint.ts'
import type { Callback, ReplayRange, Touched } from '../core/store.ts'

/** A range of an endpoint's events, by sequence. */
export interface Range {
  lane: string
  from: number
  to: number
  states: Callback['state'][]
}

/** What a database does at a time, each a commit of its own, so that others are not held up by a long range. */
export interface Bites {
  /** Answers the lane, unless there is no such event. */
  replayOne(callbackId: string, at: number): Promise<{ lane: string | undefined; paused: boolean }>
  /** Replays the beginning of a range; answers where the rest begins, if there is one. */
  replaySome(
    range: Range,
    at: number,
  ): Promise<{ replayed: number; next: number | undefined; paused: boolean }>
  /** Starts some of what waits anew, and ends the pause once that is all of it. */
  resumeSome(lane: string, at: number): Promise<{ more: boolean; resumed: boolean }>
}

export async function replay(
  bites: Bites,
  which: ReplayRange,
  at: number,
): Promise<Touched & { replayed: number }> {
  const { lane, replayed, paused } = await ('callbackId' in which
    ? replayOne(bites, which.callbackId, at)
    : replayRange(bites, which, at))
  if (lane === undefined) return { lanes: [], replayed: 0 }
  // Last, so that nothing is told before all of the range is due.
  if (paused) await resume(bites, lane, at)
  return { lanes: replayed > 0 || paused ? [lane] : [], replayed }
}

async function replayOne(bites: Bites, callbackId: string, at: number) {
  const one = await bites.replayOne(callbackId, at)
  return { ...one, replayed: 1 }
}

async function replayRange(
  bites: Bites,
  { integrationId, endpoint, fromSequence, toSequence, states }: Exclude<ReplayRange, { callbackId: string }>,
  at: number,
) {
  const lane = endpointLane(integrationId, endpoint)
  let from: number | undefined = fromSequence
  let replayed = 0
  let paused = false
  while (from !== undefined) {
    const bite: Awaited<ReturnType<Bites['replaySome']>> = await bites.replaySome(
      { lane, from, to: toSequence, states },
      at,
    )
    replayed += bite.replayed
    from = bite.next
    paused = bite.paused
  }
  return { lane, replayed, paused }
}

/** The pause ends with the last bite: if we die before, the endpoint is still paused. */
export async function resume(bites: Bites, lane: string, at: number): Promise<{ resumed: boolean }> {
  for (;;) {
    const { more, resumed } = await bites.resumeSome(lane, at)
    if (!more) return { resumed }
  }
}
