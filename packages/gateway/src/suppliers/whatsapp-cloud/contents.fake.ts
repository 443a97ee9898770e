import type { Content } from '@waypost/protocol'
import type { Template } from '../../core/template.ts'
import { mtOf } from '../supplier.suite.ts'

/** What is sent to Graph for one content: the member of its type. What Graph is told of every message is left out. */
export interface Sending {
  what: string
  content: Content
  /** The template that the content fills. */
  template?: Partial<Template>
  sends: { type: string } & Record<string, unknown>
  /** The example of the same in Meta's published specification, where there is one. */
  example?: string
}

const mtId = mtOf({ type: 'text', text: { body: '' } }).id

/** Files that are there, by the kind Meta shows them as. */
export const kept = {
  image: { id: '00000000-0000-4000-8000-0000000000a1.png', contentType: 'image/png', fileName: 'cake.png' },
  video: { id: '00000000-0000-4000-8000-0000000000a2.mp4', contentType: 'video/mp4', fileName: 'oven.mp4' },
  audio: { id: '00000000-0000-4000-8000-0000000000a3.ogg', contentType: 'audio/ogg', fileName: 'bell.ogg' },
  document: {
    id: '00000000-0000-4000-8000-0000000000a4.pdf',
    contentType: 'application/pdf',
    fileName: 'bill.pdf',
  },
}

/** What the far side calls every file. */
export const mediaId = 'media.1'

const file = (kind: keyof typeof kept, caption?: string): Content => ({
  type: 'media',
  media: { fileId: kept[kind].id, ...(caption && { caption }) },
})
const text = (text: string) => ({ type: 'text', text })
const named = (name: string, text: string) => ({ type: 'text', parameter_name: name, text })
const body = (...parameters: object[]) => ({ type: 'body', parameters })
const header = (parameter: object) => ({ type: 'header', parameters: [parameter] })
const replyButton = (index: string, number: number) => ({
  type: 'button',
  sub_type: 'quick_reply',
  index,
  parameters: [{ type: 'payload', payload: `${mtId}:${number}` }],
})
const urlButton = (index: string, suffix: string) => ({
  type: 'button',
  sub_type: 'url',
  index,
  parameters: [text(suffix)],
})
const template = (...components: object[]) => ({
  type: 'template',
  template: { name: 'order_baked', language: { code: 'en_US' }, components },
})
const filling = (filled: object): Content => ({
  type: 'template',
  template: { templateName: 'order_baked', parameters: {}, ...filled },
})
const reply = (text: string) => ({ type: 'reply', text }) as const
const dial = { type: 'dial', text: 'Call', phone: '27215550101' } as const
const page = (url: string) => ({ type: 'url', text: 'Open', url }) as const

export const contents: Sending[] = [
  {
    what: 'text',
    content: { type: 'text', text: { body: 'Your cake is baked.' } },
    sends: { type: 'text', text: { body: 'Your cake is baked.', preview_url: false } },
    example: 'Send Text Message',
  },
  {
    what: 'text with a preview',
    content: { type: 'text', text: { body: 'https://example.com', previewFirstUrl: true } },
    sends: { type: 'text', text: { body: 'https://example.com', preview_url: true } },
    example: 'Send Text Message with Preview URL',
  },
  {
    what: 'a location',
    content: {
      type: 'location',
      location: {
        latitude: '-33.946512345678',
        longitude: '18.473298765432',
        name: 'Bakery',
        address: '12 Flour Street',
      },
    },
    sends: {
      type: 'location',
      location: {
        latitude: '-33.946512345678',
        longitude: '18.473298765432',
        name: 'Bakery',
        address: '12 Flour Street',
      },
    },
    example: 'Send Location Message',
  },
  {
    what: 'a location without words',
    content: { type: 'location', location: { latitude: '90', longitude: '0' } },
    sends: { type: 'location', location: { latitude: '90', longitude: '0' } },
    example: 'Send Location Message',
  },
  {
    what: 'a contact with all there can be',
    content: {
      type: 'contacts',
      contacts: {
        contacts: [
          {
            name: { formattedName: 'Thandi Nkosi', firstName: 'Thandi', lastName: 'Nkosi' },
            birthday: '1990-04-17',
            org: { company: 'Bakery', department: 'Cakes', title: 'Baker' },
            addresses: [
              {
                street: '12 Flour Street',
                city: 'Mowbray',
                state: 'WC',
                zip: '7700',
                country: 'South Africa',
                countryCode: 'za',
                type: 'WORK',
              },
            ],
            emails: [{ email: 'thandi@example.com', type: 'HOME' }],
            phones: [{ phone: '+27 21 555 0101', type: 'WORK', waId: '27215550101' }],
            urls: [{ url: 'https://example.com', type: 'WORK' }],
          },
        ],
      },
    },
    sends: {
      type: 'contacts',
      contacts: [
        {
          name: { formatted_name: 'Thandi Nkosi', first_name: 'Thandi', last_name: 'Nkosi' },
          birthday: '1990-04-17',
          org: { company: 'Bakery', department: 'Cakes', title: 'Baker' },
          addresses: [
            {
              street: '12 Flour Street',
              city: 'Mowbray',
              state: 'WC',
              zip: '7700',
              country: 'South Africa',
              country_code: 'za',
              type: 'WORK',
            },
          ],
          emails: [{ email: 'thandi@example.com', type: 'HOME' }],
          phones: [{ phone: '+27 21 555 0101', type: 'WORK', wa_id: '27215550101' }],
          urls: [{ url: 'https://example.com', type: 'WORK' }],
        },
      ],
    },
    example: 'Send Contact Message',
  },
  {
    what: 'two contacts, of which one has a whole name only',
    content: {
      type: 'contacts',
      contacts: {
        contacts: [
          { name: { formattedName: 'Thandi', lastName: 'Nkosi' }, phones: [{ phone: '+27215550101' }] },
          { name: { formattedName: 'Bakery' }, urls: [{ url: 'https://example.com' }] },
        ],
      },
    },
    sends: {
      type: 'contacts',
      contacts: [
        { name: { formatted_name: 'Thandi', last_name: 'Nkosi' }, phones: [{ phone: '+27215550101' }] },
        {
          name: { formatted_name: 'Bakery', first_name: 'Bakery' },
          urls: [{ url: 'https://example.com' }],
        },
      ],
    },
    example: 'Send Contact Message',
  },
  {
    what: 'an image',
    content: file('image'),
    sends: { type: 'image', image: { id: mediaId } },
    example: 'Send Image Message by ID',
  },
  {
    what: 'an image with a caption',
    content: file('image', 'Yours'),
    sends: { type: 'image', image: { id: mediaId, caption: 'Yours' } },
  },
  {
    what: 'a video with a caption',
    content: file('video', 'Rising'),
    sends: { type: 'video', video: { id: mediaId, caption: 'Rising' } },
    example: 'Send Video Message by ID',
  },
  {
    what: 'a sound',
    content: file('audio'),
    sends: { type: 'audio', audio: { id: mediaId } },
    example: 'Send Audio Message by ID',
  },
  {
    what: 'a document with a caption',
    content: file('document', 'For the cake'),
    sends: { type: 'document', document: { id: mediaId, caption: 'For the cake', filename: 'bill.pdf' } },
    example: 'Send Document Message by ID',
  },
  {
    what: 'a template without parameters',
    content: filling({}),
    sends: template(),
    example: 'Send Message Template Text',
  },
  {
    what: 'a template with parameters in its body',
    content: filling({
      parameters: { 10: 'j', 1: 'a', 2: 'b', 3: 'c', 4: 'd', 5: 'e', 6: 'f', 7: 'g', 8: 'h', 9: 'i' },
    }),
    sends: template(body(...Array.from('abcdefghij', text))),
    example: 'Send Message Template Text',
  },
  {
    what: 'a template with named parameters',
    content: filling({
      header: { text: { parameters: { 1: 'May' } } },
      parameters: { first_name: 'Thandi', cake: 'Lemon' },
    }),
    template: { header: { type: 'text', text: 'News of {{month}}' } },
    sends: template(
      header(named('month', 'May')),
      body(named('first_name', 'Thandi'), named('cake', 'Lemon')),
    ),
  },
  {
    what: 'a template with a parameter in its header',
    content: filling({ header: { text: { parameters: { 1: 'March' } } }, parameters: { 1: 'Lemon' } }),
    template: { header: { type: 'text', text: 'News of {{1}}' } },
    sends: template(header(text('March')), body(text('Lemon'))),
  },
  {
    what: 'a template whose header has no parameter',
    content: filling({ header: { text: {} }, parameters: { 1: '7am-3pm' } }),
    template: { header: { type: 'text', text: 'When we are there' } },
    sends: template(body(text('7am-3pm'))),
  },
  {
    what: 'a template with an image in its header',
    content: filling({ header: { media: { fileId: kept.image.id } }, parameters: { 1: 'Lemon' } }),
    template: { header: { type: 'image' } },
    sends: template(header({ type: 'image', image: { id: mediaId } }), body(text('Lemon'))),
  },
  {
    what: 'a template with a video in its header',
    content: filling({ header: { media: { fileId: kept.video.id } } }),
    template: { header: { type: 'video' } },
    sends: template(header({ type: 'video', video: { id: mediaId } })),
  },
  {
    what: 'a template with a document in its header, and replies',
    content: filling({ header: { media: { fileId: kept.document.id } }, postbackData: { 2: 'later' } }),
    template: { header: { type: 'document' }, buttons: [reply('Now'), reply('Later'), reply('Never')] },
    sends: template(
      header({ type: 'document', document: { id: mediaId, filename: 'bill.pdf' } }),
      replyButton('0', 1),
      replyButton('1', 2),
      replyButton('2', 3),
    ),
  },
  {
    what: 'a template with one reply',
    content: filling({ parameters: { 1: 'Lemon' } }),
    template: { buttons: [reply('Now')] },
    sends: template(body(text('Lemon')), replyButton('0', 1)),
    example: 'Send Message Template Interactive',
  },
  {
    what: 'a template with a number to dial and a page with a parameter',
    content: filling({ websiteUrl: { listPosition: 2, parameters: { 1: 'cakes/lemon' } } }),
    template: { buttons: [dial, page('https://example.com/{{1}}')] },
    sends: template(urlButton('1', 'cakes/lemon')),
  },
  {
    what: 'a template with a page that has none',
    content: filling({}),
    template: { buttons: [page('https://example.com/cakes'), dial] },
    sends: template(),
  },
  {
    what: 'a template with a page between replies',
    content: filling({ websiteUrl: { listPosition: 1, parameters: { 1: 'cakes' } } }),
    template: { buttons: [reply('Now'), page('https://example.com/{{1}}'), reply('Later')] },
    sends: template(replyButton('0', 1), urlButton('1', 'cakes'), replyButton('2', 2)),
  },
]
