import { type Static, Type } from 'typebox'
import { endpoint } from '../endpoint.ts'
import { badRequest, refusals } from './problem.ts'
import { nullable, patchOf } from './shapes.ts'

const or = Type.Optional
const count = (description: string) => Type.Integer({ minimum: 0, description })

/** The account's settings as they are kept: nothing but what was said, so without null. */
export const AccountSettings = Type.Object(
  {
    active: or(Type.Boolean({ default: true })),
    allowedIps: or(Type.Array(Type.String(), { description: 'Addresses and CIDR ranges; none allows all.' })),
    perDay: or(count('Messages of all integrations in a day (UTC).')),
    perMonth: or(count('Messages of all integrations in a month (UTC).')),
    testNumbersMax: or(count('Recipients that an integration in sandbox mode may list.')),
  },
  { additionalProperties: false },
)
export type AccountSettings = Static<typeof AccountSettings>

export const AccountPatch = patchOf(AccountSettings, 'AccountPatch')

const AccountView = Type.Object(
  {
    active: Type.Boolean(),
    allowedIps: Type.Array(Type.String()),
    perDay: nullable(Type.Integer()),
    perMonth: nullable(Type.Integer()),
    testNumbersMax: nullable(Type.Integer()),
  },
  { title: 'Account' },
)

export const getAccount = endpoint({
  id: 'getAccount',
  surface: 'admin',
  method: 'GET',
  path: '/admin/account',
  summary: 'What holds for all integrations',
  answers: { 200: { description: 'The account.', schema: AccountView }, ...refusals },
})

export const patchAccount = endpoint({
  id: 'patchAccount',
  surface: 'admin',
  method: 'PATCH',
  path: '/admin/account',
  summary: 'Change what holds for all integrations',
  description: 'A merge patch (RFC 7386): what is absent stays as it is, null goes back to the default.',
  request: { schema: AccountPatch, examples: { quota: { value: { perDay: 100_000, perMonth: null } } } },
  answers: { 200: { description: 'As it is now.', schema: AccountView }, ...badRequest, ...refusals },
})
