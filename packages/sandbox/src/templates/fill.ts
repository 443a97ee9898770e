import { GraphError } from '../graph/errors.ts'
import type { Button } from '../phones/content.ts'
import { componentOf, filled, type Template, type TemplateButton, variablesOf } from './template.ts'

/** A value that a message brings for a place in its template. */
export interface Parameter {
  type: string
  parameter_name?: string | undefined
  text?: string | undefined
  payload?: string | undefined
  currency?: { fallback_value: string } | undefined
  date_time?: { fallback_value: string } | undefined
}

/** What a message brings for one of a template's buttons. */
export interface ButtonValues<Value extends Parameter = Parameter> {
  subType: string
  index: number
  parameters: readonly Value[]
}

const mostHeader = 60
const mostBody = 1_024
const mostPayload = 256
const mostUrl = 2_000

/** The text of a header, with its parameter. A static one takes none. */
export function filledHeader(template: Template, text: string, parameters: readonly Parameter[]): string {
  return shortEnough('header', filledText(template, { place: 'header', text, parameters }), mostHeader)
}

export function filledBody(template: Template, parameters: readonly Parameter[]): string {
  const text = componentOf(template, 'BODY')?.text ?? ''
  return shortEnough('body', filledText(template, { place: 'body', text, parameters }), mostBody)
}

interface Filling {
  place: 'header' | 'body'
  text: string
  parameters: readonly Parameter[]
}

function filledText({ parameter_format: format }: Template, { place, text, parameters }: Filling): string {
  const variables = variablesOf(text)
  if (parameters.length !== variables.length) {
    throw new GraphError(
      132000,
      `${place}: the number of parameters is ${parameters.length}, and the template has ${variables.length}.`,
    )
  }
  // In order of their numbers, wherever they stand in the text.
  const names = format === 'NAMED' ? variables : variables.toSorted((a, b) => Number(a) - Number(b))
  const values = new Map<string, string>()
  for (const [index, parameter] of parameters.entries()) {
    const name = format === 'NAMED' ? namedIn(place, variables, parameter) : (names[index] ?? '')
    if (values.has(name)) throw new GraphError(100, `${place}: the parameter ${name} is given twice.`)
    values.set(name, textOf(place, parameter))
  }
  return filled(text, values)
}

function namedIn(place: string, variables: readonly string[], { parameter_name: name }: Parameter): string {
  if (!name) throw new GraphError(131008, `${place}: the parameter_name of a named parameter is required.`)
  if (!variables.includes(name))
    throw new GraphError(100, `${place}: the template has no parameter "${name}".`)
  return name
}

function textOf(place: string, { type, text, currency, date_time: date }: Parameter): string {
  const texts: Record<string, string | undefined> = {
    text,
    currency: currency?.fallback_value,
    date_time: date?.fallback_value,
  }
  if (!Object.hasOwn(texts, type)) {
    throw new GraphError(
      132012,
      `${place}: the format does not match, text is expected and ${type} was received.`,
    )
  }
  const value = texts[type]
  if (!value) throw new GraphError(131008, `${place}: the value of a parameter of type ${type} is required.`)
  if (hasControls(value)) throw new GraphError(132007, `${place}: a parameter has control characters.`)
  return value
}

/** Line breaks and tabs are not among them: accounts differ in whether Meta takes these. */
function hasControls(text: string): boolean {
  return /[^\P{Cc}\t\r\n]/u.test(text)
}

function shortEnough(place: string, text: string, most: number): string {
  // By code points, as Meta counts.
  const { length } = Array.from(text)
  if (length <= most) return text
  throw new GraphError(
    132005,
    `${place}: filled in, the text has ${length} characters, and ${most} at most are allowed.`,
  )
}

/** The template's buttons in their order, with what the message says of them. */
export function filledButtons(template: Template, given: readonly ButtonValues[]): Button[] {
  const buttons = componentOf(template, 'BUTTONS')?.buttons ?? []
  const byIndex = new Map<number, readonly Parameter[]>()
  for (const { subType, index, parameters } of given) {
    const button = buttons[index]
    if (!button) throw new GraphError(131009, `buttons: there is no button at index ${index}.`)
    if (button.type.toLowerCase() !== subType) {
      throw new GraphError(
        131009,
        `buttons: the button at index ${index} is of type ${button.type}, not ${subType}.`,
      )
    }
    if (byIndex.has(index)) throw new GraphError(131009, `buttons: index ${index} is given twice.`)
    byIndex.set(index, parameters)
  }
  return buttons.map((button, index) => ({
    ...filledButton(button, index, byIndex.get(index)),
    text: button.text,
    pressed: false,
  }))
}

function filledButton(button: TemplateButton, index: number, parameters: readonly Parameter[] | undefined) {
  switch (button.type) {
    case 'PHONE_NUMBER':
      return { type: 'dial', dials: button.phone_number } as const
    case 'QUICK_REPLY':
      return { type: 'reply', payload: payloadOf(index, parameters) ?? button.text } as const
    case 'URL':
      return { type: 'url', opens: urlOf(button.url, index, parameters) } as const
  }
}

function payloadOf(index: number, parameters: readonly Parameter[] | undefined): string | undefined {
  if (!parameters) return undefined
  const { type, payload } = only(index, parameters)
  if (type !== 'payload')
    throw new GraphError(132012, `buttons: index ${index} takes a payload, not ${type}.`)
  if (!payload) throw new GraphError(131008, `buttons: the payload at index ${index} is required.`)
  if (payload.length <= mostPayload) return payload
  throw new GraphError(
    131009,
    `buttons: the payload at index ${index} has more than ${mostPayload} characters.`,
  )
}

function urlOf(base: string, index: number, parameters: readonly Parameter[] | undefined): string {
  const [name] = variablesOf(base)
  if (name === undefined) {
    if (!parameters?.length) return base
    throw new GraphError(100, `buttons: a parameter at index ${index} is not allowed, its URL is static.`)
  }
  if (!parameters)
    throw new GraphError(131008, `buttons: the parameter of the URL at index ${index} is required.`)
  const url = filled(base, new Map([[name, textOf('buttons', only(index, parameters))]]))
  if (isPage(url)) return url
  throw new GraphError(132012, `buttons: filled in, the URL at index ${index} is not valid.`)
}

/** An address of the web, as it can be opened. */
export function isPage(url: string): boolean {
  return url.length <= mostUrl && !/[\s\p{Cc}]/u.test(url) && /^https?:$/.test(URL.parse(url)?.protocol ?? '')
}

function only<Value extends Parameter>(index: number, parameters: readonly Value[]): Value {
  const [parameter, ...others] = parameters
  if (!parameter) throw new GraphError(131008, `buttons: the parameter at index ${index} is required.`)
  if (others.length === 0) return parameter
  throw new GraphError(100, `buttons: more than one parameter at index ${index} is not allowed.`)
}
