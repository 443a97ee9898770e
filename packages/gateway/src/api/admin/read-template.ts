import { TemplateSent, TemplateSettings, templateDefaults } from '@waypost/protocol'
import { Check } from 'typebox/value'
import {
  isGoodUrl,
  placeholdersIn,
  type Template,
  type TemplateButton,
  templateLimits,
  withoutPlaceholders,
} from '../../core/template.ts'
import { type Flaw, flawsIn } from './flaws.ts'
import { mergePatch } from './merge-patch.ts'

interface Source extends Pick<Template, 'integrationId' | 'source'> {
  /** Where they are said beside the body. */
  name?: string | undefined
  language?: string | undefined
  /** Where the body does not say it. */
  isDefault(template: { name: string; language: string }): boolean
}

/** A template as somebody sent it; or everything that is wrong with it, which is what no request could ever send. */
export function readTemplate(sent: unknown, source: Source): Template | Flaw[] {
  const flaws = flawsIn(TemplateSent, sent)
  if (flaws.length > 0) return flaws
  const settings = mergePatch({}, sent) // without what is null
  if (!Check(TemplateSettings, settings)) return flawsIn(TemplateSettings, settings)

  const own = { ...settings, buttons: settings.buttons ?? [] }
  const { name = source.name, language = source.language } = own
  flaws.push(
    ...nameFlaws('name', name, source.name),
    ...nameFlaws('language', language, source.language),
    ...headerFlaws(own),
    ...textFlaws('body', own.body, templateLimits.body),
    ...footerFlaws(own),
    ...own.buttons.flatMap(buttonFlaws),
    ...buttonCountFlaws(own),
  )
  if (flaws.length > 0 || name === undefined || language === undefined) return flaws

  const { header, footer, body, buttons } = own
  return {
    integrationId: source.integrationId,
    name,
    language,
    isDefault: own.isDefault ?? source.isDefault({ name, language }),
    category: own.category ?? templateDefaults.category,
    status: own.status ?? templateDefaults.status,
    source: source.source,
    ...(header && { header: headerOf(header) }),
    body,
    ...(footer !== undefined && { footer }),
    buttons: buttons.map(buttonOf),
  }
}

type Settings = TemplateSettings & { buttons: NonNullable<TemplateSettings['buttons']> }
type Header = NonNullable<Settings['header']>
type Button = Settings['buttons'][number]

function nameFlaws(path: string, said: string | undefined, elsewhere: string | undefined): Flaw[] {
  if (said === undefined) return [{ path, message: 'is missing' }]
  return elsewhere === undefined || said === elsewhere ? [] : [{ path, message: `is not ${elsewhere}` }]
}

function headerFlaws({ header }: Settings): Flaw[] {
  if (!header) return []
  const path = 'header.text'
  const { type, text } = header
  if (type !== 'text') return text === undefined ? [] : [{ path, message: `is nothing that ${type} has` }]
  if (text === undefined) return [{ path, message: 'is missing' }]
  const flaws = textFlaws(path, text, templateLimits.header)
  if (placeholdersIn(text).length > 1) flaws.push({ path, message: 'has more than one parameter' })
  return flaws
}

function footerFlaws({ footer }: Settings): Flaw[] {
  if (footer === undefined) return []
  const path = 'footer'
  if (/\{\{|\}\}/.test(footer)) return [{ path, message: 'cannot have parameters' }]
  return textFlaws(path, footer, templateLimits.footer)
}

function textFlaws(path: string, text: string, most: number): Flaw[] {
  const rest = withoutPlaceholders(text)
  if (rest.length > most) return [{ path, message: `is longer than ${most} characters` }]
  if (/\{\{|\}\}/.test(rest)) return [{ path, message: 'has braces that are no parameter: {{1}}, {{name}}' }]
  const names = placeholdersIn(text)
  const numbers = names.filter((name) => /^[0-9]/.test(name))
  if (numbers.length === 0) return []
  if (numbers.length < names.length) return [{ path, message: 'has parameters by number and by name' }]
  const isGapless = numbers.every((_, i) => numbers.includes(String(i + 1)))
  return isGapless ? [] : [{ path, message: 'must number its parameters from 1, without a gap' }]
}

/** What only one type of button has, and what it must be. */
const extras = {
  url: { type: 'url', flawOf: urlFlaw },
  phone: { type: 'dial', flawOf: () => undefined },
} as const

function buttonFlaws(button: Button, i: number): Flaw[] {
  const to = (member: string) => `buttons[${i}].${member}`
  const flaws: Flaw[] = []
  if (/\{\{|\}\}/.test(button.text)) flaws.push({ path: to('text'), message: 'cannot have parameters' })
  for (const member of ['url', 'phone'] as const) {
    const { type, flawOf } = extras[member]
    const value = button[member]
    if (button.type === type) {
      const message = value === undefined ? 'is missing' : flawOf(value)
      if (message) flaws.push({ path: to(member), message })
    } else if (value !== undefined)
      flaws.push({ path: to(member), message: `is nothing that a ${button.type} button has` })
  }
  return flaws
}

function urlFlaw(url: string): string | undefined {
  const parameters = placeholdersIn(url)
  if (!isGoodUrl(url, '1') || /\{\{|\}\}/.test(withoutPlaceholders(url)))
    return 'must be an http or https URL, with {{1}} for its parameter'
  if (parameters.length > 1) return 'has more than one parameter'
  return parameters.length === 1 && !url.endsWith(`{{${parameters[0]}}}`)
    ? 'must end with its parameter'
    : undefined
}

/** How many buttons of a type one request can speak of: so at most two that lead somewhere. */
const mostButtons: { type: Button['type']; most: number; message: string }[] = [
  { type: 'reply', most: 3, message: 'has more than three reply buttons' },
  { type: 'url', most: 1, message: 'has more than one url button' },
  { type: 'dial', most: 1, message: 'has more than one dial button' },
]

function buttonCountFlaws({ buttons }: Settings): Flaw[] {
  return mostButtons
    .filter(({ type, most }) => buttons.filter((button) => button.type === type).length > most)
    .map(({ message }) => ({ path: 'buttons', message }))
}

const headerOf = ({ type, text = '' }: Header): NonNullable<Template['header']> =>
  type === 'text' ? { type, text } : { type }

function buttonOf({ type, text, url = '', phone = '' }: Button): TemplateButton {
  if (type === 'url') return { type, text, url }
  return type === 'dial' ? { type, text, phone } : { type, text }
}
