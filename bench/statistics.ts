/** What several rounds came to. */
export interface Spread {
  median: number
  least: number
  most: number
}

export function spreadOf(values: number[]): Spread {
  const sorted = values.toSorted((a, b) => a - b)
  const middle = sorted.length / 2
  const median = ((sorted[Math.ceil(middle) - 1] ?? 0) + (sorted[Math.floor(middle)] ?? 0)) / 2
  return { median, least: sorted[0] ?? 0, most: sorted.at(-1) ?? 0 }
}

/** Round by round, so that what both met in a round cancels out. */
export const ratioByRound = (values: number[], to: number[]): Spread =>
  spreadOf(values.map((value, round) => value / (to[round] ?? Number.NaN)))

/** Nearest rank: the smallest value that so many percent of all do not exceed. */
export function percentile(values: number[], percent: number): number {
  const sorted = values.toSorted((a, b) => a - b)
  return sorted[Math.max(0, Math.ceil((percent / 100) * sorted.length) - 1)] ?? 0
}
