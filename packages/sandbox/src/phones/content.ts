import type { MediaKind } from '../media/types.ts'

/** What a message shows on the phone. More kinds come beside these. */
export type MessageContent = TextContent | MediaContent | LocationContent | ContactsContent | TemplateContent

export interface TextContent {
  kind: 'text'
  text: string
  /** The business asked for a preview of the first URL. */
  preview: boolean
}

export interface MediaContent {
  kind: MediaKind
  media: MediaFile
  caption?: string
}

/** A file that came with a message. */
export interface MediaFile {
  /** Its id at Meta, which may be gone; the file is not. */
  id: string
  contentType: string
  fileName?: string
  bytes: number
}

export interface LocationContent {
  kind: 'location'
  location: {
    /** Degrees. */
    latitude: number
    longitude: number
    name?: string
    address?: string
  }
}

export interface ContactsContent {
  kind: 'contacts'
  contacts: Contact[]
}

/** A template with its parameters filled in. */
export interface TemplateContent {
  kind: 'template'
  header?: string
  /** A header that is a file. */
  media?: MediaFile
  body: string
  footer?: string
  buttons?: Button[]
}

/** The phone is told of what stands beside `pressed` when the button is pressed. */
export type Button = { text: string; pressed: boolean } & (
  | { type: 'reply'; payload: string }
  | { type: 'url'; opens: string }
  | { type: 'dial'; dials: string }
)

/** A card of an address book, with the names the One API has for its members. */
export interface Contact {
  name: {
    formattedName: string
    firstName?: string
    lastName?: string
    middleName?: string
    prefix?: string
    suffix?: string
  }
  addresses?: {
    street?: string
    city?: string
    state?: string
    zip?: string
    country?: string
    countryCode?: string
    type?: string
  }[]
  /** `YYYY-MM-DD` */
  birthday?: string
  emails?: { email?: string; type?: string }[]
  org?: { company?: string; department?: string; title?: string }
  phones?: { phone?: string; type?: string; waId?: string }[]
  urls?: { url?: string; type?: string }[]
}
