import type { TSchema } from 'typebox'

export type Json = Record<string, unknown>

export interface Components {
  schemas: Record<string, Json>
  refer(schema: TSchema): Json
}

/** Every schema that has a title becomes a component of that name, and a reference wherever it is used. */
export function schemaComponents(): Components {
  const schemas: Record<string, Json> = {}
  const sources = new Map<string, string>()

  function refer(schema: object): Json {
    // A schema is a plain object of keywords.
    const { title, ...rest } = schema as Json
    if (typeof title !== 'string') return inner(rest)
    const source = JSON.stringify(rest)
    if ((sources.get(title) ?? source) !== source) throw new Error(`Two schemas have the title ${title}.`)
    if (!sources.has(title)) {
      sources.set(title, source)
      schemas[title] = inner(rest)
    }
    return { $ref: `#/components/schemas/${title}` }
  }

  function inner(schema: Json): Json {
    const entries = Object.entries(schema).map(([keyword, value]) => [keyword, within(keyword, value)])
    return Object.fromEntries(entries)
  }

  function within(keyword: string, value: unknown): unknown {
    if (typeof value !== 'object' || value === null) return value
    if (keyword === 'properties' || keyword === 'patternProperties') {
      return Object.fromEntries(Object.entries(value).map(([name, schema]) => [name, refer(schema)]))
    }
    // What `const`, `enum`, `examples` and the like hold are values, however much they may look like schemas.
    if (!schemaHolders.has(keyword)) return value
    return Array.isArray(value) ? value.map(refer) : refer(value)
  }

  return { schemas, refer }
}

const schemaHolders = new Set(['allOf', 'anyOf', 'oneOf', 'not', 'items', 'additionalProperties'])
