import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import type { TSchema } from 'typebox'
import { Compile } from 'typebox/compile'
import { fixture } from '../test/published.ts'
import { callbacks } from './callbacks/index.ts'
import { legacy, one } from './endpoints/index.ts'

interface Example {
  id: number
  body: unknown
}

const examples = fixture<Example[]>('published.json')

const [oneAnswers, legacyAnswers] = [one.sendMessages.answers, legacy.sendMessages.answers]

const schemas: Record<number, TSchema> = {
  1: legacy.sendMessages.request.schema,
  2: one.sendMessages.request.schema,
  4: oneAnswers[202].schema,
  6: legacy.sendMessages.request.schema,
  7: one.sendMessages.request.schema,
  9: oneAnswers[202].schema,
  77: legacyAnswers[202].schema,
  78: legacyAnswers[202].schema,
  79: oneAnswers[202].schema,
  80: oneAnswers[207].schema,
  81: callbacks.legacyMo.schema,
  82: callbacks.moText.schema,
  84: callbacks.moMedia.schema,
  86: callbacks.legacyMo.schema,
  87: callbacks.moLocation.schema,
  89: callbacks.legacyMo.schema,
  90: callbacks.moContacts.schema,
  92: callbacks.moSuggestedResponse.schema,
  94: callbacks.legacyStatus.schema,
  95: callbacks.messageStatusUpdate.schema,
  96: legacyAnswers[401].schema,
  97: oneAnswers[400].schema,
  98: legacyAnswers[202].schema,
  99: oneAnswers[400].schema,
}

describe('the published examples', () => {
  for (const { id, body } of examples)
    test(`${id} has the form that its schema describes`, () => {
      const schema = schemas[id] ?? assert.fail('no schema is named for it')
      assert.deepEqual(Compile(closed(schema)).Errors(body), [])
    })

  test('are all there', () => {
    assert.deepEqual(
      examples.map(({ id }) => String(id)),
      Object.keys(schemas),
    )
  })
})

/** The schema with every member named that may come, so that one we forgot is an error. */
function closed(schema: unknown): TSchema {
  return JSON.parse(JSON.stringify(schema), (_, value) =>
    value?.type === 'object' && value.properties ? { ...value, additionalProperties: false } : value,
  )
}
