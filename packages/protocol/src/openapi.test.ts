import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { Type } from 'typebox'
import { Compile } from 'typebox/compile'
import { callbacks } from './callbacks/index.ts'
import { endpoint } from './endpoints/endpoint.ts'
import { endpoints } from './endpoints/index.ts'
import { messageTypes } from './messages/index.ts'
import { openapi } from './openapi.ts'
import { legacyError, oneError } from './reasons.ts'

const document = openapi(endpoints, { version: '1.2.3', url: 'https://gateway.example' })

describe('the OpenAPI document', () => {
  test('is plain JSON', () => {
    assert.deepEqual(JSON.parse(JSON.stringify(document)), document)
  })

  test('has every endpoint under each of its paths', () => {
    const expected = endpoints.flatMap(({ path, aliases = [] }) => [path, ...aliases])
    assert.deepEqual(Object.keys(document.paths), [...new Set(expected)])
    const ids = Object.values({ ...document.paths, ...document.webhooks })
      .flatMap((item) => Object.values(item))
      .flatMap(({ operationId }) => operationId ?? [])
    assert.deepEqual(ids, [...new Set(ids)])
  })

  test('has no dangling reference and no component that nothing refers to', () => {
    const references = new Set(JSON.stringify(document).match(/(?<="#\/components\/schemas\/)\w+/g))
    assert.deepEqual([...references].sort(), Object.keys(document.components.schemas).sort())
  })

  test('names the secret of each call of an API, and none elsewhere', () => {
    for (const [path, item] of Object.entries(document.paths)) {
      for (const { security } of Object.values(item)) {
        assert.ok(security)
        const schemes = security.flatMap((requirement) => Object.keys(requirement))
        assert.equal(schemes.length, /^\/(v1|wa|admin)\//.test(path) ? 1 : 0, path)
        assert.ok(schemes.every((scheme) => scheme in document.components.securitySchemes))
      }
    }
    assert.ok(Object.values(document.webhooks).every((item) => item.post?.security === undefined))
  })

  test('says which codes a call may be answered with', () => {
    const answers = document.paths['/v1/message']?.post?.responses
    assert.match(String(answers?.['401']?.description), /Codes: 1, 7\.$/)
    assert.match(String(answers?.['207']?.description), /Codes: 20, 23, /)
    const legacyAnswers = document.paths['/wa/messages']?.post?.responses
    assert.match(String(legacyAnswers?.['503']?.description), /Codes: 901\.$/)
  })

  test('takes an operator’s endpoint with its token and its parameters', () => {
    const admin = endpoint({
      id: 'getPot',
      surface: 'admin',
      method: 'GET',
      path: '/admin/pots/{id}',
      summary: 'A pot',
      parameters: {
        id: { in: 'path', schema: Type.String(), description: 'Which.' },
        cursor: { in: 'query', schema: Type.String(), description: 'From where.' },
      },
      answers: {
        404: { description: 'None.', contentType: 'application/problem+json', schema: Type.Object({}) },
      },
    })
    const operation = openapi([admin], { version: '1' }).paths['/admin/pots/{id}']?.get
    assert.deepEqual(operation?.security, [{ adminToken: [] }])
    assert.deepEqual(
      operation?.parameters?.map(({ name, required }) => [name, required]),
      [
        ['id', true],
        ['cursor', false],
      ],
    )
    assert.deepEqual(operation?.responses['404']?.content, {
      'application/problem+json': { schema: { type: 'object', properties: {} } },
    })
  })

  test('refuses two different schemas of one title, and leaves a member called title alone', () => {
    const withSchema = (id: string, schema: ReturnType<typeof Type.Object>) =>
      endpoint({
        id,
        surface: 'admin',
        method: 'GET',
        path: `/${id}`,
        summary: id,
        answers: { 200: { description: id, schema } },
      })
    const book = withSchema(
      'book',
      Type.Object({ title: Type.String() }, { title: 'Book', examples: [{ title: 'Emma' }] }),
    )
    const other = withSchema('other', Type.Object({ title: Type.Number() }, { title: 'Book' }))
    assert.deepEqual(openapi([book], { version: '1' }).components.schemas.Book, {
      type: 'object',
      required: ['title'],
      properties: { title: { type: 'string' } },
      examples: [{ title: 'Emma' }],
    })
    assert.throws(() => openapi([book, other], { version: '1' }), /Two schemas have the title Book/)
  })
})

for (const {
  id,
  path,
  aliases = [],
  parameters = {},
  request,
  answers,
  reasons = [],
  surface,
} of endpoints) {
  describe(id, () => {
    test('declares the parameters of its paths', () => {
      for (const each of [path, ...aliases]) {
        const inPath = Object.keys(parameters).filter((name) => parameters[name]?.in === 'path')
        assert.deepEqual(each.match(/(?<=\{)\w+(?=\})/g) ?? [], inPath)
      }
    })

    test('has an answer for the HTTP status of every reason', () => {
      const errorOf = surface === 'legacy' ? legacyError : oneError
      assert.deepEqual(
        reasons.filter((name) => !(errorOf(name).httpStatus in answers)),
        [],
      )
    })

    for (const { schema, examples = {} } of [request ?? {}, ...Object.values(answers)]) {
      if (!schema) continue
      for (const [name, { value }] of Object.entries(examples)) {
        test(`has the example “${name}” pass its schema`, () => {
          assert.deepEqual(Compile(schema).Errors(value), [])
        })
      }
    }
  })
}

for (const { id, schema, example } of Object.values(callbacks)) {
  test(`the example of the callback ${id} passes its schema`, () => {
    assert.deepEqual(Compile<typeof schema>(schema).Errors(example), [])
  })
}

for (const { name, body, examples } of Object.values(messageTypes)) {
  test(`the examples of the message type ${name} pass its schema`, () => {
    assert.ok(examples.length > 0)
    for (const example of examples) assert.deepEqual(Compile(body).Errors(example), [])
  })
}
