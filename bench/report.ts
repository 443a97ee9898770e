import type { Turn } from './contest.ts'
import { type Spread, spreadOf } from './statistics.ts'

/** What a row came to: what was measured, and what that says about a goal. */
export interface Finding {
  table: string[][]
  conclusions: Conclusion[]
}

export interface Conclusion {
  text: string
  /** Absent: nothing was promised. */
  goal?: { text: string; reached: boolean }
}

const columns = [
  '',
  'messages/s',
  '',
  'p50 ms',
  'p99 ms',
  'main',
  'writer',
  'rest',
  'µs main',
  'µs all',
  'foreign',
]

/** One line per side: medians, the range of the rates, and where the processor time of its process went. */
export function tableOf(sides: Record<string, Turn[]>): string[][] {
  const lines = Object.entries(sides).map(([name, turns]) => {
    const of = (pick: (turn: Turn) => number) => spreadOf(turns.map(pick)).median
    const { median, least, most } = spreadOf(turns.map(({ messagesPerSecond }) => messagesPerSecond))
    return [
      name,
      whole(median),
      `${whole(least)} to ${whole(most)}`,
      of(({ p50 }) => p50).toFixed(1),
      of(({ p99 }) => p99).toFixed(1),
      percent(of(({ cpu }) => cpu.main)),
      percent(of(({ cpu }) => cpu.writer)),
      percent(of(({ cpu }) => cpu.rest)),
      of(({ micros }) => micros.main).toFixed(1),
      of(({ micros }) => micros.all).toFixed(1),
      percent(of(({ foreign }) => foreign)),
    ]
  })
  return [columns, ...lines]
}

/** Answers other than 202, which there should be none of. */
export function refusalsIn(turns: Turn[]): Conclusion[] {
  const counts = new Map<string, number>()
  for (const { refused } of turns)
    for (const [line, count] of Object.entries(refused)) counts.set(line, (counts.get(line) ?? 0) + count)
  return [...counts].map(([line, count]) => ({
    text: `${whole(count)} requests were answered ${line}`,
    goal: { text: 'none', reached: false },
  }))
}

export function printed(title: string, { table, conclusions }: Finding): string {
  const widths = table.reduce<number[]>(
    (widest, row) => row.map((cell, i) => Math.max(widest[i] ?? 0, cell.length)),
    [],
  )
  const lines = table.map((row) =>
    row
      .map((cell, i) => (i === 0 ? cell.padEnd(widths[i] ?? 0) : cell.padStart(widths[i] ?? 0)))
      .join('  ')
      .trimEnd(),
  )
  return [
    title,
    ...lines.map((line) => `  ${line}`),
    ...conclusions.map(
      ({ text, goal }) => `  ${text}${goal ? `; goal: ${goal.text}, ${verdict(goal)}` : ''}`,
    ),
  ].join('\n')
}

const verdict = ({ reached }: { reached: boolean }) => (reached ? 'reached' : 'MISSED')

export const whole = (value: number) => Math.round(value).toLocaleString('en')
export const percent = (share: number) => `${Math.round(share * 100)} %`
export const range = ({ median, least, most }: Spread) =>
  `${median.toFixed(2)} (${least.toFixed(2)} to ${most.toFixed(2)})`
