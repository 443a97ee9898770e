import { type BadInput, both, hsmIncorrect, invalid } from './row.ts'

/** What the catalogue of the sender has, as `PUT /admin/integrations/{id}/templates/{name}` takes it. */
export const catalogue = {
  bill: {
    header: { type: 'text', text: 'Bill of {{1}}' },
    body: 'Dear {{1}}, you owe {{2}}.',
    buttons: [
      { type: 'reply', text: 'Paid' },
      { type: 'url', text: 'Open', url: 'https://example.com/{{1}}' },
    ],
  },
  plain: { body: 'Dear {{1}}.' },
  picture: { header: { type: 'image' }, body: 'Dear {{1}}.' },
  film: { header: { type: 'video' }, body: 'Dear {{1}}.' },
  rejected: { status: 'rejected', body: 'Dear {{1}}.' },
  paused: { status: 'paused', body: 'Dear {{1}}.' },
} as const

const ann = { parameters: { 1: 'Ann' } }
const bill = {
  templateName: 'bill',
  header: { type: 'text', text: { parameters: { 1: 'May' } } },
  body: { parameters: { 1: 'Ann', 2: 'R13.00' } },
  buttons: { websiteUrl: [{ listPosition: 1, parameters: { 1: 'may' } }] },
}
const header = (parameter: string) => ({ type: 'text', text: { parameters: { 1: parameter } } })
const mediaHeader = (name: string) => ({ type: 'media', media: { fileId: `file:${name}` } })
const url = (websiteUrl: object) => ({ websiteUrl: [{ listPosition: 1, ...websiteUrl }] })
const bills = (changes: object): BadInput['message'] => ({ one: { template: { ...bill, ...changes } } })
const filled = (templateName: string, changes: object = {}): BadInput['message'] => ({
  one: { template: { templateName, body: ann, ...changes } },
})
const at = (path: string) => invalid(`template.${path}`)

export const templates: BadInput[] = [
  { what: 'text', message: { one: { template: 'bill' } }, gets: invalid('template') },
  { what: 'no name', message: { one: { template: {} } }, gets: at('templateName') },
  { what: 'an unknown member', message: bills({ language: 'en' }), gets: at('language') },
  {
    what: 'an unknown member of the body',
    message: bills({ body: { ...bill.body, text: 'Hi' } }),
    gets: at('body.text'),
  },
  {
    what: 'an unknown member of the header',
    message: bills({ header: { ...header('May'), location: {} } }),
    gets: at('header.location'),
  },
  { what: 'an unknown kind of buttons', message: bills({ buttons: { dial: [] } }), gets: at('buttons.dial') },
  {
    what: 'a header of another type',
    message: bills({ header: { type: 'location' } }),
    gets: at('header.type'),
  },
  {
    what: 'a text header as plain text',
    message: bills({ header: { type: 'text', text: 'May' } }),
    gets: at('header.text'),
  },
  {
    what: 'a media header without a file',
    message: bills({ header: { type: 'media' } }),
    gets: at('header.media.fileId'),
  },
  {
    what: 'a text header with a file',
    message: bills({ header: { ...mediaHeader('picture'), type: 'text' } }),
    gets: at('header.media'),
  },
  {
    what: 'a second header parameter',
    message: bills({ header: { type: 'text', text: { parameters: { 1: 'a', 2: 'b' } } } }),
    gets: at('header.text.parameters'),
  },
  {
    what: 'parameters 1 and 3',
    message: bills({ body: { parameters: { 1: 'a', 3: 'b' } } }),
    gets: at('body.parameters'),
  },
  {
    what: 'a parameter that is a number',
    message: bills({ body: { parameters: { 1: 13 } } }),
    gets: at('body.parameters[1]'),
  },
  {
    what: 'a fourth postback',
    message: bills({ buttons: { suggestedResponse: { postbackData: { 1: 'a', 2: 'b', 3: 'c', 4: 'd' } } } }),
    gets: at('buttons.suggestedResponse.postbackData'),
  },
  {
    what: 'listPosition 3',
    message: bills({ buttons: url({ listPosition: 3 }) }),
    gets: at('buttons.websiteUrl[0].listPosition'),
  },
  {
    what: 'a second URL',
    message: bills({ buttons: { websiteUrl: [{ listPosition: 1 }, { listPosition: 2 }] } }),
    gets: at('buttons.websiteUrl'),
  },
  {
    what: 'a URL parameter by a name other than 1',
    message: bills({ buttons: url({ parameters: { path: 'may' } }) }),
    gets: at('buttons.websiteUrl[0].parameters'),
  },
  {
    what: 'a preview of the first URL',
    message: { one: { template: bill, previewFirstUrl: true } },
    gets: invalid('previewFirstUrl'),
  },
  {
    what: 'a header file of another integration',
    message: filled('picture', { header: mediaHeader('others') }),
    gets: { reason: 'media_not_found' },
  },
  {
    what: 'a header file for anyone',
    message: filled('picture', { header: mediaHeader('picture') }),
    gets: { status: 'media_metadata_error' },
  },
  {
    what: 'a header file that was uploaded for nobody',
    message: filled('picture', { header: mediaHeader('pictureForNobody') }),
    gets: { status: 'media_metadata_error' },
  },
  {
    what: 'a header file for another recipient',
    message: filled('picture', { header: mediaHeader('pictureForAnother') }),
    gets: { status: 'media_metadata_error' },
  },
  {
    what: 'a name that the catalogue does not have',
    message: filled('no_such'),
    gets: { status: 'template_missing' },
  },
  { what: 'one that was rejected', message: filled('rejected'), gets: { status: 'template_not_available' } },
  { what: 'one that is paused', message: filled('paused'), gets: { status: 'template_not_available' } },
  {
    what: 'a body parameter too few',
    message: bills({ body: ann }),
    gets: { status: 'template_parameter_count' },
  },
  {
    what: 'a body parameter too many',
    message: filled('plain', { body: bill.body }),
    gets: { status: 'template_parameter_count' },
  },
  {
    what: 'a text header where there is a picture',
    message: filled('picture', { header: header('May') }),
    gets: { status: 'template_format_mismatch' },
  },
  {
    what: 'a picture where there is a film',
    message: filled('film', { header: mediaHeader('pictureForThis') }),
    gets: { status: 'template_format_mismatch' },
  },
  {
    what: 'sound in the header',
    message: filled('picture', { header: mediaHeader('soundForThis') }),
    gets: { status: 'template_media_unsupported' },
  },
  {
    what: 'a DOCX in the header',
    message: filled('picture', { header: mediaHeader('wordForThis') }),
    gets: { status: 'template_media_unsupported' },
  },
  { what: 'no header parameter', message: bills({ header: null }), gets: { status: 'parameter_missing' } },
  { what: 'no URL parameter', message: bills({ buttons: null }), gets: { status: 'parameter_missing' } },
  {
    what: 'a header that the template has not',
    message: filled('plain', { header: header('May') }),
    gets: { status: 'parameter_not_required' },
  },
  {
    what: 'a URL that the template has not',
    message: filled('plain', { buttons: url({ parameters: { 1: 'may' } }) }),
    gets: { status: 'parameter_not_required' },
  },
  {
    what: 'the place of another button',
    message: bills({ buttons: url({ listPosition: 2, parameters: { 1: 'may' } }) }),
    gets: { status: 'parameter_invalid' },
  },
  {
    what: 'a line break in a parameter',
    message: bills({ body: { parameters: { 1: 'Ann\nBob', 2: 'R13.00' } } }),
    gets: { status: 'parameter_invalid' },
  },
  {
    what: 'a text that is too long once it is filled in',
    message: filled('plain', { body: { parameters: { 1: 'x'.repeat(1025) } } }),
    gets: { status: 'template_text_too_long' },
  },
  {
    what: 'formatting in the header',
    message: bills({ header: header('*May*') }),
    gets: { status: 'template_formatting_violated' },
  },
  {
    what: 'a URL that is none once it is filled in',
    message: bills({ buttons: url({ parameters: { 1: 'two words' } }) }),
    gets: { status: 'template_url_invalid' },
  },
]

export const hsms: BadInput[] = [
  { what: 'text', message: both({ hsm: 'x' }), gets: hsmIncorrect('hsm') },
  { what: 'an empty object', message: both({ hsm: {} }), gets: hsmIncorrect('hsm.template') },
  {
    what: 'a parameter that is a number',
    message: both({ hsm: { template: 'plain', parameters: { 1: 7 } } }),
    gets: hsmIncorrect('hsm.parameters[1]'),
  },
  {
    what: 'parameters 1 and 3',
    message: both({ hsm: { template: 'plain', parameters: { 1: 'a', 3: 'b' } } }),
    gets: hsmIncorrect('hsm'),
  },
  {
    what: 'an unknown member',
    message: both({ hsm: { template: 'plain', language: 'en' } }),
    gets: hsmIncorrect('hsm.language'),
  },
  {
    what: 'a name that the catalogue does not have',
    message: both({ hsm: { template: 'no_such', parameters: { 1: 'Ann' } } }),
    gets: { status: 'template_missing' },
  },
]
