import { type TProperties, Type } from 'typebox'
import type { Generation } from '../generations.ts'
import { forms } from '../messages/index.ts'
import type { Examples } from './endpoint.ts'

/**
 * An entry of `messages`: what every one may have, and the members of one of its generation's forms. Members that no form
 * lists are allowed and ignored; inside the objects of a form they are not.
 */
export function messageEntries(generation: Generation, title: string, common: TProperties) {
  const own = forms.filter((form) => form.generation === generation)
  return Type.Union(
    own.map(({ name, summary, members }) =>
      Type.Object(
        { ...common, ...members },
        { title: `${title}${name[0]?.toUpperCase()}${name.slice(1)}`, description: summary },
      ),
    ),
    { title },
  )
}

/** A request for each form. */
export function messageExamples(generation: Generation, common: Record<string, unknown>): Examples {
  const own = forms.filter((form) => form.generation === generation)
  return Object.fromEntries(
    own.map(({ name, summary, example }) => [
      name,
      { summary, value: { messages: [{ ...common, ...example }] } },
    ]),
  )
}
