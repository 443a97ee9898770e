import { readdirSync, readFileSync } from 'node:fs'

/** Linux counts processor time in these. */
const tickMs = 10

/** Processor time by thread, in ms; its first is the main thread. Empty where there is no /proc. */
export type ThreadTimes = Map<number, { name: string; ms: number }>

export function threadTimes(pid: number): ThreadTimes {
  const times: ThreadTimes = new Map()
  for (const thread of entries(`/proc/${pid}/task`)) {
    const { name, ticks } = statOf(`/proc/${pid}/task/${thread}/stat`)
    times.set(Number(thread), { name, ms: ticks * tickMs })
  }
  return times
}

interface Stat {
  name: string
  parent: number
  ticks: number
  /** Of its children that have ended. */
  childTicks: number
}

function statOf(path: string): Stat {
  const stat = read(path)
  // A name may hold anything. After it: state, then from the 4th field on.
  const end = stat.lastIndexOf(')')
  const fields = stat.slice(end + 2).split(' ')
  const field = (number: number) => Number(fields[number - 3] ?? 0)
  return {
    name: stat.slice(stat.indexOf('(') + 1, end),
    parent: field(4),
    ticks: field(14) + field(15), // in user and in kernel mode
    childTicks: field(16) + field(17),
  }
}

export const parentOf = (pid: number): number => statOf(`/proc/${pid}/stat`).parent

/** Processor time of a process and of its children, those that have ended included: of PostgreSQL, by its first process. */
export function familyMs(pid: number): number {
  const { ticks, childTicks } = statOf(`/proc/${pid}/stat`)
  const children = entries('/proc')
    .filter((entry) => /^\d+$/.test(entry))
    .map((entry) => statOf(`/proc/${entry}/stat`))
    .filter(({ parent }) => parent === pid)
  return (ticks + childTicks + children.reduce((sum, child) => sum + child.ticks, 0)) * tickMs
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
