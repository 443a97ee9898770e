import { after, before, describe } from 'node:test'
import type { Clock } from '../core/clock.ts'
import type { Store } from '../core/store.ts'
import { acceptingSuite } from './suite/accepting.ts'
import { balancesSuite } from './suite/balances.ts'
import { callbacksSuite } from './suite/callbacks.ts'
import { clockSuite } from './suite/clock.ts'
import { fetchesSuite } from './suite/fetches.ts'
import { filesSuite } from './suite/files.ts'
import { lanesSuite } from './suite/lanes.ts'
import { lookingSuite } from './suite/looking.ts'
import { modelSuite } from './suite/model.ts'
import { mosSuite } from './suite/mos.ts'
import { optOutsSuite } from './suite/opt-outs.ts'
import { pausingSuite } from './suite/pausing.ts'
import { reportsSuite } from './suite/reports.ts'
import type { Stage } from './suite/scene.ts'
import { sealingKeysSuite } from './suite/sealing-keys.ts'
import { sendingSuite } from './suite/sending.ts'
import { settingsChangesSuite } from './suite/settings-changes.ts'
import { shadowsSuite } from './suite/shadows.ts'
import { templatesSuite } from './suite/templates.ts'

/** Holds a store to the rules of `core/store.ts`. A number in a test's name is the rule it checks. */
export function storeSuite(open: (clock: Clock) => Promise<Store>): void {
  describe('the rules of the store', () => {
    const clock = { at: Date.UTC(2026, 10, 1, 12) }
    let opened: Store | undefined
    const stage: Stage = {
      clock,
      get store() {
        if (!opened) throw new Error('A test ran before its store was opened')
        return opened
      },
    }
    before(async () => {
      opened = await open({ now: () => clock.at })
    })
    after(() => opened?.[Symbol.asyncDispose]())

    for (const suite of [
      acceptingSuite,
      balancesSuite,
      sendingSuite,
      reportsSuite,
      mosSuite,
      fetchesSuite,
      callbacksSuite,
      pausingSuite,
      shadowsSuite,
      filesSuite,
      optOutsSuite,
      templatesSuite,
      sealingKeysSuite,
      settingsChangesSuite,
      lanesSuite,
      lookingSuite,
      modelSuite,
      clockSuite,
    ])
      suite(stage)
  })
}
