import { numberOf } from '../businesses.ts'
import type { Database } from '../database.ts'
import { samplesOf } from './samples.ts'
import type { Template } from './template.ts'

/** The templates of WhatsApp business accounts. Any id is an account, and begins with the samples. */
export interface Templates {
  of(accountId: string): readonly Template[]
  /**
   * What a number can send. Whose account it belongs to no message says: that with the number's digits is asked first,
   * then all others that ever changed their templates.
   */
  find(number: string, named: Pick<Template, 'name' | 'language'>): Template | undefined
  replace(accountId: string, templates: readonly Template[]): void
}

export function templateTable({ sql }: Database): Templates {
  /** Accounts that changed their templates. */
  const accounts = new Map<string, readonly Template[]>()
  const put = sql.prepare('INSERT OR REPLACE INTO business_account (id, templates) VALUES (?, ?)')
  for (const { id, templates } of sql.prepare('SELECT id, templates FROM business_account').all()) {
    // Only `replace` writes this column.
    accounts.set(String(id), JSON.parse(String(templates)) as Template[])
  }

  function listsFor(number: string): (readonly Template[])[] {
    const all = [...accounts]
    const own = all.filter(([id]) => numberOf(id) === number)
    const others = all.filter(([id]) => numberOf(id) !== number)
    return [
      ...(own.length > 0 ? own.map(([, list]) => list) : [samplesOf(number)]),
      ...others.map(([, list]) => list),
    ]
  }

  return {
    of: (accountId) => accounts.get(accountId) ?? samplesOf(accountId),
    find: (number, { name, language }) =>
      listsFor(number)
        .flat()
        .find((template) => template.name === name && template.language === language),
    replace(accountId, templates) {
      put.run(accountId, JSON.stringify(templates))
      accounts.set(accountId, templates)
    },
  }
}
