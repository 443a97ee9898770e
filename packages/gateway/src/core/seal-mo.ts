import type { KeyObject } from 'node:crypto'
import { changeLeaves } from '@waypost/protocol'
import { sealText } from './envelope.ts'
import type { Attachment, Mo, MoContent, PressedButton } from './message.ts'
import { moText } from './mo-text.ts'
import { readPayload } from './postback.ts'

/**
 * An MO with everything that its person wrote sealed, each text on its own, and what opens them. Ids, times, and what is
 * published of a file stay clear. A kind that has no event of its own becomes the text that tells of it: what kind it was
 * is sealed as well.
 */
export function sealMo(mo: ReadMo, { key, wrapped }: { key: KeyObject; wrapped: string }): ReadMo {
  const seal: Seal = (text) => sealText(key, text)
  return {
    ...mo,
    ...(mo.profileName !== undefined && { profileName: seal(mo.profileName) }),
    content: sealContent(mo.content, seal),
    encryptionKey: wrapped,
  }
}

type ReadMo = Omit<Mo, 'id'>
type Seal = (text: string) => string

function sealContent(content: MoContent, seal: Seal): MoContent {
  switch (content.type) {
    case 'text':
    case 'location':
    case 'contacts':
      return changeLeaves(content, seal)
    case 'button':
      return { type: 'button', button: sealButton(content.button, seal) }
    case 'attachment':
      return { type: 'attachment', attachment: sealAttachment(content.attachment, seal) }
    case 'media':
      return { type: 'media', media: { ...content.media, ...sealCaption(content.media, seal) } }
    case 'reaction':
    case 'lost':
    case 'unsupported':
      return { type: 'text', text: { body: seal(moText(content)) } }
  }
}

/** Our own payload is an id. Another one is told as postback data, or is the text once more. */
function sealButton({ text, payload, postbackData }: PressedButton, seal: Seal): PressedButton {
  return {
    text: seal(text),
    ...(payload !== undefined && readPayload(payload) && { payload }),
    ...(postbackData !== undefined && { postbackData: seal(postbackData) }),
  }
}

function sealAttachment({ caption, ...rest }: Attachment, seal: Seal): Attachment {
  const { contentType } = rest
  const lost = { contentType, ...(caption !== undefined && { caption }) }
  return {
    ...rest,
    ...sealCaption({ caption }, seal),
    ifLost: seal(moText({ type: 'lost', lost })),
  }
}

const sealCaption = ({ caption }: { caption?: string | undefined }, seal: Seal) =>
  caption === undefined ? {} : { caption: seal(caption) }
