import assert from 'node:assert/strict'
import { existsSync, readFileSync } from 'node:fs'
import { before, describe, test } from 'node:test'
import { Compile, type Validator } from 'typebox/schema'
import { parse } from 'yaml'
import { contents } from './contents.fake.ts'
import { requestFor } from './sending.fake.ts'

/**
 * What Graph is sent, held to the specification that Meta published (OpenAPI, v23.0): to its schemas as corrected below,
 * and to its examples. The file is not part of the project.
 */
const file = new URL('../../../../../../shared/spec/meta-openapi-v23.yaml', import.meta.url)
const skip = existsSync(file) ? false : 'the specification that Meta published is not beside the project'

const messages = '/{Version}/{Phone-Number-ID}/messages'

type Json = Record<string, unknown>

// As far as it is looked at here; it is no input but what the tests are about.
interface Schema {
  $ref?: string
  type?: string | string[]
  enum?: unknown[]
  required?: string[]
  properties: Record<string, Schema>
  items?: Schema
  allOf: Schema[]
  oneOf?: Schema[]
  discriminator?: { mapping?: Record<string, string> }
  additionalProperties?: boolean
  unevaluatedProperties?: boolean
  [keyword: string]: unknown
}

interface Specification {
  paths: Record<
    typeof messages,
    {
      post: {
        requestBody: { content: { 'application/json': { examples: Record<string, { value: Json }> } } }
      }
    }
  >
  components: { schemas: Record<string, Schema> }
}

describe('what Graph is sent', { skip }, () => {
  let schema: Validator
  let examples: Record<string, { value: Json }>
  before(() => {
    const { components, paths }: Specification = parse(readFileSync(file, 'utf8'))
    schema = Compile(messageSchema(components))
    examples = paths[messages].post.requestBody.content['application/json'].examples
  })

  for (const sending of contents) {
    test(`as ${sending.what} is as the schema says`, async (t) => {
      const [, errors] = schema.Errors(await requestFor(t, sending))
      assert.deepEqual(errors, [])
    })

    const { example } = sending
    if (example)
      test(`as ${sending.what} has no members and types but those of the example “${example}”`, async (t) => {
        const published = examples[example]?.value ?? assert.fail('there is no such example')
        const { biz_opaque_callback_data, ...request } = (await requestFor(t, sending)) as Json
        assert.equal(typeof biz_opaque_callback_data, 'string')
        // One example leaves out what nearly all others have.
        assert.deepEqual(strangers(request, { type: '', recipient_type: '', ...published }), [])
      })
  }

  test('would be refused where it were wrong', () => {
    const good = { messaging_product: 'whatsapp', to: '27999000001', type: 'text', text: { body: 'Hello' } }
    const wrong = [
      { ...good, text: { body: 7 } },
      { ...good, text: { body: 'Hello', colour: 'red' } },
      { ...good, colour: 'red' },
      { ...good, type: 'image' },
      { ...good, type: 'location', text: undefined, location: { latitude: true } },
    ]
    assert.equal(schema.Check(good), true)
    assert.deepEqual(
      wrong.filter((each) => schema.Check(JSON.parse(JSON.stringify(each)))),
      [],
    )
  })
})

/** The schema of a request to send a message, mended where Meta's own examples do not have its form. */
function messageSchema({ schemas }: Specification['components']) {
  const named = (name: string) => schemas[name] ?? assert.fail(`there is no schema ${name}`)
  const types = Object.values(named('Message').discriminator?.mapping ?? {})
  assert.equal(types.length, 11)
  for (const type of types.map(nameIn)) {
    // The members of the type were all that a message may have: so neither `to` nor `type`.
    delete named(type).allOf[1]?.additionalProperties
    named(type).unevaluatedProperties = false
  }
  const base = named('BaseMessageProperties')
  base.required = ['messaging_product', 'to', 'type']
  base.properties.biz_opaque_callback_data = string({ maxLength: 512 })
  named('LanguageObject').required = ['code']
  for (const component of [named('TemplateComponent'), named('ButtonComponent').allOf[1]])
    Object.assign(component?.properties ?? {}, {
      // The pattern has numbers of footnotes in it.
      index: {
        anyOf: [
          { type: 'string', pattern: '^[0-9]$' },
          { type: 'integer', minimum: 0, maximum: 9 },
        ],
      },
      sub_type: { type: 'string', pattern: '^(quick_reply|url|catalog|flow|copy_code|[A-Z_]+)$' },
    })
  const location = named('LocationMessage').allOf[1]?.properties.location?.properties
  Object.assign(location ?? {}, {
    latitude: { type: ['string', 'number'] },
    longitude: { type: ['string', 'number'] },
  })
  for (const schema of Object.values(schemas)) tellApart(schema, schemas)
  return { components: { schemas }, $ref: '#/components/schemas/Message' }
}

const string = (more: object): Schema => ({ type: 'string', properties: {}, allOf: [], ...more })

const nameIn = (reference: string) => reference.split('/').at(-1) ?? ''

/** JSON Schema does not know discriminators: in their place comes the choice they stand for, where lists have them. */
function tellApart(schema: unknown, schemas: Record<string, Schema>): void {
  if (typeof schema !== 'object' || schema === null) return
  const { items } = schema as { items?: Schema }
  const mapping = items?.$ref && schemas[nameIn(items.$ref)]?.discriminator?.mapping
  if (mapping) Object.assign(schema, { items: { oneOf: Object.values(mapping).map(($ref) => ({ $ref })) } })
  for (const inner of Object.values(schema)) tellApart(inner, schemas)
}

/** The schemas say text, the examples have numbers, and Graph takes both. */
const degrees = new Set(['.location.latitude', '.location.longitude'])

/** The paths of what the example has not, or has in another type. What is in a list is like one thing in its list. */
function strangers(ours: unknown, example: unknown, path = ''): string[] {
  if (Array.isArray(ours)) {
    if (!Array.isArray(example)) return [path]
    return ours.flatMap((entry, i) => {
      const found = example.map((other) => strangers(entry, other, `${path}[${i}]`))
      return found.sort((a, b) => a.length - b.length)[0] ?? [`${path}[${i}]`]
    })
  }
  if (typeof ours !== 'object' || ours === null)
    return typeof ours === typeof example || (degrees.has(path) && typeof example === 'number') ? [] : [path]
  if (typeof example !== 'object' || example === null || Array.isArray(example)) return [path]
  return Object.entries(ours).flatMap(([name, value]) =>
    strangers(value, (example as Json)[name], `${path}.${name}`),
  )
}
