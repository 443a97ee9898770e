import type { DatabaseSync } from 'node:sqlite'

/**
 * The same methods, that leave nothing of what they replace in the file, such as a secret that is sealed now. It is for
 * those that are called rarely: zeros cost a message a fifth of its acceptance.
 */
export function securely<Methods extends object>(db: DatabaseSync, methods: Methods): Methods {
  const secure = (method: (...given: unknown[]) => unknown) => {
    return (...given: unknown[]) => {
      db.exec('PRAGMA secure_delete = ON')
      try {
        return method(...given)
      } finally {
        db.exec('PRAGMA secure_delete = OFF')
      }
    }
  }
  const entries = Object.entries(methods).map(([name, method]) => [name, secure(method)])
  // Each method takes and answers what it did.
  return Object.fromEntries(entries) as Methods
}
