import { type Static, type TProperties, Type } from 'typebox'
import { Compile } from 'typebox/compile'
import { isPage } from '../templates/fill.ts'
import { type Component, type Template, variablesOf } from '../templates/template.ts'
import type { Templates } from '../templates/templates.ts'
import { checked } from './check.ts'
import { GraphError } from './errors.ts'
import { strict } from './sending.ts'

/** What a list of templates is asked with. */
export interface ListQuery {
  limit?: string
  after?: string
  name?: string
  language?: string
  status?: string
  category?: string
}

const filters = ['name', 'language', 'status', 'category'] as const
const mostListed = 1_000

/** `GET /{business account id}/message_templates`, with the address it was asked at. */
export function listTemplates(
  templates: Templates,
  accountId: string,
  { query, url }: { query: ListQuery; url: URL },
) {
  const limit = Number(query.limit ?? 25)
  if (!Number.isInteger(limit) || limit < 1 || limit > mostListed) {
    throw new GraphError(100, `Param limit must be from 1 to ${mostListed}.`)
  }
  const matching = templates
    .of(accountId)
    .filter((template) =>
      filters.every((member) => query[member] === undefined || template[member] === query[member]),
    )
  const last = query.after === undefined ? -1 : matching.findIndex(({ id }) => cursorOf(id) === query.after)
  if (query.after !== undefined && last < 0)
    throw new GraphError(100, 'Param after is no cursor of this list.')

  const data = matching.slice(last + 1, last + 1 + limit)
  const [first, end] = [data[0], data.at(-1)]
  if (!first || !end) return { data }
  const cursors = { before: cursorOf(first.id), after: cursorOf(end.id) }
  if (end === matching.at(-1)) return { data, paging: { cursors } }
  url.searchParams.set('after', cursors.after)
  return { data, paging: { cursors, next: url.href } }
}

function cursorOf(id: string): string {
  return Buffer.from(id).toString('base64url')
}

/** `DELETE /{business account id}/message_templates?name=`: in all languages, or with `hsm_id` one of them. */
export function deleteTemplates(
  templates: Templates,
  accountId: string,
  { name, hsm_id: id }: { name?: string; hsm_id?: string },
) {
  if (!name) throw new GraphError(100, 'The parameter name is required.')
  const all = templates.of(accountId)
  const left = all.filter((template) => template.name !== name || (id !== undefined && template.id !== id))
  if (left.length === all.length) throw new GraphError(100, `There is no template "${name}" to delete.`)
  templates.replace(accountId, left)
  return { success: true }
}

const example = Type.Optional(Type.Unknown())
const buttonText = Type.String({ minLength: 1, maxLength: 25 })

const Created = Compile(
  strict({
    name: Type.String({ pattern: /^[a-z0-9_]{1,512}$/ }),
    language: Type.String({ pattern: /^[a-z]{2,3}(?:_[A-Z]{2,3})?$/ }),
    category: Type.String({ pattern: /^(?:AUTHENTICATION|MARKETING|UTILITY)$/ }),
    parameter_format: Type.Optional(Type.String({ pattern: /^(?:POSITIONAL|NAMED)$/i })),
    allow_category_change: Type.Optional(Type.Boolean()),
    components: Type.Array(Type.Object({ type: Type.String() }), { minItems: 1, maxItems: 4 }),
  }),
)

/** The parts a template can be made of. A header's and a button's depend on one more word. */
const parts: Record<string, (part: unknown) => object> = {
  'HEADER TEXT': partOf({
    type: Type.String(),
    format: Type.String(),
    text: Type.String({ minLength: 1, maxLength: 60 }),
    example,
  }),
  'HEADER IMAGE': partOf({ type: Type.String(), format: Type.String(), example }),
  'HEADER VIDEO': partOf({ type: Type.String(), format: Type.String(), example }),
  'HEADER DOCUMENT': partOf({ type: Type.String(), format: Type.String(), example }),
  BODY: partOf({ type: Type.String(), text: Type.String({ minLength: 1, maxLength: 1_024 }), example }),
  FOOTER: partOf({ type: Type.String(), text: Type.String({ minLength: 1, maxLength: 60 }) }),
  BUTTONS: partOf({
    type: Type.String(),
    buttons: Type.Array(Type.Object({ type: Type.String() }), { minItems: 1, maxItems: 10 }),
  }),
  QUICK_REPLY: partOf({ type: Type.String(), text: buttonText }),
  URL: partOf({ type: Type.String(), text: buttonText, url: Type.String({ maxLength: 2_000 }), example }),
  PHONE_NUMBER: partOf({
    type: Type.String(),
    text: buttonText,
    phone_number: Type.String({ pattern: /^\+?[1-9]\d{2,19}$/ }),
  }),
}

function partOf<Members extends TProperties>(members: Members) {
  const Part = Compile(strict(members))
  return (part: unknown): Static<ReturnType<typeof strict<Members>>> => checked(Part, part)
}

/** `POST /{business account id}/message_templates`. Approved at once. */
export function createTemplate(
  templates: Templates,
  accountId: string,
  { body, id }: { body: unknown; id: string },
) {
  const { name, language, category, parameter_format: format, components } = checked(Created, body)
  const template: Template = {
    id,
    name,
    language,
    status: 'APPROVED',
    category,
    parameter_format: format?.toUpperCase() === 'NAMED' ? 'NAMED' : 'POSITIONAL',
    components: components.map(componentIn),
  }
  consistent(template)

  const all = templates.of(accountId)
  if (all.some((one) => one.name === name && one.language === language)) {
    throw new GraphError(100, `There is a template "${name}" in the language "${language}" already.`)
  }
  templates.replace(accountId, [...all, template])
  return { id, status: template.status, category }
}

function componentIn(given: { type: string; format?: unknown; buttons?: unknown }): Component {
  const type = given.type.toUpperCase()
  const format = type === 'HEADER' ? { format: String(given.format).toUpperCase() } : {}
  const part = partIn([type, format.format].filter(Boolean).join(' '), { ...given, type, ...format })
  if (type !== 'BUTTONS') return part as Component // as the schema of its name in `parts` has it
  const { buttons } = part as { buttons: { type: string }[] } // likewise
  return { type: 'BUTTONS', buttons: buttons.map((button) => buttonIn(button)) }
}

function buttonIn(given: { type: string }) {
  const type = given.type.toUpperCase()
  // As the schema of its name in `parts` has it.
  return partIn(type, { ...given, type }) as Extract<Component, { type: 'BUTTONS' }>['buttons'][number]
}

function partIn(name: string, given: object): object {
  const part = Object.hasOwn(parts, name) ? parts[name] : undefined
  if (!part) throw new GraphError(100, `Templates here have no part ${name}.`)
  return part(given)
}

/** What no schema says: how the parts go together. */
function consistent({ components, parameter_format: format }: Template): void {
  const types = components.map(({ type }) => type)
  if (!types.includes('BODY') || new Set(types).size < types.length) {
    throw new GraphError(100, 'A template has a body, and at most one header, footer and list of buttons.')
  }
  for (const component of components) {
    if (component.type === 'BUTTONS') consistentButtons(component.buttons)
    if (!('text' in component)) continue
    const variables = variablesOf(component.text)
    const most = { HEADER: 1, BODY: 100, FOOTER: 0 }[component.type]
    if (variables.length > most)
      throw new GraphError(100, `A ${component.type} has ${most} parameters at most.`)
    if (
      format === 'POSITIONAL' &&
      variables.some((name) => !(Number(name) >= 1 && Number(name) <= variables.length))
    ) {
      throw new GraphError(
        100,
        `The parameters of a ${component.type} are numbered from {{1}}, without gaps.`,
      )
    }
  }
}

function consistentButtons(buttons: Extract<Component, { type: 'BUTTONS' }>['buttons']): void {
  const count = (type: string) => buttons.filter((button) => button.type === type).length
  if (count('URL') > 2 || count('PHONE_NUMBER') > 1) {
    throw new GraphError(100, 'A template has two buttons of type URL and one of PHONE_NUMBER at most.')
  }
  for (const button of buttons) {
    if (button.type !== 'URL') continue
    const base = button.url.replace(/\{\{\s*1\s*\}\}$/, '')
    if (variablesOf(base).length > 0 || !isPage(base)) {
      throw new GraphError(
        100,
        'The URL of a button is one of the web, with {{1}} at its end or no parameter.',
      )
    }
  }
}
