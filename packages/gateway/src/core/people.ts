import type { OptOut } from './integration.ts'

/** People by integration, then by number, and since when. There may be hundreds of thousands. */
export interface People {
  find(integrationId: string, msisdn: string): OptOut | undefined
  /** Added twice, the first time counts. */
  add(one: OptOut): void
  remove(integrationId: string, msisdn: string): void
  forget(integrationId: string): void
}

export function people(known: OptOut[]): People {
  const all = new Map<string, Map<string, number>>()
  const register: People = {
    find(integrationId, msisdn) {
      const at = all.get(integrationId)?.get(msisdn)
      return at === undefined ? undefined : { integrationId, msisdn, at }
    },
    add({ integrationId, msisdn, at }) {
      const own = all.get(integrationId) ?? new Map<string, number>()
      if (!own.has(msisdn)) all.set(integrationId, own.set(msisdn, at))
    },
    remove: (integrationId, msisdn) => void all.get(integrationId)?.delete(msisdn),
    forget: (integrationId) => void all.delete(integrationId),
  }
  for (const one of known) register.add(one)
  return register
}
