import type { Static, TSchema } from 'typebox'

/** One kind of content: its schema is the source of its type, its validation and its documentation. */
export interface MessageType<Name extends string = string, Body extends TSchema = TSchema> {
  name: Name
  title: string
  body: Body
  examples: Static<Body>[]
}

export function messageType<const Name extends string, Body extends TSchema>(
  type: MessageType<Name, Body>,
): MessageType<Name, Body> {
  return type
}
