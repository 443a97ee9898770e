import type { Callback } from './callbacks/callback.ts'
import { callbacks } from './callbacks/index.ts'
import type { Answer, Endpoint, Request } from './endpoints/endpoint.ts'
import { legacyError, oneError } from './reasons.ts'
import { type Components, type Json, schemaComponents } from './schema-components.ts'

interface Info {
  version: string
  /** Where this installation is reached. */
  url?: string
}

export interface OpenApi {
  openapi: '3.1.1'
  info: { title: string; version: string; description: string; license: { name: string; identifier: string } }
  servers?: { url: string }[]
  tags: { name: string; description: string }[]
  paths: Record<string, Record<string, Operation>>
  webhooks: Record<string, Record<string, Operation>>
  components: { schemas: Record<string, Json>; securitySchemes: Record<string, Json> }
}

interface Operation {
  operationId?: string
  tags: string[]
  summary: string
  description?: string
  security?: Record<string, string[]>[]
  parameters?: Json[]
  requestBody?: Json
  responses: Record<string, Json>
}

/** Everything about the API in one document, for people and for tools. */
export function openapi(endpoints: readonly Endpoint[], { version, url }: Info): OpenApi {
  const components = schemaComponents()
  const webhooks = Object.values(callbacks).map((callback) => [
    callback.id,
    { post: webhook(callback, components) },
  ])
  return {
    openapi: '3.1.1',
    info: {
      title: 'Waypost',
      version,
      description: 'Messages out over HTTP, answers and reports back by callback, in two API generations.',
      license: { name: 'MIT', identifier: 'MIT' },
    },
    ...(url && { servers: [{ url }] }),
    tags: Object.values(surfaces).map(({ tag, description }) => ({ name: tag, description })),
    paths: pathsOf(endpoints, components),
    webhooks: Object.fromEntries(webhooks),
    components: { schemas: components.schemas, securitySchemes },
  }
}

const securitySchemes = {
  apiKey: {
    type: 'apiKey',
    in: 'header',
    name: 'Authorization',
    description: 'An API key of the integration, without a scheme.',
  },
  adminToken: { type: 'http', scheme: 'bearer', description: 'The operator’s token.' },
}

const surfaces = {
  one: { tag: 'One API', security: 'apiKey', description: 'The current generation: `/v1`.' },
  legacy: { tag: 'Legacy API', security: 'apiKey', description: 'The first generation: `/wa`.' },
  admin: { tag: 'Admin API', security: 'adminToken', description: 'For operators: `/admin`.' },
  suppliers: {
    tag: 'Webhooks',
    security: undefined,
    description: 'Where suppliers post; what they post is signed: `/suppliers`.',
  },
  operations: {
    tag: 'Operations',
    security: undefined,
    description: 'For whoever watches over the gateway, and for readers of this.',
  },
} as const satisfies Record<
  Endpoint['surface'],
  { tag: string; security: keyof typeof securitySchemes | undefined; description: string }
>

function pathsOf(endpoints: readonly Endpoint[], components: Components): OpenApi['paths'] {
  const paths: OpenApi['paths'] = {}
  for (const endpoint of endpoints) {
    const method = endpoint.method.toLowerCase()
    const operation = operationOf(endpoint, components)
    paths[endpoint.path] = { ...paths[endpoint.path], [method]: operation }
    for (const alias of endpoint.aliases ?? []) {
      const { operationId, ...rest } = operation
      paths[alias] = {
        ...paths[alias],
        [method]: { ...rest, description: `Another path of \`${endpoint.path}\`.` },
      }
    }
  }
  return paths
}

function operationOf(endpoint: Endpoint, components: Components): Operation {
  const { tag, security } = surfaces[endpoint.surface]
  const parameters = Object.entries(endpoint.parameters ?? {}).map(
    ([name, { schema, required, ...rest }]) => ({
      name,
      ...rest,
      required: required ?? rest.in === 'path',
      schema: components.refer(schema),
    }),
  )
  const responses = Object.entries(endpoint.answers).map(([httpStatus, answer]) => {
    const codes = codesOf(endpoint, Number(httpStatus))
    const description = answer.description + (codes.length > 0 ? ` Codes: ${codes.join(', ')}.` : '')
    return [httpStatus, { description, ...bodyOf(answer, components) }]
  })
  return {
    operationId: endpoint.id,
    tags: [tag],
    summary: endpoint.summary,
    ...(endpoint.description && { description: endpoint.description }),
    security: security ? [{ [security]: [] }] : [],
    ...(parameters.length > 0 && { parameters }),
    ...(endpoint.request && { requestBody: { required: true, ...bodyOf(endpoint.request, components) } }),
    responses: Object.fromEntries(responses),
  }
}

function webhook(
  { id, generation, url, summary, schema, example }: Callback,
  components: Components,
): Operation {
  const examples = { [id]: { value: example } }
  return {
    operationId: id,
    tags: [surfaces[generation].tag],
    summary,
    description: `POSTed to the integration’s \`callbacks.${url}\`, with HTTP Basic where it is configured.`,
    parameters: Object.entries(webhookHeaders).map(([name, description]) => ({
      name,
      in: 'header',
      description,
      required: true,
      schema: { type: 'string' },
    })),
    requestBody: { required: true, ...bodyOf({ schema, examples }, components) },
    responses: {
      '2XX': { description: 'Taken.' },
      '3XX': { description: 'Not followed, and not sent again.' },
      default: { description: 'The event is sent again later.' },
    },
  }
}

const webhookHeaders = {
  'webhook-id': 'The event’s id, the same on every attempt: what to deduplicate by.',
  'webhook-timestamp': 'When this attempt was made, in seconds since 1970.',
  'webhook-signature': 'HMAC-SHA256 as in Standard Webhooks, under the integration’s signing secret.',
  'waypost-sequence': 'The event’s place among all that this URL is sent, from 1 and without gaps.',
}

function bodyOf(
  { schema, contentType = 'application/json', examples }: Request | Answer,
  components: Components,
): Json {
  if (!schema) return {}
  return { content: { [contentType]: { schema: components.refer(schema), ...(examples && { examples }) } } }
}

/** The error codes that an endpoint may answer under an HTTP status, as its generation numbers them. */
function codesOf({ surface, reasons = [] }: Endpoint, httpStatus: number): number[] {
  const errors = reasons.map((name) => {
    if (surface === 'legacy') {
      const { errorCode: code, ...error } = legacyError(name)
      return { ...error, code }
    }
    return oneError(name)
  })
  // 207 overrides what the rejected messages would be answered with alone.
  const codes = errors
    .filter((error) => error.httpStatus === httpStatus || (httpStatus === 207 && error.level === 'message'))
    .map(({ code }) => code)
  return [...new Set(codes)].sort((a, b) => a - b)
}
