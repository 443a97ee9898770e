import type { App } from '../../core/app.ts'
import type { Handlers } from './contract.ts'
import type { InTurn } from './in-turn.ts'
import { flawed } from './problem.ts'
import { readAccount } from './read-account.ts'

export function accountHandlers(
  { directory }: Pick<App, 'directory'>,
  change: InTurn,
): Pick<Handlers, 'getAccount' | 'patchAccount'> {
  return {
    getAccount: async () => directory.account(),
    patchAccount: ({ body }) =>
      change(async () => {
        const account = readAccount(body, directory.account())
        if (Array.isArray(account)) throw flawed(account)
        await directory.putAccount(account)
        return account
      }),
  }
}
