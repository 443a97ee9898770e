import type { Static, TSchema } from 'typebox'
import type { Generation } from '../generations.ts'

/** A kind of event that we POST to the business, as one generation shapes it. */
export interface Callback<Schema extends TSchema = TSchema> {
  /** Unique: its name among the `webhooks` of the OpenAPI document. */
  id: string
  generation: Generation
  /** Which of the two callback URLs gets it. */
  url: 'messageUrl' | 'statusUrl'
  summary: string
  schema: Schema
  example: Static<Schema>
}

export function callback<Schema extends TSchema>(contract: Callback<Schema>): Callback<Schema> {
  return contract
}
