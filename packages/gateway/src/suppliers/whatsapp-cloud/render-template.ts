import type { Body, TemplateParameters } from '@waypost/protocol'
import { payloadOf } from '../../core/postback.ts'
import { placeholdersIn, type Template, urlButtonOf } from '../../core/template.ts'
import type { Referred } from './render.ts'
import { referenceTo } from './upload.ts'

/**
 * A template as Meta wants it filled: what varies, part by part. Every reply button gets a payload that leads back to
 * this message, whether the business gave it postback data or not.
 */
export function renderTemplate(body: Body<'template'>, referred: Referred, mtId: string): object {
  const { template } = referred
  if (!template) throw new Error('a template is to be sent that the catalogue does not have')
  const chosen = urlButtonOf(template, body)
  const components = [
    ...headerOf(body, template, referred),
    ...partOf('body', body.parameters),
    ...template.buttons.flatMap((button, index) => {
      if (button.type === 'reply')
        return buttonOf('quick_reply', index, {
          type: 'payload',
          payload: payloadOf(mtId, placeAmongReplies(template, index)),
        })
      const suffix = button === chosen ? body.websiteUrl?.parameters?.[1] : undefined
      return suffix === undefined ? [] : buttonOf('url', index, { type: 'text', text: suffix })
    }),
  ]
  return {
    type: 'template',
    template: { name: template.name, language: { code: template.language }, components },
  }
}

function headerOf({ header }: Body<'template'>, template: Template, referred: Referred): object[] {
  if (!header) return []
  if ('text' in header) {
    // Its one parameter may be called "1" whatever the template calls it.
    const [name = '1'] = template.header?.type === 'text' ? placeholdersIn(template.header.text) : []
    const values = Object.values(header.text.parameters ?? {})
    return partOf('header', Object.fromEntries(values.map((value) => [name, value])))
  }
  return [{ type: 'header', parameters: [referenceTo(referred)] }]
}

/** By number in the order of the numbers; by name with the name. */
function partOf(type: 'header' | 'body', parameters: TemplateParameters): object[] {
  const names = Object.keys(parameters).sort((a, b) => Number(a) - Number(b))
  if (names.length === 0) return []
  return [
    {
      type,
      parameters: names.map((name) => ({
        type: 'text',
        ...(/^\d+$/.test(name) ? {} : { parameter_name: name }),
        text: parameters[name],
      })),
    },
  ]
}

const buttonOf = (sub_type: 'quick_reply' | 'url', index: number, parameter: object): object[] => [
  { type: 'button', sub_type, index: String(index), parameters: [parameter] },
]

/** From 1, among the buttons that answer. */
const placeAmongReplies = ({ buttons }: Template, index: number): number =>
  buttons.slice(0, index + 1).filter(({ type }) => type === 'reply').length
