import { readdirSync, readFileSync } from 'node:fs'

/** Linux counts processor time in these. */
const tickMs = 10

/** Processor time by thread, in ms; its first is the main thread. Empty where there is no /proc. */
export type ThreadTimes = Map<number, { name: string; ms: number }>

export function threadTimes(pid: number): ThreadTimes {
  const times: ThreadTimes = new Map()
  for (const thread of entries(`/proc/${pid}/task`)) {
    const stat = read(`/proc/${pid}/task/${thread}/stat`)
    const name = stat.slice(stat.indexOf('(') + 1, stat.lastIndexOf(')'))
    // After the name: state, then from the 4th field on; utime and stime are the 14th and 15th.
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
    times.set(Number(thread), { name, ms: (Number(fields[11]) + Number(fields[12])) * tickMs })
  }
  return times
}

/** What each thread used between two readings, busiest first. */
export function used(
  before: ThreadTimes,
  after: ThreadTimes,
): { thread: number; name: string; ms: number }[] {
  return [...after]
    .map(([thread, { name, ms }]) => ({ thread, name, ms: ms - (before.get(thread)?.ms ?? 0) }))
    .filter(({ ms }) => ms > 0)
    .sort((a, b) => b.ms - a.ms)
}

export const totalMs = (times: ThreadTimes): number =>
  [...times.values()].reduce((sum, { ms }) => sum + ms, 0)

/** What all cores together worked since the start of the machine, whoever for; what a hypervisor took included. */
export function machineBusyMs(): number {
  const [, user = 0, nice = 0, system = 0, , , irq = 0, softirq = 0, steal = 0] =
    read('/proc/stat').split('\n', 1)[0]?.split(/ +/).map(Number) ?? []
  return (user + nice + system + irq + softirq + steal) * tickMs
}

/** Resident memory, in bytes. */
export function residentBytes(pid: number): number {
  return Number(/^VmRSS:\s+(\d+) kB$/m.exec(read(`/proc/${pid}/status`))?.[1] ?? 0) * 1024
}

function read(path: string): string {
  try {
    return readFileSync(path, 'utf8')
  } catch {
    return '' // a thread that has ended meanwhile, or no Linux
  }
}

function entries(path: string): string[] {
  try {
    return readdirSync(path)
  } catch {
    return []
  }
}
