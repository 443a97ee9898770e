import { type Static, type TSchema, Type } from 'typebox'
import { endpoint } from '../endpoint.ts'
import { badRequest, notFound, problem, refusals } from './problem.ts'
import { inPath, inQuery, integrationId, listOf, paging, sent } from './shapes.ts'

/** What a template is where its settings do not say. */
export const templateDefaults = { category: 'utility', status: 'approved' } as const

const or = Type.Optional
const headerTypes = ['text', 'image', 'video', 'document'] as const
const categories = ['utility', 'marketing', 'authentication'] as const
const states = ['approved', 'pending', 'rejected', 'paused', 'disabled'] as const

const languagePattern = '^[a-z]{2,3}(_[A-Za-z0-9]{2,8})?$'
const Language = Type.String({ pattern: languagePattern, description: '`en`, `en_US`.' })
const placeholders =
  'Parameters stand in it as `{{1}}`, `{{2}}` …, or as names: `{{first_name}}`, but not as both.'

const Header = Type.Object(
  {
    type: Type.Enum(headerTypes),
    text: or(Type.String({ minLength: 1, description: 'With type `text`. At most one parameter.' })),
  },
  { additionalProperties: false },
)

const button = <Kind extends TSchema>(type: Kind) =>
  Type.Object(
    {
      type,
      text: Type.String({ minLength: 1, maxLength: 200 }),
      url: or(Type.String({ description: 'With type `url`. At most one parameter, at its end.' })),
      phone: or(Type.String({ pattern: '^\\+?[0-9]{3,20}$', description: 'With type `dial`.' })),
    },
    { additionalProperties: false },
  )

/** A template's settings as they are kept: nothing but what was said, so without null. */
export const TemplateSettings = Type.Object(
  {
    name: or(
      Type.String({
        pattern: '^[\\x21-\\x7e]{1,512}$',
        description: 'That of the path, where there is one.',
      }),
    ),
    language: or(
      Type.String({ pattern: languagePattern, description: 'That of the query, where there is one.' }),
    ),
    isDefault: or(
      Type.Boolean({
        description:
          'Whether this language is the one that is sent. When absent: yes in a `PUT` without `language` in the query, else as it was. The first language of a name is its default in any case; to move it, make another one the default.',
      }),
    ),
    category: or(Type.Enum(categories, { default: templateDefaults.category })),
    status: or(
      Type.Enum(states, {
        default: templateDefaults.status,
        description: 'What the supplier says of it. Only approved ones are sent.',
      }),
    ),
    header: or(Header),
    body: Type.String({ minLength: 1, description: placeholders }),
    footer: or(Type.String({ minLength: 1, description: 'Without parameters.' })),
    buttons: or(
      Type.Array(button(Type.Enum(['reply', 'url', 'dial'] as const)), {
        description:
          'In the order of the handset: at most three of type `reply`, one `url`, one `dial`. More may come by sync.',
      }),
    ),
  },
  { additionalProperties: false },
)
export type TemplateSettings = Static<typeof TemplateSettings>

export const TemplateSent = sent(TemplateSettings, 'TemplateSettings')

const members = {
  name: Type.String(),
  language: Type.String(),
  isDefault: Type.Boolean({ description: 'The language that is sent when a message names the template.' }),
  category: Type.Enum(categories),
  status: Type.Enum(states),
  source: Type.Enum(['api', 'file', 'sync'] as const, {
    description: 'Who brought it: a `PUT`, the provisioning file, or a sync.',
  }),
  header: or(Header),
  body: Type.String(),
  footer: or(Type.String()),
  buttons: Type.Array(button(Type.Enum(['reply', 'url', 'dial', 'other'] as const))),
}

const TemplateView = Type.Object(members, { title: 'Template' })
export type TemplateView = Static<typeof TemplateView>

const TemplateInLanguages = Type.Object(
  { ...members, otherLanguages: Type.Array(TemplateView, { description: 'The name’s other languages.' }) },
  { title: 'TemplateInLanguages' },
)

const SyncReport = Type.Object(
  {
    added: Type.Integer(),
    changed: Type.Integer(),
    unchanged: Type.Integer(),
    removed: Type.Integer({
      description: 'Came by an earlier sync, and the supplier does not have them any more.',
    }),
    skipped: Type.Array(Type.Object({ name: Type.String(), language: Type.String(), why: Type.String() }), {
      description: 'What the supplier has and no request could send. They are not in the catalogue.',
    }),
  },
  { title: 'TemplateSync' },
)

const named = { ...integrationId, name: inPath('The template’s name.') }
const language = (description: string) => ({ language: inQuery(Language, description) })

export const listTemplates = endpoint({
  id: 'listTemplates',
  surface: 'admin',
  method: 'GET',
  path: '/admin/integrations/{id}/templates',
  summary: 'The template catalogue of an integration',
  parameters: {
    ...integrationId,
    ...paging,
    cursor: inQuery(Type.String({ maxLength: 600 }), paging.cursor.description),
  },
  answers: {
    200: { description: 'A page of it, by name and language.', schema: listOf(TemplateView, 'Templates') },
    ...badRequest,
    ...notFound,
    ...refusals,
  },
})

export const getTemplate = endpoint({
  id: 'getTemplate',
  surface: 'admin',
  method: 'GET',
  path: '/admin/integrations/{id}/templates/{name}',
  summary: 'One template, in all its languages',
  parameters: { ...named, ...language('Which language comes first; the default one when absent.') },
  answers: {
    200: { description: 'It, with its other languages beside it.', schema: TemplateInLanguages },
    ...badRequest,
    ...notFound,
    ...refusals,
  },
})

export const putTemplate = endpoint({
  id: 'putTemplate',
  surface: 'admin',
  method: 'PUT',
  path: '/admin/integrations/{id}/templates/{name}',
  summary: 'Put one language of a template into the catalogue',
  description:
    'Replaces what the catalogue has under this name and language. What no request could send is refused: more buttons or parameters than a message can fill, placeholders that are none.',
  parameters: { ...named, ...language('Which language, unless the body says it.') },
  request: {
    schema: TemplateSent,
    examples: {
      'body only': { value: { language: 'en', body: 'Welcome to {{1}}.' } },
      statement: {
        value: {
          language: 'en',
          category: 'utility',
          header: { type: 'text', text: 'Statement for {{1}}' },
          body: 'Dear {{1}}, you owe {{2}}.',
          footer: 'Acme',
          buttons: [
            { type: 'reply', text: 'Pay now' },
            { type: 'url', text: 'Open', url: 'https://acme.example/{{1}}' },
            { type: 'dial', text: 'Call', phone: '27215551234' },
          ],
        },
      },
    },
  },
  answers: {
    200: { description: 'As it is now.', schema: TemplateView },
    ...badRequest,
    ...notFound,
    ...refusals,
  },
})

export const deleteTemplate = endpoint({
  id: 'deleteTemplate',
  surface: 'admin',
  method: 'DELETE',
  path: '/admin/integrations/{id}/templates/{name}',
  summary: 'Take a template out of the catalogue',
  description: 'When its default language goes, another one takes over. The supplier is not told.',
  parameters: { ...named, ...language('This language only; all of them when absent.') },
  answers: { 204: { description: 'It is gone.' }, ...badRequest, ...notFound, ...refusals },
})

export const syncTemplates = endpoint({
  id: 'syncTemplates',
  surface: 'admin',
  method: 'POST',
  path: '/admin/integrations/{id}/templates/sync',
  summary: 'Bring the catalogue to what the supplier has',
  description:
    'Reads the supplier’s whole list first: when that fails, nothing is changed. Brings in its templates and what changed in them, and takes away those that came by sync and are no more. What was put by hand or by file stays when the supplier does not have it. Needs `whatsapp.businessAccountId`.',
  parameters: integrationId,
  answers: {
    200: { description: 'What became of the catalogue.', schema: SyncReport },
    ...notFound,
    409: problem(
      'The integration has no sender that could be asked, or it was changed while its supplier was asked.',
    ),
    502: problem('The supplier could not be asked, or refused; nothing was changed.'),
    ...refusals,
  },
})
