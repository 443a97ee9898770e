import type { Database } from '../database.ts'
import { defaultPhone, type Phone, type PhoneSettings } from './phone.ts'

export interface Phones {
  /** Any number is a phone. Asking does not make it known. */
  get(msisdn: string): Phone
  /** Makes a phone known: it shows up in the list. */
  meet(msisdn: string): Phone
  change(msisdn: string, settings: Partial<PhoneSettings>): Phone
  /** All known phones, the most recently used first. */
  all(): Phone[]
}

/** More phones than this are read from the file when they are needed. */
const cached = 20_000

export function phoneTable(database: Database): Phones {
  const { sql } = database
  const known = new Map<string, Phone>()
  const changes = new Map<string, Phone>()

  const one = sql.prepare('SELECT settings FROM phone WHERE msisdn = ?')
  const put = sql.prepare('INSERT OR REPLACE INTO phone (msisdn, settings) VALUES (?, ?)')
  const list = sql.prepare(
    `SELECT msisdn, settings, (SELECT max(seq) FROM message m WHERE m.msisdn = phone.msisdn) AS last
     FROM phone ORDER BY last DESC, msisdn`,
  )

  database.join({
    write() {
      for (const phone of changes.values()) put.run(phone.msisdn, settingsOf(phone))
    },
    written: () => changes.clear(),
  })

  function find(msisdn: string): Phone | undefined {
    const phone = known.get(msisdn) ?? changes.get(msisdn)
    if (phone) return phone
    const row = one.get(msisdn)
    return row && keep(phoneOf(msisdn, String(row.settings)))
  }

  function keep(phone: Phone): Phone {
    if (known.size >= cached) {
      // A Map iterates in order of insertion: the first key is the oldest.
      for (const oldest of known.keys()) {
        known.delete(oldest)
        break
      }
    }
    known.set(phone.msisdn, phone)
    return phone
  }

  function store(phone: Phone): Phone {
    changes.set(phone.msisdn, phone)
    database.changed()
    return keep(phone)
  }

  return {
    get: (msisdn) => find(msisdn) ?? defaultPhone(msisdn),
    meet: (msisdn) => find(msisdn) ?? store(defaultPhone(msisdn)),
    change: (msisdn, settings) => store({ ...(find(msisdn) ?? defaultPhone(msisdn)), ...settings }),
    all() {
      database.flush()
      return list.all().map((row) => phoneOf(String(row.msisdn), String(row.settings)))
    },
  }
}

function settingsOf({ msisdn, userId, ...settings }: Phone): string {
  return JSON.stringify(settings)
}

function phoneOf(msisdn: string, settings: string): Phone {
  // The column holds what `settingsOf` wrote, maybe of an older version that lacked a setting.
  return { ...defaultPhone(msisdn), ...(JSON.parse(settings) as Partial<PhoneSettings>) }
}
