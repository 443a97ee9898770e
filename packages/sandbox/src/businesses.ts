import type { Database } from './database.ts'

/** A business number, as Meta knows it: by the id of its phone number. */
export interface Business {
  readonly phoneNumberId: string
  /** What people see and write to. */
  readonly number: string
  /** Where its webhooks go. Until a gateway registers one they are kept. */
  readonly callbackUri: string | undefined
}

export interface Businesses {
  /** Any id with digits in it is a business; undefined for others. Asking does not make it known. */
  get(phoneNumberId: string): Business | undefined
  /** The business behind a number people write to. With several ids of one number, the last to register. */
  withNumber(number: string): Business | undefined
  all(): Business[]
  /** Makes a business known that sends before it registers a webhook. */
  meet(business: Business): void
  register(phoneNumberId: string, callbackUri: string | undefined): Business
}

/** The digits in a phone number id are its number, so that no number has to be set up. */
export function numberOf(phoneNumberId: string): string {
  return phoneNumberId.replace(/\D/g, '')
}

export function businessTable({ sql }: Database): Businesses {
  const byId = new Map<string, Business>()
  const byNumber = new Map<string, Business>()
  const put = sql.prepare('INSERT OR REPLACE INTO business (phone_number_id, callback_uri) VALUES (?, ?)')

  for (const row of sql.prepare('SELECT phone_number_id, callback_uri FROM business').all()) {
    remember(String(row.phone_number_id), row.callback_uri === null ? undefined : String(row.callback_uri))
  }

  function remember(phoneNumberId: string, callbackUri: string | undefined): Business {
    const business = { phoneNumberId, number: numberOf(phoneNumberId), callbackUri }
    byId.set(phoneNumberId, business)
    if (callbackUri || !byNumber.get(business.number)?.callbackUri) byNumber.set(business.number, business)
    return business
  }

  function register(phoneNumberId: string, callbackUri: string | undefined): Business {
    put.run(phoneNumberId, callbackUri ?? null)
    return remember(phoneNumberId, callbackUri)
  }

  return {
    get(phoneNumberId) {
      const known = byId.get(phoneNumberId)
      if (known) return known
      const number = /^[\w.-]{1,64}$/.test(phoneNumberId) ? numberOf(phoneNumberId) : ''
      return number ? { phoneNumberId, number, callbackUri: undefined } : undefined
    },
    withNumber: (number) => byNumber.get(number),
    all: () => [...byId.values()],
    meet({ phoneNumberId }) {
      if (!byId.has(phoneNumberId)) register(phoneNumberId, undefined)
    },
    register,
  }
}
