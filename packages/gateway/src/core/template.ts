import {
  type Body,
  charactersIn,
  mediaKindOf,
  mediaTypeOf,
  type StatusName,
  type TemplateParameters,
} from '@waypost/protocol'

/** A template of the catalogue, in one language: what the supplier approved, as far as sending needs it. */
export interface Template {
  integrationId: string
  name: string
  /** `en`, `en_US`. */
  language: string
  /** The language that is sent: a request names none. One of a name's languages is. */
  isDefault: boolean
  category: 'utility' | 'marketing' | 'authentication'
  status: 'approved' | 'pending' | 'rejected' | 'paused' | 'disabled'
  /** Who brought it. What a file or a sync brought goes with it; what was put by hand stays. */
  source: 'api' | 'file' | 'sync'
  header?: { type: 'text'; text: string } | { type: MediaHeader }
  body: string
  footer?: string
  /** In the order in which the handset shows them. */
  buttons: TemplateButton[]
}

export type MediaHeader = 'image' | 'video' | 'document'

export type TemplateButton =
  | { type: 'reply'; text: string }
  | { type: 'url'; text: string; url: string }
  | { type: 'dial'; text: string; phone: string }
  /** One that a request cannot say anything about. */
  | { type: 'other'; text: string }

/** A template as its supplier has it. */
export type FoundTemplate = Omit<Template, 'integrationId' | 'isDefault' | 'source'>

/** How strict we are about line breaks, tabs, runs of spaces and formatting in parameters: see `docs/configuration.md`. */
export type TemplatePolicy = 'strict' | 'permissive'

/** WhatsApp's bounds on what a template comes to once it is filled in. */
export const templateLimits = { header: 60, body: 1024, footer: 60, url: 2000 } as const

/** As what a header may carry a file: images and films, and of documents only PDF. */
function headerKindOf(contentType: string): MediaHeader | 'none' {
  const kind = mediaKindOf(contentType)
  if (kind === 'image' || kind === 'video') return kind
  return mediaTypeOf(contentType) === 'application/pdf' ? 'document' : 'none'
}

/**
 * The status of a message that fills this template so; undefined where nothing speaks against sending it. `headerMedia`
 * is the file its header names, where there is one. What the catalogue does not know is left to the supplier, and what
 * only clear values tell is not asked of sealed ones.
 */
export function templateFlaw(
  template: Template | undefined,
  filled: Body<'template'>,
  policy: TemplatePolicy | 'sealed',
  headerMedia?: { contentType: string },
): StatusName | undefined {
  if (!template) return 'template_missing'
  const kind = headerMedia && headerKindOf(headerMedia.contentType)
  const filling: Filling = { template, filled, isStrict: policy !== 'permissive', kind }
  const asked = policy === 'sealed' ? rules.filter(({ ofValues }) => !ofValues) : rules
  return asked.find(({ broken }) => broken(filling))?.status
}

interface Filling {
  template: Template
  filled: Body<'template'>
  isStrict: boolean
  /** What the header's file may be used as; undefined where it is not known. */
  kind: MediaHeader | 'none' | undefined
}

/** The first that is broken decides. Those that look at lengths come before those that look at the text. */
const rules: { status: StatusName; ofValues?: true; broken(filling: Filling): boolean }[] = [
  { status: 'template_not_available', broken: ({ template }) => template.status !== 'approved' },
  {
    status: 'template_parameter_count',
    broken: ({ template, filled }) =>
      Object.keys(filled.parameters).length !== placeholdersIn(template.body).length,
  },
  { status: 'template_format_mismatch', broken: ({ template, filled }) => isOfOtherKind(template, filled) },
  {
    status: 'template_media_unsupported',
    broken: ({ template, kind }) => takesMedia(template) && kind === 'none',
  },
  {
    status: 'template_format_mismatch',
    broken: ({ template, kind }) =>
      takesMedia(template) && kind !== undefined && kind !== template.header?.type,
  },
  { status: 'parameter_missing', broken: (filling) => headerNeeds(filling) || urlNeeds(filling) },
  { status: 'parameter_not_required', broken: (filling) => headerHasMore(filling) || urlHasMore(filling) },
  { status: 'parameter_invalid', broken: ({ template, filled }) => !namesFit(template, filled) },
  { status: 'parameter_invalid', broken: ({ template, filled }) => !positionsFit(template, filled) },
  {
    status: 'parameter_invalid',
    ofValues: true,
    broken: ({ filled, isStrict }) => isStrict && parametersOf(filled).some((text) => badSpace.test(text)),
  },
  {
    status: 'template_text_too_long',
    ofValues: true,
    broken: ({ template, filled }) =>
      filledLength(template.body, filled.parameters) > templateLimits.body ||
      filledLength(headerText(template), headerParameters(filled)) > templateLimits.header,
  },
  {
    status: 'template_formatting_violated',
    ofValues: true,
    broken: ({ filled, isStrict }) =>
      isStrict && Object.values(headerParameters(filled)).some((text) => formatted.test(text)),
  },
  {
    status: 'template_url_invalid',
    ofValues: true,
    broken: ({ template, filled }) => !urlFits(template, filled),
  },
]

/** `{{1}}` and `{{name}}`; anything else in braces is text. */
const placeholder = /\{\{([1-9][0-9]*|[a-z][a-z0-9_]*)\}\}/g

/** The parameters that a text wants, each once, in the order of the text. */
export function placeholdersIn(text: string): string[] {
  return [...new Set([...text.matchAll(placeholder)].map(([, name = '']) => name))]
}

/** A text without its placeholders: what is left when every parameter is empty. */
export const withoutPlaceholders = (text: string): string => text.replaceAll(placeholder, '')

/** Line breaks of any kind, tabs, more than four spaces. */
const badSpace = /[\n\v\f\r\t\u0085\u2028\u2029]| {5}/

/** Bold, italic, struck through or code, as WhatsApp reads it: marks at the edges of words, around something. */
const formatted = /(?<![\p{L}\p{N}])([*_~`])(?![\s*_~`]).*?[^\s*_~`]\1(?![\p{L}\p{N}])/su

const takesMedia = ({ header }: Template) => header !== undefined && header.type !== 'text'

const headerText = ({ header }: Template) => (header?.type === 'text' ? header.text : '')

const headerParameters = ({ header }: Body<'template'>): TemplateParameters =>
  (header && 'text' in header && header.text.parameters) || {}

const countOf = (parameters: TemplateParameters = {}) => Object.keys(parameters).length

/** A text for a template whose header takes a file, or a file for one whose header is text. */
function isOfOtherKind(template: Template, { header }: Body<'template'>): boolean {
  if (!header || !template.header) return false
  return takesMedia(template) !== 'media' in header
}

function headerNeeds({ template, filled }: Filling): boolean {
  if (takesMedia(template)) return filled.header === undefined
  return placeholdersIn(headerText(template)).length > countOf(headerParameters(filled))
}

function headerHasMore({ template, filled: { header, ...filled } }: Filling): boolean {
  if (!header) return false
  if ('media' in header) return !takesMedia(template)
  return placeholdersIn(headerText(template)).length < countOf(headerParameters({ header, ...filled }))
}

/** Where the handset shows them, `listPosition` counts the buttons that lead somewhere: URL and dial, from 1. */
const actionsOf = ({ buttons }: Template) => buttons.filter(({ type }) => type === 'url' || type === 'dial')

const urlsOf = ({ buttons }: Template) => buttons.filter((button) => button.type === 'url')

/** The button that `websiteUrl` speaks of, where it is a URL button. */
export function urlButtonOf(template: Template, { websiteUrl }: Body<'template'>) {
  const button = websiteUrl && actionsOf(template)[websiteUrl.listPosition - 1]
  return button?.type === 'url' ? button : undefined
}

const isDynamic = ({ url }: { url: string }) => placeholdersIn(url).length > 0

/** A request has one URL parameter, so a template with two dynamic URLs always lacks one. */
function urlNeeds({ template, filled }: Filling): boolean {
  const given = countOf(filled.websiteUrl?.parameters) > 0 ? 1 : 0
  return urlsOf(template).filter(isDynamic).length > given
}

function urlHasMore({ template, filled }: Filling): boolean {
  if (!filled.websiteUrl) return false
  const urls = urlsOf(template)
  return urls.length === 0 || (countOf(filled.websiteUrl.parameters) > 0 && !urls.some(isDynamic))
}

/** A header has one parameter, which the contract calls "1" whatever the template calls it. */
function namesFit(template: Template, filled: Body<'template'>): boolean {
  const [inHeader] = placeholdersIn(headerText(template))
  return (
    placeholdersIn(template.body).every((name) => Object.hasOwn(filled.parameters, name)) &&
    Object.keys(headerParameters(filled)).every((name) => name === '1' || name === inHeader)
  )
}

function positionsFit(template: Template, filled: Body<'template'>): boolean {
  const { websiteUrl, postbackData = {} } = filled
  const replies = template.buttons.filter(({ type }) => type === 'reply').length
  if (Object.keys(postbackData).some((number) => Number(number) > replies)) return false
  if (!websiteUrl) return true
  const button = urlButtonOf(template, filled)
  return button !== undefined && (isDynamic(button) || countOf(websiteUrl.parameters) === 0)
}

const parametersOf = (filled: Body<'template'>): string[] => [
  ...Object.values(filled.parameters),
  ...Object.values(headerParameters(filled)),
  ...Object.values(filled.websiteUrl?.parameters ?? {}),
]

/** Reckoned, not built: a long parameter that a text repeats would be longer than a string may be. */
function filledLength(text: string, parameters: TemplateParameters): number {
  const [only = ''] = Object.values(parameters)
  let length = lengthOf(withoutPlaceholders(text))
  for (const [, name = ''] of text.matchAll(placeholder))
    length += lengthOf(Object.hasOwn(parameters, name) ? (parameters[name] ?? '') : only)
  return length
}

/** Of what is too long anyway, the characters are not counted. */
const lengthOf = (text: string) => (text.length > 2 * templateLimits.body ? text.length : charactersIn(text))

function urlFits(template: Template, filled: Body<'template'>): boolean {
  const [parameter] = Object.values(filled.websiteUrl?.parameters ?? {})
  const button = urlButtonOf(template, filled)
  return !button || parameter === undefined || isGoodUrl(button.url, parameter)
}

/** Whether a button's URL leads somewhere with this in the place of its parameter. */
export function isGoodUrl(url: string, parameter: string): boolean {
  if (url.length + parameter.length > templateLimits.url) return false
  const whole = url.replaceAll(placeholder, () => parameter)
  // The parser would take line breaks away and write spaces otherwise; a handset may not.
  return /^https?:\/\/[^\s\p{Cc}]+$/iu.test(whole) && URL.canParse(whole)
}
