import { type Static, Type } from 'typebox'
import { closed, type Flaw, flaw, form, isCipher } from './form.ts'
import { messageType } from './message-type.ts'

/** By number from "1", or by name where the template names them. */
const Parameters = Type.Record(Type.String(), Type.String())
export type TemplateParameters = Static<typeof Parameters>

const WebsiteUrl = Type.Object(
  {
    listPosition: Type.Integer({ minimum: 1, maximum: 2, description: 'Of the URL button, from 1.' }),
    parameters: Type.Optional(
      Type.Record(Type.String(), Type.String(), { description: 'By "1": what the URL ends in.' }),
    ),
  },
  closed,
)

/** What a business fills a template with. `hsm`, the older form, is one with nothing but body parameters. */
export const template = messageType({
  name: 'template',
  title: 'A template that Meta approved, with its parameters',
  body: Type.Object({
    templateName: Type.String({ minLength: 1 }),
    header: Type.Optional(
      Type.Union([
        Type.Object({ text: Type.Object({ parameters: Type.Optional(Parameters) }) }),
        Type.Object({ media: Type.Object({ fileId: Type.String() }) }),
      ]),
    ),
    parameters: Parameters,
    postbackData: Type.Optional(Parameters),
    websiteUrl: Type.Optional(WebsiteUrl),
  }),
  examples: [{ templateName: 'welcome_notification_demo', parameters: { 1: 'Example Ltd' } }],
  // What its values have to be, the template says that they fill.
  check: (filled) => filled,
})
type TemplateBody = Static<typeof template.body>

const header = Type.Object(
  {
    type: Type.Enum(['text', 'media'] as const),
    text: Type.Optional(
      Type.Object(
        { parameters: Type.Optional(Parameters) },
        { description: 'At most one parameter; `{}` where the template’s header has none.', ...closed },
      ),
    ),
    media: Type.Optional(
      Type.Object({ fileId: Type.String({ description: 'Uploaded with the same `to`.' }) }, closed),
    ),
  },
  closed,
)

const buttons = Type.Object(
  {
    suggestedResponse: Type.Optional(
      Type.Object(
        {
          postbackData: Type.Optional(
            Type.Record(Type.String(), Type.String(), {
              description: 'By button, "1" to "3": what comes back when it is pressed.',
            }),
          ),
        },
        closed,
      ),
    ),
    websiteUrl: Type.Optional(Type.Array(WebsiteUrl, { minItems: 1 })),
  },
  closed,
)

const Sent = Type.Object(
  {
    templateName: Type.String({ minLength: 1 }),
    header: Type.Optional(header),
    body: Type.Optional(Type.Object({ parameters: Type.Optional(Parameters) }, closed)),
    buttons: Type.Optional(buttons),
  },
  closed,
)

export const oneTemplate = form({
  generation: 'one',
  name: 'template',
  summary: 'A template',
  marks: ['template'],
  example: {
    template: {
      templateName: 'test_header_with_text_dynamic_action',
      header: { type: 'text', text: { parameters: { 1: 'February 2021' } } },
      body: { parameters: { 1: 'Peter', 2: 'R14.00' } },
      buttons: { websiteUrl: [{ listPosition: 2, parameters: { 1: 'contact/sales/' } }] },
    },
  },
  members: {
    template: Sent,
  },
  read({ template: { templateName, header, body = {}, buttons = {} } }, isSealed) {
    const parameters = body.parameters ?? {}
    const postbackData = buttons.suggestedResponse?.postbackData
    const [websiteUrl, second] = buttons.websiteUrl ?? []
    const wrong =
      headerFlaw(header) ??
      parametersFlaw('template.body.parameters', parameters) ??
      postbackFlaw(postbackData) ??
      (second && flaw('template.buttons.websiteUrl')) ??
      urlFlaw(websiteUrl?.parameters)
    if (wrong) return wrong
    const template: TemplateBody = {
      templateName,
      ...headerOf(header),
      parameters,
      ...(postbackData && { postbackData }),
      ...(websiteUrl && { websiteUrl }),
    }
    return (isSealed && cipherFlaw(template)) || { type: 'template' as const, template }
  },
})

const hsm = {
  name: 'hsm',
  summary: 'A template with body parameters, in the older form',
  marks: ['hsm'],
  faults: { hsm: 'hsm_incorrect' as const },
  example: { hsm: { template: 'welcome_notification_demo', parameters: { 1: 'Example Ltd' } } },
  members: {
    hsm: Type.Object(
      { template: Type.String({ minLength: 1 }), parameters: Type.Optional(Parameters) },
      { description: 'The older way to send a template whose body alone has parameters.', ...closed },
    ),
  },
  read({ hsm }: { hsm: { template: string; parameters?: TemplateParameters } }, isSealed: boolean) {
    const { template: templateName, parameters = {} } = hsm
    if (parametersFlaw('hsm.parameters', parameters)) return flaw('hsm', 'hsm_incorrect')
    if (isSealed && !Object.values(parameters).every(isCipher)) return flaw('hsm', 'hsm_incorrect')
    return { type: 'template' as const, template: { templateName, parameters } }
  },
}
export const oneHsm = form({ generation: 'one', ...hsm })
export const legacyHsm = form({ generation: 'legacy', ...hsm })

type Header = Static<typeof header>

/** The member that `type` names is there, and the other is not. */
function headerFlaw(header: Header | undefined): Flaw | undefined {
  if (!header) return undefined
  const { type, text, media } = header
  if (type === 'text' && media) return flaw('template.header.media')
  if (type === 'media' && text) return flaw('template.header.text')
  if (type === 'media' && !media?.fileId) return flaw('template.header.media.fileId')
  return oneParameterFlaw('template.header.text.parameters', text?.parameters)
}

function headerOf(header: Header | undefined): Pick<TemplateBody, 'header'> {
  if (!header) return {}
  return header.media ? { header: { media: header.media } } : { header: { text: header.text ?? {} } }
}

/** Numbers from 1 without a gap, or names that Meta allows; not both. */
function parametersFlaw(member: string, parameters: TemplateParameters): Flaw | undefined {
  const keys = Object.keys(parameters)
  const numbers = keys.filter((key) => /^\d+$/.test(key))
  if (numbers.length === 0)
    return keys.every((key) => /^[a-z][a-z0-9_]*$/.test(key)) ? undefined : flaw(member)
  const isConsecutive = keys.every((_, i) => Object.hasOwn(parameters, String(i + 1)))
  return isConsecutive ? undefined : flaw(member)
}

function oneParameterFlaw(member: string, parameters: TemplateParameters = {}): Flaw | undefined {
  return Object.keys(parameters).length > 1 ? flaw(member) : parametersFlaw(member, parameters)
}

const urlFlaw = (parameters: TemplateParameters = {}): Flaw | undefined =>
  Object.keys(parameters).every((key) => key === '1')
    ? undefined
    : flaw('template.buttons.websiteUrl[0].parameters')

/** Every value of a sealed template is something sealed. */
function cipherFlaw({ header, parameters, postbackData, websiteUrl }: TemplateBody): Flaw | undefined {
  const values = {
    'template.header.text.parameters': header && 'text' in header ? header.text.parameters : {},
    'template.body.parameters': parameters,
    'template.buttons.suggestedResponse.postbackData': postbackData,
    'template.buttons.websiteUrl[0].parameters': websiteUrl?.parameters,
  }
  for (const [member, parameters] of Object.entries(values))
    if (!Object.values(parameters ?? {}).every(isCipher)) return flaw(member)
  return undefined
}

/** Any of the three buttons may have some. */
function postbackFlaw(postbackData: TemplateParameters = {}): Flaw | undefined {
  const isButton = (key: string) => /^[123]$/.test(key)
  return Object.keys(postbackData).every(isButton)
    ? undefined
    : flaw('template.buttons.suggestedResponse.postbackData')
}
