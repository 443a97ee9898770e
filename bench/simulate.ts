import { scenarios } from './simulate/scenarios.ts'
import { inVirtualTime } from './simulate/virtual-time.ts'

/**
 * `npm run simulate`: the gateway's own lanes, leases and paces, on four nodes with 400 skewed senders that want 2,000
 * messages a second, in virtual time, while things go wrong. The database is a model of the rules that leases rest on.
 */
const named = process.argv.slice(2)
for (const [name, { title, run }] of Object.entries(scenarios)) {
  if (named.length > 0 && !named.includes(name)) continue
  console.log(`${name}: ${title}`)
  for (const line of await inVirtualTime(run)) console.log(`  ${line}`)
}
