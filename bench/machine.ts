import { closeSync, fdatasyncSync, openSync, rmSync, statfsSync, writeSync } from 'node:fs'
import { arch, cpus, loadavg, platform, release, totalmem } from 'node:os'
import { join } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import { machineBusyMs } from './cpu.ts'
import { percentile } from './statistics.ts'

const flushes = 400
const block = Buffer.alloc(4096, 'w')

/** How long the disk under `folder` takes to append 4 KiB for good: what every commit waits for. */
export function diskFlushMs(folder: string): { p50: number; p99: number } {
  const path = join(folder, 'flush')
  const file = openSync(path, 'w')
  const times: number[] = []
  for (let i = 0; i < flushes; i++) {
    const startedAt = performance.now()
    writeSync(file, block)
    fdatasyncSync(file)
    times.push(performance.now() - startedAt)
  }
  closeSync(file)
  rmSync(path)
  return { p50: percentile(times, 50), p99: percentile(times, 99) }
}

const tmpfs = 0x01021994

/** Memory that looks like a disk flushes in no time: nothing measured on it is about durability. */
export const isMemory = (folder: string): boolean => statfsSync(folder).type === tmpfs

/** How much of a core is busy while nobody measures. */
export async function idleLoad(ms: number): Promise<number> {
  const before = machineBusyMs()
  await setTimeout(ms)
  return (machineBusyMs() - before) / ms
}

export function machineFacts(): string[] {
  const [first] = cpus()
  return [
    `${cpus().length} cores (${first?.model.trim() || 'unknown'}), ${Math.round(totalmem() / 2 ** 30)} GiB, ${platform()} ${release()} ${arch()}`,
    `Node ${process.version}, ${new Date().toISOString()}, load average ${loadavg()
      .map((load) => load.toFixed(2))
      .join(' ')}`,
  ]
}
