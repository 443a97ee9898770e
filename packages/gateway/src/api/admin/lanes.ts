import type { App } from '../../core/app.ts'
import type { Handlers } from './contract.ts'
import { listOf } from './page.ts'

export function laneHandlers({ store }: Pick<App, 'store'>): Pick<Handlers, 'listLanes'> {
  return {
    async listLanes() {
      const items = await store.lanes()
      return listOf({ items, nextCursor: undefined }, (summary) => ({
        ...summary,
        oldestDueAt: summary.oldestDueAt ?? null,
        node: summary.node ?? null,
        leasedUntil: summary.leasedUntil ?? null,
        failingSince: summary.failingSince ?? null,
        pausedAt: summary.pausedAt ?? null,
      }))
    },
  }
}
