import { type Static, Type } from 'typebox'
import type { Answer } from '../endpoint.ts'

/** What every refusal of the admin API looks like: RFC 9457. */
export const Problem = Type.Object(
  {
    type: Type.Literal('about:blank'),
    title: Type.String({ description: 'What the HTTP status means.' }),
    status: Type.Integer(),
    detail: Type.String({ description: 'What went wrong here.' }),
    errors: Type.Optional(
      Type.Array(
        Type.Object({
          path: Type.String({ description: 'The member, `whatsapp.from`, or the query parameter.' }),
          message: Type.String(),
        }),
        { description: 'Every member that is wrong.' },
      ),
    ),
  },
  { title: 'Problem' },
)
export type Problem = Static<typeof Problem>

export const problem = (description: string) =>
  ({ description, contentType: 'application/problem+json', schema: Problem }) satisfies Answer

/** What any call may be refused with. */
export const refusals = {
  401: problem('The token is missing or not this installation’s.'),
  503: problem('The ledger is out of reach; nothing was changed.'),
}

export const badRequest = { 400: problem('Members or parameters are wrong; `errors` names each.') }
export const notFound = { 404: problem('There is nothing of that name.') }
export const conflict = { 409: problem('The sender’s number belongs to another integration.') }
