import type { Static, TSchema } from 'typebox'
import type { Flaw } from './form.ts'

/** One kind of content: its schema is the source of its type, its validation and its documentation. */
export interface MessageType<Name extends string = string, Body extends TSchema = TSchema> {
  name: Name
  title: string
  body: Body
  examples: Static<Body>[]
  /**
   * What no schema can say of a body whose texts are clear: what is wrong with it, or the body without what is empty. Each
   * generation's form asks it of what came clear, and whoever opens a sealed message asks it then.
   */
  check(body: Static<Body>): Static<Body> | Flaw
}

export function messageType<const Name extends string, Body extends TSchema>(
  type: MessageType<Name, Body>,
): MessageType<Name, Body> {
  return type
}
