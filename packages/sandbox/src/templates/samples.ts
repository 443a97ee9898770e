import { createHash } from 'node:crypto'
import { graphId } from '../graph/graph-id.ts'
import type { Component, Template, TemplateButton } from './template.ts'

type Sample = Pick<Template, 'name' | 'components'> &
  Partial<Pick<Template, 'status' | 'category' | 'parameter_format'>>

const heading: Component = {
  type: 'HEADER',
  format: 'TEXT',
  text: 'News of {{1}}',
  example: { header_text: ['March'] },
}
const message: Component = {
  type: 'BODY',
  text: '{{1}}\n\nThe amount is {{2}}.',
  example: { body_text: [['Your statement is ready', 'R10.00']] },
}
const footer: Component = { type: 'FOOTER', text: 'From the sandbox' }

function buttons(...buttons: TemplateButton[]): Component {
  return { type: 'BUTTONS', buttons }
}

const replies = buttons(
  { type: 'QUICK_REPLY', text: 'Tell me more' },
  { type: 'QUICK_REPLY', text: 'Call me' },
  { type: 'QUICK_REPLY', text: 'Not now' },
)
const dial: TemplateButton = { type: 'PHONE_NUMBER', text: 'Call us', phone_number: '+27215550100' }

/** What each business account begins with, so that something can be sent before anything is created. */
const samples: readonly Sample[] = [
  {
    name: 'welcome_notification_demo',
    components: [{ type: 'BODY', text: 'Welcome {{1}}', example: { body_text: [['Thandi']] } }],
  },
  { name: 'test_header_with_text', components: [heading, message, footer] },
  {
    name: 'test_media_header_with_image',
    category: 'MARKETING',
    components: [{ type: 'HEADER', format: 'IMAGE' }, message],
  },
  { name: 'test_header_with_text_quick_reply', components: [heading, message, footer, replies] },
  {
    name: 'test_header_with_text_dynamic_action',
    components: [
      heading,
      message,
      buttons(dial, {
        type: 'URL',
        text: 'Open the page',
        url: 'https://acme.example/{{1}}',
        example: ['https://acme.example/news'],
      }),
    ],
  },
  {
    name: 'test_header_with_text_static_action',
    components: [
      heading,
      message,
      buttons(dial, { type: 'URL', text: 'Open the page', url: 'https://acme.example/news' }),
    ],
  },
  {
    name: 'test_media_quick_reply_header_with_pdf',
    components: [{ type: 'HEADER', format: 'DOCUMENT' }, message, replies],
  },
  {
    name: 'template_header_0var_one_param',
    components: [
      { type: 'HEADER', format: 'TEXT', text: 'When we are there' },
      { type: 'BODY', text: 'Our hours are {{1}}.', example: { body_text: [['8am-5pm']] } },
    ],
  },
  {
    name: 'sample_named_parameters',
    parameter_format: 'NAMED',
    components: [
      {
        type: 'BODY',
        text: 'Hello {{first_name}}, your order {{order}} is on its way.',
        example: {
          body_text_named_params: [
            { param_name: 'first_name', example: 'Thandi' },
            { param_name: 'order', example: '7' },
          ],
        },
      },
    ],
  },
  { name: 'sample_paused', status: 'PAUSED', components: [{ type: 'BODY', text: 'This one is paused.' }] },
  {
    name: 'sample_disabled',
    status: 'DISABLED',
    components: [{ type: 'BODY', text: 'This one is disabled.' }],
  },
]

export function samplesOf(accountId: string): Template[] {
  return samples.map((sample) => ({
    id: templateId(`${accountId} ${sample.name}`),
    language: 'en',
    status: 'APPROVED',
    category: 'UTILITY',
    parameter_format: 'POSITIONAL',
    ...sample,
  }))
}

/** Always the same for the same words. */
function templateId(words: string): string {
  return graphId(createHash('sha256').update(words).digest('hex'))
}
