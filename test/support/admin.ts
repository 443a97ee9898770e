import assert from 'node:assert/strict'
import { after, before } from 'node:test'
import { type AnswerOf, type Endpoint, Problem } from '@waypost/protocol'
import { flawsIn } from '../../packages/gateway/src/api/admin/flaws.ts'
import { type Installation, install } from './installation.ts'

type Asked = Record<string, string | number | null | undefined>
type Success<E extends Endpoint> = AnswerOf<E, Extract<keyof E['answers'], 200 | 201 | 204>>

/** One installation for a whole file of tests, and its operator. Each answer is held to its contract. */
export function operated() {
  const opened: (() => Promise<unknown>)[] = []
  let installation: Installation
  before(async () => {
    installation = await install({ after: (undo) => void opened.push(undo) })
  })
  after(async () => {
    for (const undo of opened) await undo()
  })

  /** The body of a success. */
  async function call<E extends Endpoint>(
    contract: E,
    asked: Asked = {},
    body?: unknown,
  ): Promise<Success<E>> {
    const { httpStatus, json } = await held(contract, asked, body)
    assert.ok(httpStatus < 300, JSON.stringify(json))
    return json as Success<E> // held to the schema that the type is made from
  }

  async function refused(contract: Endpoint, asked: Asked = {}, body?: unknown): Promise<Problem> {
    const { httpStatus, json } = await held(contract, asked, body)
    assert.ok(httpStatus >= 400, JSON.stringify(json))
    assert.deepEqual(flawsIn(Problem, json), [])
    return json as Problem // it has just been checked
  }

  async function held(contract: Endpoint, asked: Asked, body: unknown) {
    const path = contract.path.replaceAll(/\{(\w+)\}/g, (_, name) => encodeURIComponent(asked[name] ?? ''))
    const query = new URLSearchParams()
    for (const [name, parameter] of Object.entries(contract.parameters ?? {}))
      if (parameter.in === 'query' && asked[name] !== undefined) query.set(name, String(asked[name]))
    const { httpStatus, json, text } = await installation.admin(contract.method, `${path}?${query}`, body)
    const answer = contract.answers[httpStatus]
    assert.ok(answer, `${contract.id} is not said to answer ${httpStatus}: ${text}`)
    if (answer.schema) assert.deepEqual(flawsIn(answer.schema, json), [], contract.id)
    else assert.equal(text, '')
    return { httpStatus, json }
  }

  return {
    call,
    refused,
    get gateway() {
      return installation
    },
  }
}
