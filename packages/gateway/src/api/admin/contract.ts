import { isUtf8 } from 'node:buffer'
import type { AnswerOf, admin, Endpoint, RequestOf } from '@waypost/protocol'
import type { Static, TSchema } from 'typebox'
import { type Flaw, flawsIn } from './flaws.ts'
import { flawed, Problem } from './problem.ts'

/** What implements a contract: it is given what was asked, and answers the body of the one success the contract has. */
export type Handler<E extends Endpoint> = (call: Call<E>) => Promise<AnswerOf<E, SuccessOf<E>>>

export type Handlers = { [Name in keyof typeof admin]: Handler<(typeof admin)[Name]> }

export interface Call<E extends Endpoint> {
  params: { [Name in ParameterOf<E, 'path'>]: string }
  query: { [Name in ParameterOf<E, 'query'>]?: ValueOf<E, Name> } & {
    [Name in RequiredOf<E>]: ValueOf<E, Name>
  }
  /** JSON, or undefined where nothing was sent. */
  body: unknown
}

type SuccessOf<E extends Endpoint> = Extract<keyof E['answers'], 200 | 201 | 204>

type ParameterOf<E extends Endpoint, Where extends 'path' | 'query'> = {
  [Name in keyof E['parameters']]: E['parameters'][Name] extends { in: Where } ? Name : never
}[keyof E['parameters']]

type RequiredOf<E extends Endpoint> = {
  [Name in ParameterOf<E, 'query'>]: E['parameters'][Name] extends { required: true } ? Name : never
}[ParameterOf<E, 'query'>]

type ValueOf<E extends Endpoint, Name extends keyof E['parameters']> = E['parameters'][Name] extends {
  schema: infer S extends TSchema
}
  ? Static<S>
  : never

/** The body, of the contract's type; or the refusal that names every wrong member. */
export function bodyOf<E extends Endpoint>({ request }: E, body: unknown): RequestOf<E> {
  const flaws = request ? flawsIn(request.schema, body) : []
  if (flaws.length > 0) throw flawed(flaws)
  return body as RequestOf<E> // it passed the schema that the type is made from
}

/** The query, of the contract's types. An empty parameter is an absent one. */
export function queryOf<E extends Endpoint>(contract: E, sent: Record<string, unknown>): Call<E>['query'] {
  const wanted = Object.entries(contract.parameters ?? {}).filter(([, parameter]) => parameter.in === 'query')
  const flaws: Flaw[] = []
  const query: Record<string, unknown> = {}
  for (const [path, text] of Object.entries(sent)) {
    if (!wanted.some(([name]) => name === path)) flaws.push({ path, message: 'is not a parameter' })
    else if (Array.isArray(text)) flaws.push({ path, message: 'is there twice' })
  }
  for (const [name, { schema, required }] of wanted) {
    const text = sent[name]
    if (typeof text === 'string' && text !== '') {
      query[name] = 'type' in schema && schema.type === 'integer' && /^\d+$/.test(text) ? Number(text) : text
      flaws.push(...flawsIn(schema, query[name], name))
    } else if (required) flaws.push({ path: name, message: 'is missing' })
  }
  if (flaws.length > 0) throw flawed(flaws)
  return query as Call<E>['query'] // each passed the schema that its type is made from
}

const types = new Set(['application/json', 'application/merge-patch+json'])

/** The bytes of a body as JSON; undefined where there are none. */
export function jsonOf(bytes: unknown, contentType: string | undefined): unknown {
  if (!(bytes instanceof Uint8Array) || bytes.length === 0) return undefined
  const [type = ''] = (contentType ?? '').toLowerCase().split(';')
  if (!types.has(type.trim())) throw new Problem(415, 'The body must be application/json.')
  if (isUtf8(bytes))
    try {
      const json: unknown = JSON.parse(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString())
      return json
    } catch {
      // The parser's message would quote the body, and with it a secret.
    }
  throw new Problem(400, 'The body is not JSON.')
}
