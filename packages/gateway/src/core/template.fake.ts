import type { Body } from '@waypost/protocol'
import type { Template, TemplateButton } from './template.ts'

type Filled = Body<'template'>

export const template = (changes: Partial<Template> = {}): Template => ({
  integrationId: 'acme',
  name: 'statement',
  language: 'en',
  isDefault: true,
  category: 'utility',
  status: 'approved',
  source: 'api',
  body: 'Dear {{1}}, you owe {{2}}.',
  buttons: [],
  ...changes,
})

export const filled = (changes: Partial<Filled> = {}): Filled => ({
  templateName: 'statement',
  parameters: { 1: 'Ann', 2: 'R13.00' },
  ...changes,
})

export const month: NonNullable<Template['header']> = { type: 'text', text: 'Statement for {{1}}' }
export const february: NonNullable<Filled['header']> = { text: { parameters: { 1: 'February' } } }
export const inHeader = (text: string): NonNullable<Filled['header']> => ({
  text: { parameters: { 1: text } },
})
export const file: NonNullable<Filled['header']> = {
  media: { fileId: 'c45ada9b-8a51-4413-a134-928c2b085d31.jpg' },
}
export const dial: TemplateButton = { type: 'dial', text: 'Call', phone: '27215551234' }
export const open: TemplateButton = { type: 'url', text: 'Open', url: 'https://acme.example/{{1}}' }
export const home: TemplateButton = { type: 'url', text: 'Home', url: 'https://acme.example/' }
export const reply: TemplateButton = { type: 'reply', text: 'Pay now' }
export const path = (listPosition: number, parameter = 'a/b'): NonNullable<Filled['websiteUrl']> => ({
  listPosition,
  parameters: { 1: parameter },
})
