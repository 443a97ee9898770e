import {
  legacyStatusCodes,
  oneStatusCodes,
  type StatusCode,
  type StatusName,
  statuses,
  statusNames,
} from '@waypost/protocol'
import { provokedBy } from './in-the-sandbox.ts'
import { code, table } from './table.ts'

export const statusesPage = (): string => `# Statuses

Generated from \`packages/protocol\` by \`npm run docs\`.

Every status of a message has a **name**, and each name has a code in both generations.

## The ladder

${table(['rank', 'names', 'One API', 'legacy'], rungs())}

- The better rank wins, and any rank may be skipped. Reports may come late, twice and in any order.
- Every other name is a failure. It replaces a status below \`delivered\`, is never replaced by another failure, and yields
  only to \`delivered\` and \`read\`: a message that failed on one device may reach another.
- \`unknown\` only answers queries; no callback says it.

## One API

${table(['code', 'status', 'details', 'names', 'legacy'], rows(oneStatusCodes, 'one', 'legacy'))}

A code that is not in this table is to be treated as a failure.

## Legacy API

${table(['code', 'status', 'details', 'names', 'One API'], rows(legacyStatusCodes, 'legacy', 'one'))}

## Names

What provokes a status where the supplier is the [sandbox](sandbox.md#numbers-with-a-fault) stands in the last column; where the
validity of a message has to end first, turn its [clock](sandbox.md#the-clock).

${table(
  ['name', 'One API', 'legacy', 'when', 'in the sandbox'],
  statusNames.map((name) => {
    const { one, legacy, means } = statuses[name]
    return [`\`${name}\``, one, legacy, means, provokedBy(name)]
  }),
)}
`

function rungs() {
  const ranked = statusNames.flatMap((name) => {
    const status = statuses[name]
    return 'rank' in status ? [{ name, ...status }] : []
  })
  return Array.from(
    Map.groupBy(ranked, ({ rank }) => rank),
    ([rank, rung]) => [
      rank,
      code(rung.map(({ name }) => name)),
      list(rung.map(({ one }) => one)),
      list(rung.map(({ legacy }) => legacy)),
    ],
  )
}

type Side = 'one' | 'legacy'

function rows(codes: Record<number, StatusCode>, side: Side, other: Side) {
  return Object.entries(codes).map(([number, { status, details, since }]) => {
    const names: StatusName[] = statusNames.filter((name) => statuses[name][side] === Number(number))
    const words = since ? `${details} (later addition, not used)` : details
    return [number, status, words, code(names), list(names.map((name) => statuses[name][other]))]
  })
}

const list = (numbers: number[]) => [...new Set(numbers)].sort((a, b) => a - b).join(', ')
