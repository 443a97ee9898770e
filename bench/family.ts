import { globSync, readFileSync } from 'node:fs'

/** What a process and all that it started used since their start. */
export interface Use {
  /** Processor time. */
  ms: number
  /** Bytes handed to the disk; 0 where the system does not tell. */
  written: number
}

/** Linux counts processor time in these. */
const tickMs = 10

/** Of a server that works in many processes, as PostgreSQL does: those that have ended count with whoever waited for them. */
export function useOf(pid: number): Use {
  const use: Use = { ms: 0, written: 0 }
  for (const member of familyOf(pid)) {
    const stat = read(`/proc/${member}/stat`)
    // After the name: state, then from the 4th field on; the 14th to the 17th are of itself and of ended children.
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
    for (const field of fields.slice(11, 15)) use.ms += Number(field) * tickMs
    use.written += Number(/^write_bytes: (\d+)$/m.exec(read(`/proc/${member}/io`))?.[1] ?? 0)
  }
  return use
}

function familyOf(pid: number): number[] {
  const children = globSync(`/proc/${pid}/task/*/children`).flatMap((file) => read(file).match(/\d+/g) ?? [])
  return [pid, ...children.flatMap((child) => familyOf(Number(child)))]
}

function read(path: string): string {
  try {
    return readFileSync(path, 'utf8')
  } catch {
    return '' // a process that has ended meanwhile, or no Linux
  }
}
