import type { Directory } from './directory.ts'
import type { Events } from './events.ts'
import type { Integration } from './integration.ts'
import type { Supplier } from './supplier.ts'

export type Registration = 'registered' | 'pending' | 'failed'

export interface Registrar {
  start(): void
  /** Where an integration's webhook stands; undefined where its supplier does not call us. */
  state(integrationId: string): Registration | undefined
  /** Resolves when the supplier has answered, or after `ms`, whichever is first. */
  settled(integrationId: string, ms: number): Promise<void>
  stop(): void
}

interface Needs {
  directory: Pick<Directory, 'integrations' | 'onChange'>
  supplierOf(integration: Integration, channel: 'whatsapp'): Supplier
  events: Pick<Events, 'webhookRegistered' | 'webhookNotRegistered'>
  /** Where suppliers can reach us; known once the server listens. */
  publicUrl(): string
}

interface Registering {
  state: Registration
  answered: Promise<void>
  stop: AbortController
}

const firstWaitMs = 1000
const longestWaitMs = 5 * 60 * 1000
const answerWithinMs = 15_000

/** Tells each integration's supplier where to post, at the start and after each change, until it has heard. */
export function registrar(app: Needs): Registrar {
  const registering = new Map<string, Registering>()

  function begin(id: string, integration: Integration | undefined) {
    registering.get(id)?.stop.abort()
    registering.delete(id)
    if (!integration?.whatsapp) return
    const { webhook } = app.supplierOf(integration, 'whatsapp')
    if (!webhook) return

    const { promise, resolve } = Promise.withResolvers<void>()
    const own: Registering = { state: 'pending', answered: promise, stop: new AbortController() }
    registering.set(id, own)
    const url = `${app.publicUrl()}/suppliers/${integration.whatsapp.supplier}/${id}`

    async function tell(waitMs: number) {
      if (own.stop.signal.aborted) return
      try {
        await webhook?.register(url, AbortSignal.any([own.stop.signal, AbortSignal.timeout(answerWithinMs)]))
        own.state = 'registered'
        app.events.webhookRegistered(id)
      } catch (error) {
        if (own.stop.signal.aborted) return
        own.state = 'failed'
        app.events.webhookNotRegistered(id, error)
        setTimeout(() => void tell(Math.min(longestWaitMs, waitMs * 2)), waitMs).unref()
      } finally {
        resolve()
      }
    }
    void tell(firstWaitMs)
  }

  return {
    start() {
      for (const integration of app.directory.integrations()) begin(integration.id, integration)
      app.directory.onChange(begin)
    },
    state: (id) => registering.get(id)?.state,
    async settled(id, ms) {
      const own = registering.get(id)
      if (!own) return
      const { promise, resolve } = Promise.withResolvers<void>()
      const timer = setTimeout(resolve, ms)
      await Promise.race([own.answered, promise])
      clearTimeout(timer)
    },
    stop() {
      for (const { stop } of registering.values()) stop.abort()
    },
  }
}
