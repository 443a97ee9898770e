/** A template as Meta keeps it: https://developers.facebook.com/docs/whatsapp/business-management-api/message-templates */
export interface Template {
  readonly id: string
  readonly name: string
  readonly language: string
  readonly status: 'APPROVED' | 'PAUSED' | 'DISABLED'
  readonly category: string
  readonly parameter_format: 'POSITIONAL' | 'NAMED'
  readonly components: readonly Component[]
}

export type Component = HeaderComponent | BodyComponent | FooterComponent | ButtonsComponent

export type MediaFormat = 'IMAGE' | 'VIDEO' | 'DOCUMENT'

export type HeaderComponent =
  | { type: 'HEADER'; format: 'TEXT'; text: string; example?: object }
  | { type: 'HEADER'; format: MediaFormat; example?: object }

export interface BodyComponent {
  type: 'BODY'
  text: string
  example?: object
}

export interface FooterComponent {
  type: 'FOOTER'
  text: string
}

export interface ButtonsComponent {
  type: 'BUTTONS'
  buttons: readonly TemplateButton[]
}

export type TemplateButton =
  | { type: 'QUICK_REPLY'; text: string }
  | { type: 'URL'; text: string; url: string; example?: unknown }
  | { type: 'PHONE_NUMBER'; text: string; phone_number: string }

/** The component of a type; a template has at most one of each. */
export function componentOf<Type extends Component['type']>(
  { components }: Pick<Template, 'components'>,
  type: Type,
) {
  return components.find(
    (component): component is Extract<Component, { type: Type }> => component.type === type,
  )
}

/** The names in `{{…}}`, each once, in the order they come. */
export function variablesOf(text: string): string[] {
  return [...new Set(Array.from(text.matchAll(variable), ([, name = '']) => name))]
}

export function filled(text: string, values: ReadonlyMap<string, string>): string {
  return text.replaceAll(variable, (written, name: string) => values.get(name) ?? written)
}

const variable = /\{\{\s*(\w+)\s*\}\}/g
