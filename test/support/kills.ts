import { argv, env } from 'node:process'

/** How often the command line or `KILLS` says to kill; without, as often as `npm test` has time for. */
export function killsAsked(usual: number): number {
  const asked = argv.at(2) ?? env.KILLS ?? String(usual)
  if (!/^[1-9]\d*$/.test(asked)) throw new Error(`${asked} is no number of kills`)
  return Number(asked)
}
