import type { TSchema } from 'typebox'
import { Check, Errors } from 'typebox/value'

/** A member that is wrong: where it is, `whatsapp.from` or `allowedIps[0]`, and the rest of the sentence. */
export interface Flaw {
  path: string
  message: string
}

/** Every member that its schema does not take, each named once. */
export function flawsIn(schema: TSchema, value: unknown, path = ''): Flaw[] {
  const wanted = withoutNull(schema)
  if (value === null && wanted !== schema) return []
  if (isObjectSchema(wanted) && isObject(value)) return flawsInMembers(wanted, value, path)
  if (isArraySchema(wanted) && Array.isArray(value)) {
    const inItems = value.flatMap((item, i) => flawsIn(wanted.items, item, `${path}[${i}]`))
    if (inItems.length > 0) return inItems
  }
  return Check(wanted, value) ? [] : [{ path, message: expectation(wanted, value) }]
}

/** The flaws of a part, as those of the whole. */
export const within = (place: string, flaws: Flaw[]): Flaw[] =>
  flaws.map(({ path, message }) => ({
    path: path && !path.startsWith('[') ? `${place}.${path}` : `${place}${path}`,
    message,
  }))

interface ObjectSchema extends TSchema {
  properties: Record<string, TSchema>
  required?: string[]
  additionalProperties?: unknown
}

function flawsInMembers(schema: ObjectSchema, value: object, path: string): Flaw[] {
  const { properties, required = [], additionalProperties } = schema
  const own = new Map(Object.entries(value))
  const to = (name: string) => (path ? `${path}.${name}` : name)
  const flaws = required
    .filter((name) => !own.has(name))
    .map((name) => ({ path: to(name), message: 'is missing' }))
  for (const [name, member] of own) {
    const known = Object.hasOwn(properties, name) ? properties[name] : undefined
    if (known) flaws.push(...flawsIn(known, member, to(name)))
    else if (additionalProperties === false) flaws.push({ path: to(name), message: 'is not known' })
  }
  return flaws
}

function expectation(schema: TSchema, value: unknown): string {
  const [error] = Errors(schema, value)
  if (error?.keyword === 'enum') return `must be one of ${error.params.allowedValues.join(', ')}`
  return error?.message ?? 'is not allowed'
}

/** The schema of what a member is when it is not null. */
function withoutNull(schema: TSchema): TSchema {
  if (!('anyOf' in schema) || !Array.isArray(schema.anyOf)) return schema
  const [first, second, ...more] = schema.anyOf
  return second?.type === 'null' && more.length === 0 ? first : schema
}

const isObjectSchema = (schema: TSchema): schema is ObjectSchema => 'properties' in schema
const isArraySchema = (schema: TSchema): schema is TSchema & { items: TSchema } => 'items' in schema

export const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
