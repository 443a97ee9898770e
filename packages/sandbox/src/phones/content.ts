import type { MediaKind } from '../media/types.ts'

import type { Contact } from './contact.ts'

/** What a message says. More kinds come beside these. */
export type MessageContent = WrittenContent | TemplateContent

/** What a person can say. */
export type WrittenContent =
  | TextContent
  | MediaContent
  | LocationContent
  | ContactsContent
  | ReactionContent
  | ButtonContent

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
  /** Hexadecimal. */
  sha256: string
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

export interface ReactionContent {
  kind: 'reaction'
  /** Without an emoji the reaction is taken back. */
  reaction: { messageId: string; emoji: string }
}

/** A pressed reply button of a template. On the phone it looks like a text. */
export interface ButtonContent {
  kind: 'button'
  text: string
  payload: string
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
  | ReplyButton
  | { type: 'url'; opens: string }
  | { type: 'dial'; dials: string }
)

export interface ReplyButton {
  type: 'reply'
  payload: string
}
