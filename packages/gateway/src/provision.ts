import { isDeepStrictEqual } from 'node:util'
import type { Flaw } from './api/admin/flaws.ts'
import type { Tools } from './api/admin/read-integration.ts'
import { type Plan, readPlan } from './api/admin/read-plan.ts'
import type { App } from './core/app.ts'
import { CannotStart } from './core/cannot-start.ts'
import { endpointLanes } from './core/endpoint.ts'
import type { Integration } from './core/integration.ts'
import { writeTemplates } from './core/sync-templates.ts'
import { jsonIn } from './json-file.ts'

type Needs = Pick<App, 'directory' | 'store' | 'now'>

/** Applies a provisioning file: all of it, or nothing when something in it is wrong. Writes only what differs. */
export async function provision(app: Needs, file: string, tools: Tools): Promise<void> {
  const plan = readPlan(app, tools, jsonIn(file))
  if (Array.isArray(plan)) throw new ProvisionError(file, plan)
  await apply(app, plan)
}

/** The operator's file cannot be used: the gateway does not start. */
export class ProvisionError extends CannotStart {
  override name = 'ProvisionError'
  constructor(file: string, flaws: Flaw[]) {
    const lines = flaws.map(({ path, message }) => `  ${path || 'the file'} ${message}`)
    super(`${file} cannot be used:\n${lines.join('\n')}`)
  }
}

async function apply({ directory, store, now }: Needs, { account, integrations, templates }: Plan) {
  if (account && !isDeepStrictEqual(account, directory.account())) await directory.putAccount(account)
  for (const { integration, keys, surplus, pins, unpinned } of integrations) {
    const known = directory.integration(integration.id)
    // First: whoever is killed in between finds the same difference at the next start.
    if (known && isCalledBackOtherwise(known, integration))
      await Promise.all(endpointLanes(integration.id).map((lane) => store.resumeCallbacks(lane, now())))
    const { amount } = integration.balance
    // The amount is set when the file's is another, not at each start: some of it may be spent.
    if (!isDeepStrictEqual(integration, known))
      await directory.putIntegration(integration, amount === known?.balance.amount ? undefined : amount)
    // Written side by side, they share a commit.
    await Promise.all([
      ...surplus.map((key) => directory.deleteKey(key)),
      ...keys.map((key) => directory.putKey(key)),
      ...pins.map((pin) => directory.putPin(pin)),
      ...unpinned.map((number) => directory.deletePin(integration.id, number)),
    ])
  }
  await writeTemplates(directory, templates)
}

const isCalledBackOtherwise = (was: Integration, is: Integration) =>
  was.signingSecret !== is.signingSecret ||
  !isDeepStrictEqual([was.callbacks, was.shadowCallbacks], [is.callbacks, is.shadowCallbacks])
