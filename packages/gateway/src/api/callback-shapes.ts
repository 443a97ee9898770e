import type { Generation } from '@waypost/protocol'
import type { Integration } from '../core/integration.ts'
import type { CallbackEvent } from '../core/store.ts'
import { legacyCallback } from './legacy/callbacks.ts'
import { oneCallback } from './one/callbacks.ts'

/** An event in each generation's shape. */
export const callbackShapes: Record<Generation, (integration: Integration, event: CallbackEvent) => object> =
  {
    one: oneCallback,
    legacy: legacyCallback,
  }
