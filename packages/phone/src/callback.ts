import type { Callback } from './api.ts'

/** What a callback says at a glance. */
export interface Summary {
  generation?: 'legacy' | 'one'
  /** The One API's event name, or what a legacy body amounts to. */
  event: string
  integrationId?: string
  integrationName?: string
  /** Of a report on a message: its status as the business reads it. */
  status?: string
  statusCode?: number
  /** Of a message: what the person wrote, where it can be read. */
  text?: string
  /** Of a message: what the person wrote is sealed, and only the business opens it. */
  sealed?: true
}

export function summaryOf(callback: Callback): Summary {
  const { method } = callback
  const body = bodyOf(callback)
  if (!isRecord(body)) return { event: `${method} without JSON` }
  const whose = { ...text(body, 'integrationId'), ...text(body, 'integrationName') }

  if (isRecord(body.event)) {
    const [event = 'event', items] = Object.entries(body.event)[0] ?? []
    const first = Array.isArray(items) ? items[0] : undefined
    return { generation: 'one', event, ...whose, ...(isRecord(first) ? saying(first) : {}) }
  }
  if ('statusCode' in body) return { generation: 'legacy', event: 'status', ...whose, ...saying(body) }
  if ('messageId' in body) return { generation: 'legacy', event: 'message', ...whose, ...saying(body) }
  return { event: method, ...whose }
}

function saying(body: Record<string, unknown>): Partial<Summary> {
  const { content, statusCode, encryptionKey } = body
  if (typeof encryptionKey === 'string') return { sealed: true }
  return {
    ...text(body, 'status'),
    ...(typeof statusCode === 'number' ? { statusCode } : {}),
    ...(typeof content === 'string' ? { text: content } : {}),
  }
}

function text<Name extends string>(body: Record<string, unknown>, name: Name): { [N in Name]?: string } {
  const value = body[name]
  // The computed key is exactly `name`; TypeScript widens it to any string.
  return typeof value === 'string' ? ({ [name]: value } as { [N in Name]: string }) : {}
}

/** The body as it reads best: parsed when a receiver kept it as text. */
export function bodyOf(callback: Callback): unknown {
  if (typeof callback.body !== 'string') return callback.body
  try {
    return JSON.parse(callback.body)
  } catch {
    return callback.body
  }
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
