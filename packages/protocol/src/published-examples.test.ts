import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import type { TSchema } from 'typebox'
import { Compile } from 'typebox/compile'
import { fixture } from '../test/published.ts'
import { callbacks } from './callbacks/index.ts'
import { legacy, one } from './endpoints/index.ts'

interface Example {
  id: number
  kind: 'request' | 'response' | 'callback'
  generation: 'one' | 'legacy'
  context: string
  body: { event?: object }
}

const examples = fixture<Example[]>('published.json')

const [oneAnswers, legacyAnswers] = [one.sendMessages.answers, legacy.sendMessages.answers]

/** By generation and where it was published; two of the answers were published with a status that no other has. */
const schemas: Record<string, TSchema> = {
  'request legacy POST /wa/messages': legacy.sendMessages.request.schema,
  'request one POST /v1/messages': one.sendMessages.request.schema,
  'response one HTTP 200': oneAnswers[202].schema,
  'response one HTTP 201': one.uploadMedia.answers[201].schema,
  'response one HTTP 202': oneAnswers[202].schema,
  'response one HTTP 207': oneAnswers[207].schema,
  'response one HTTP 400': oneAnswers[400].schema,
  'response legacy HTTP 202': legacyAnswers[202].schema,
  'response legacy HTTP 401': legacyAnswers[401].schema,
  'callback legacy message': callbacks.legacyMo.schema,
  'callback legacy status': callbacks.legacyStatus.schema,
  // Those of the One API by the event they are about.
  moText: callbacks.moText.schema,
  moMedia: callbacks.moMedia.schema,
  moLocation: callbacks.moLocation.schema,
  moContacts: callbacks.moContacts.schema,
  moSuggestedResponse: callbacks.moSuggestedResponse.schema,
  messageStatusUpdate: callbacks.messageStatusUpdate.schema,
}

describe('the published examples', () => {
  for (const { id, kind, generation, context, body } of examples)
    test(`${id} has the form that its schema describes`, () => {
      const [name = `${kind} ${generation} ${context}`] = Object.keys(body.event ?? {})
      const schema = schemas[name] ?? assert.fail('no schema is named for it')
      assert.deepEqual(Compile(closed(schema)).Errors(body), [])
    })
})

/** The schema with every member named that may come, so that one we forgot is an error. */
function closed(schema: unknown): TSchema {
  return JSON.parse(JSON.stringify(schema), (_, value) =>
    value?.type === 'object' && value.properties ? { ...value, additionalProperties: false } : value,
  )
}
