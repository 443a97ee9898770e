import { Type } from 'typebox'
import { Compile } from 'typebox/compile'
import type { Dispatcher } from 'undici'
import type { WhatsAppSender } from '../../core/integration.ts'
import { type FoundTemplates, type Supplier, TemplatesUnreachable } from '../../core/supplier.ts'
import type { FoundTemplate, Template, TemplateButton } from '../../core/template.ts'
import { get, nameOf } from '../http.ts'
import { graphErrorOf } from './errors.ts'

type Sender = Pick<WhatsAppSender, 'baseUrl' | 'businessAccountId' | 'accessToken'>

const pageSize = 50
/** More than the 6000 templates that Meta allows an account, in a few languages each. */
const mostPages = 1000
const pageMaxBytes = 8 * 1024 * 1024

/** Meta's list of a business account's templates, page by page. */
export function templatesOf(sender: Sender, agent: Dispatcher): NonNullable<Supplier['templates']> {
  const account = `${sender.baseUrl.replace(/\/+$/, '')}/${encodeURIComponent(sender.businessAccountId)}`

  return async (signal) => {
    const found: FoundTemplates = { templates: [], skipped: [] }
    let after: string | undefined
    for (let page = 0; page < mostPages; page++) {
      const url = new URL(`${account}/message_templates`)
      url.searchParams.set('fields', 'name,language,status,category,components')
      url.searchParams.set('limit', String(pageSize))
      if (after !== undefined) url.searchParams.set('after', after)
      const { data, paging } = await pageAt(url, sender.accessToken, agent, signal)
      for (const item of data) note(found, item)
      // `next` carries the token, and a host of its own: the cursor is all that is taken from it.
      const next = paging?.next === undefined ? undefined : paging.cursors?.after
      if (next === undefined) return found
      if (next === after) break
      after = next
    }
    throw new TemplatesUnreachable('Meta’s list of templates does not end.')
  }
}

const Page = Compile(
  Type.Object({
    data: Type.Array(Type.Unknown()),
    paging: Type.Optional(
      Type.Object({
        cursors: Type.Optional(Type.Object({ after: Type.Optional(Type.String()) })),
        next: Type.Optional(Type.String()),
      }),
    ),
  }),
)
const Refused = Compile(Type.Object({ error: Type.Unknown() }))

async function pageAt(url: URL, accessToken: string, agent: Dispatcher, signal: AbortSignal) {
  const { httpStatus, json } = await get(
    { agent, url, bearer: accessToken, mostBytes: pageMaxBytes },
    signal,
  ).catch((error: unknown) => {
    throw new TemplatesUnreachable(`Meta could not be asked for its templates (${nameOf(error)}).`)
  })
  const error = Refused.Check(json) ? graphErrorOf(json.error) : undefined
  if (error) throw new TemplatesUnreachable(`Meta refused its list of templates with code ${error.code}.`)
  if (httpStatus === 200 && Page.Check(json)) return json
  throw new TemplatesUnreachable(`Meta’s list of templates cannot be read (HTTP ${httpStatus}).`)
}

/*
 * What is read of a template. As in webhooks, what it contains is checked by itself: Meta adds kinds without notice, and
 * one that cannot be read must not hide the others.
 */
const Item = Compile(
  Type.Object({
    name: Type.String({ minLength: 1, maxLength: 512 }),
    language: Type.String({ minLength: 1, maxLength: 20 }),
    status: Type.String(),
    category: Type.Optional(Type.Unknown()),
    components: Type.Array(Type.Unknown()),
  }),
)
const Component = Compile(
  Type.Object({
    type: Type.String(),
    format: Type.Optional(Type.Unknown()),
    text: Type.Optional(Type.Unknown()),
    buttons: Type.Optional(Type.Unknown()),
  }),
)
const Buttons = Compile(
  Type.Array(
    Type.Object({
      type: Type.String(),
      text: Type.Optional(Type.String()),
      url: Type.Optional(Type.String()),
      phone_number: Type.Optional(Type.String()),
    }),
  ),
)

/** Statuses that Meta has besides these never let a template be sent. */
const statuses = new Map<string, Template['status']>([
  ['APPROVED', 'approved'],
  ['PENDING', 'pending'],
  ['IN_APPEAL', 'pending'],
  ['REJECTED', 'rejected'],
  ['PAUSED', 'paused'],
])
const categories = new Map<unknown, Template['category']>([
  ['MARKETING', 'marketing'],
  ['AUTHENTICATION', 'authentication'],
])
const mediaHeaders = new Map<unknown, 'image' | 'video' | 'document'>([
  ['IMAGE', 'image'],
  ['VIDEO', 'video'],
  ['DOCUMENT', 'document'],
])

function note({ templates, skipped }: FoundTemplates, item: unknown): void {
  if (!Item.Check(item)) {
    skipped.push({ name: '', language: '', why: 'cannot be read' })
    return
  }
  const { name, language } = item
  const read: Reading = { parts: { buttons: [] } }
  for (const component of item.components) readComponent(read, component)
  const { body, ...parts } = read.parts
  if (read.why === undefined && body === undefined) read.why = 'has no body'
  if (read.why !== undefined || body === undefined) skipped.push({ name, language, why: read.why ?? '' })
  else {
    const status = statuses.get(item.status) ?? 'disabled'
    templates.push({
      name,
      language,
      category: categories.get(item.category) ?? 'utility',
      status,
      body,
      ...parts,
    })
  }
}

interface Reading {
  parts: Pick<FoundTemplate, 'header' | 'footer' | 'buttons'> & { body?: string }
  /** Why no request could fill it. */
  why?: string
}

/** What each component adds. Of those that are missing here some need parameters that a request has no place for. */
const readers: Record<
  string,
  (read: Reading, component: { format?: unknown; text?: unknown; buttons?: unknown }) => void
> = {
  HEADER(read, { format, text }) {
    const type = mediaHeaders.get(format)
    if (type) read.parts.header = { type }
    else if (format === 'TEXT' && typeof text === 'string') read.parts.header = { type: 'text', text }
    else read.why = `has a header of format ${String(format)}`
  },
  BODY(read, { text }) {
    if (typeof text === 'string') read.parts.body = text
  },
  FOOTER(read, { text }) {
    if (typeof text === 'string') read.parts.footer = text
  },
  BUTTONS(read, { buttons }) {
    if (Buttons.Check(buttons)) read.parts.buttons = buttons.map(buttonOf)
    else read.why = 'has buttons that cannot be read'
  },
  CAROUSEL: (read) => {
    read.why = 'is a carousel'
  },
  LIMITED_TIME_OFFER: (read) => {
    read.why = 'is a limited-time offer'
  },
}

function readComponent(read: Reading, component: unknown): void {
  if (!Component.Check(component)) read.why = 'cannot be read'
  else if (Object.hasOwn(readers, component.type)) readers[component.type]?.(read, component)
}

interface MetaButton {
  type: string
  text?: string
  url?: string
  phone_number?: string
}

function buttonOf({ type, text = '', url, phone_number: phone }: MetaButton): TemplateButton {
  if (type === 'QUICK_REPLY') return { type: 'reply', text }
  if (type === 'URL' && url !== undefined) return { type: 'url', text, url }
  if (type === 'PHONE_NUMBER' && phone !== undefined) return { type: 'dial', text, phone }
  return { type: 'other', text: text || type }
}
