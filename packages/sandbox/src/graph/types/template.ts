import { type Static, Type } from 'typebox'
import type { Media } from '../../media/media.ts'
import type { MediaFile } from '../../phones/content.ts'
import type { Failure } from '../../phones/delivery.ts'
import { filledBody, filledButtons, filledHeader } from '../../templates/fill.ts'
import { componentOf, type MediaFormat, type Template } from '../../templates/template.ts'
import { checked } from '../check.ts'
import { GraphError, type GraphErrorCode } from '../errors.ts'
import { type Reader, requestOf, type Sender, sendingOf, strict } from '../sending.ts'
import { fileName, fileOf, mediaOf, reference } from './media.ts'

const Fallback = Type.Object({ fallback_value: Type.String() })

/** Which members go with which type is looked at where the value is used. */
const Parameter = strict({
  type: Type.String(),
  parameter_name: Type.Optional(Type.String()),
  text: Type.Optional(Type.String()),
  payload: Type.Optional(Type.String()),
  currency: Type.Optional(Fallback),
  date_time: Type.Optional(Fallback),
  image: Type.Optional(strict(reference)),
  video: Type.Optional(strict(reference)),
  document: Type.Optional(strict({ ...reference, filename: fileName })),
})
type Parameter = Static<typeof Parameter>

const Given = strict({
  type: Type.String(),
  sub_type: Type.Optional(Type.String()),
  index: Type.Optional(
    Type.Union([Type.String({ pattern: /^\d$/ }), Type.Integer({ minimum: 0, maximum: 9 })]),
  ),
  parameters: Type.Optional(Type.Array(Parameter, { maxItems: 100 })),
})
type Given = Static<typeof Given>

const Request = requestOf('template', {
  template: strict({
    name: Type.String({ minLength: 1, maxLength: 512 }),
    language: strict({
      code: Type.String({ minLength: 1, maxLength: 32 }),
      policy: Type.Optional(Type.Literal('deterministic')),
    }),
    namespace: Type.Optional(Type.String()),
    components: Type.Optional(Type.Array(Given, { maxItems: 20 })),
  }),
})

export const template: Reader = (body, sender) => {
  const request = checked(Request, body)
  const { name, language, components = [] } = request.template
  const template = approved(sender, { name, language: language.code })
  const given = sorted(components)
  const { failure, ...header } = headerOf(template, given.header, sender)
  const buttons = filledButtons(template, given.buttons)
  const footer = componentOf(template, 'FOOTER')?.text

  const sending = sendingOf(request, {
    kind: 'template',
    ...header,
    body: filledBody(template, given.body ?? []),
    ...(footer === undefined ? {} : { footer }),
    ...(buttons.length === 0 ? {} : { buttons }),
  })
  return { ...sending, failure }
}

const faults: Partial<Record<Template['status'], GraphErrorCode>> = { PAUSED: 132015, DISABLED: 132016 }

function approved({ templates, number }: Sender, named: { name: string; language: string }): Template {
  const template = templates.find(number, named)
  const { name, language } = named
  if (!template) throw new GraphError(132001, `There is no template "${name}" in the language "${language}".`)
  const fault = faults[template.status]
  if (fault) throw new GraphError(fault, `The template "${name}" is ${template.status.toLowerCase()}.`)
  return template
}

/** What a message brings, by where it belongs. */
function sorted(components: readonly Given[]) {
  const of = (type: string) => components.filter((component) => component.type.toLowerCase() === type)
  const [headers, bodies, buttons] = [of('header'), of('body'), of('button')]
  for (const { type } of components) {
    if (/^(?:header|body|button)$/i.test(type)) continue
    throw new GraphError(
      131009,
      `Param template['components'] has a component of the unknown type "${type}".`,
    )
  }
  if (headers.length > 1 || bodies.length > 1) {
    throw new GraphError(100, "Param template['components'] must have one header and one body at most.")
  }
  return {
    header: headers[0]?.parameters,
    body: bodies[0]?.parameters,
    buttons: buttons.map(({ sub_type: subType, index, parameters = [] }) => {
      if (subType === undefined) throw new GraphError(131008, 'buttons: the parameter sub_type is required.')
      if (index === undefined) throw new GraphError(131008, 'buttons: the parameter index is required.')
      return { subType: subType.toLowerCase(), index: Number(index), parameters }
    }),
  }
}

interface Header {
  header?: string
  media?: MediaFile
  failure?: Failure | undefined
}

function headerOf(template: Template, parameters: readonly Parameter[] = [], sender: Sender): Header {
  const header = componentOf(template, 'HEADER')
  if (!header || header.format === 'TEXT') {
    const text = filledHeader(template, header?.text ?? '', parameters)
    return header ? { header: text } : {}
  }
  const [parameter, ...others] = parameters
  const expected = header.format.toLowerCase()
  if (parameter?.type !== expected || others.length > 0) {
    const received = others.length > 0 ? 'more than one' : (parameter?.type ?? 'nothing')
    throw new GraphError(
      132012,
      `header: the format does not match, ${expected} is expected and ${received} was received.`,
    )
  }
  const given: Parameter['document'] = parameter[formats[header.format]]
  if (!given) throw new GraphError(131008, `header: the parameter ${expected} is required.`)
  const found = mediaOf(sender, expected, given)
  return { media: fileOf(found, given.filename), failure: mismatchOf(header.format, found) }
}

const formats = { IMAGE: 'image', VIDEO: 'video', DOCUMENT: 'document' } as const satisfies Record<
  MediaFormat,
  string
>

/** Of documents, PDF only. Meta looks at the file only after it said yes. */
const types: Record<MediaFormat, readonly string[]> = {
  IMAGE: ['image/jpeg', 'image/png'],
  VIDEO: ['video/mp4', 'video/3gpp'],
  DOCUMENT: ['application/pdf'],
}

function mismatchOf(format: MediaFormat, { mimeType }: Media): Failure | undefined {
  if (types[format].includes(mimeType)) return undefined
  const allowed = types[format].join(', ')
  return {
    code: 131053,
    details: `Unsupported mime type ${mimeType} in a template's header; it must be one of ${allowed}.`,
  }
}
