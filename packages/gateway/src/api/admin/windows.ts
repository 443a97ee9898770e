import type { App } from '../../core/app.ts'
import { recall, windowMs } from '../../core/window.ts'
import type { Handlers } from './contract.ts'
import { integrationOf } from './integrations.ts'

export function windowHandlers(
  app: Pick<App, 'directory' | 'store' | 'windows' | 'now'>,
): Pick<Handlers, 'getWindow'> {
  return {
    async getWindow({ params: { id, msisdn } }) {
      const integration = integrationOf(app, id)
      await recall(app, integration.id, [msisdn])
      const at = app.windows.lastWrote(integration.id, msisdn)
      return {
        open: app.windows.isOpen(integration.id, msisdn, app.now()),
        until: at === undefined ? null : at + windowMs,
      }
    },
  }
}
