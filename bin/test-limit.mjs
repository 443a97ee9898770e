// Loaded before each test file by bin/test.mjs: ends a file that goes on for too long, which the runner by itself
// would wait for. Most often its tests are over and something they opened is not closed.

import { isMainThread } from 'node:worker_threads'

const minutes = Number(new URL(import.meta.url).searchParams.get('minutes'))

if (isMainThread) setTimeout(giveUp, minutes * 60_000).unref()

function giveUp() {
  const open = process.getActiveResourcesInfo().join(', ')
  console.error(`not over after ${minutes} minutes; still open: ${open}`)
  process.exit(1)
}
