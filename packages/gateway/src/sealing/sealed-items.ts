import type { KeyObject } from 'node:crypto'
import type { Content } from '@waypost/protocol'
import type { MediaFile } from '../core/media.ts'
import { fileIdOf, type Mo, type MoContent, type Mt } from '../core/message.ts'
import { readPayload } from '../core/postback.ts'
import type { Callback, RecordedMo } from '../core/store.ts'
import { unreadable, unreadableMo } from '../core/unreadable.ts'
import { openTextAtRest, sealTextAtRest, Unreadable } from './seal.ts'

/** Sealed, each is of its own type still, as far as a store looks: with one string in the place of what it says. */

export function sealedMt(key: KeyObject, mt: Mt): Mt {
  return { ...mt, content: sealedContent(key, mt, mt.content) }
}

export function openedMt(key: KeyObject | undefined, mt: Mt): Mt {
  if (!isSealed(mt.content)) return mt
  return { ...mt, content: openedContent<Content>(key, mt, mt.content) ?? unreadable }
}

/** Its profile name has a place of its own, because its content may be replaced. */
export function sealedMo(key: KeyObject, { profileName, ...mo }: RecordedMo): RecordedMo {
  const content = sealedMoContent(key, mo, mo.content)
  if (profileName === undefined) return { ...mo, content }
  const sealedName = sealTextAtRest(key, profileName, placeOf(mo, 'profile'))
  const sealed: Named<RecordedMo> = { ...mo, content, sealedName }
  return sealed
}

export function sealedMoContent(key: KeyObject, mo: Message, content: MoContent): MoContent {
  return sealedContent(key, mo, content)
}

export function openedMo<M extends Mo>(key: KeyObject | undefined, stored: M): M {
  const { sealedName, ...mo }: Named<M> = stored
  const opened = mo as unknown as M // without a member that it does not have by its type
  if (isSealed(mo.content)) {
    const content = openedContent<MoContent>(key, mo, mo.content)
    if (!content) return unreadableOf(opened)
    opened.content = content
  }
  const profileName = sealedName && openedText(key, sealedName, placeOf(mo, 'profile'))
  if (profileName !== undefined) opened.profileName = profileName
  return opened
}

/** What stands there instead is clear, whether the MO was sealed for its business or not. */
function unreadableOf<M extends Mo>({ encryptionKey: _, profileName: __, ...mo }: M): M {
  return { ...mo, content: unreadableMo } as unknown as M // without members that may be missing
}

export function openedCallback(key: KeyObject | undefined, callback: Callback): Callback {
  const { event } = callback
  return event.type === 'mo' ? { ...callback, event: { ...event, mo: openedMo(key, event.mo) } } : callback
}

/** Of what is known of a file only its name tells what is in it. */
export function sealedFile(key: KeyObject, file: MediaFile): MediaFile {
  const sealedName = sealTextAtRest(key, file.fileName, [file.integrationId, file.id, 'name'])
  const sealed: Named<MediaFile> = { ...file, fileName: '', sealedName }
  return sealed
}

export function openedFile(key: KeyObject | undefined, stored: MediaFile): MediaFile {
  const { sealedName, ...file }: Named<MediaFile> = stored
  if (sealedName === undefined) return stored
  const fileName = openedText(key, sealedName, [file.integrationId, file.id, 'name'])
  return { ...file, fileName: fileName ?? 'unreadable' }
}

/** Whether any of it is sealed: where nothing is, no key is needed. */
export const isSealedMt = ({ content }: Mt): boolean => isSealed(content)
export const isSealedMo = (mo: Mo): boolean => isSealed(mo.content) || 'sealedName' in mo
export const isSealedCallback = ({ event }: Callback): boolean => event.type === 'mo' && isSealedMo(event.mo)
export const isSealedFile = (file: MediaFile): boolean => 'sealedName' in file

/** With its name sealed beside it. */
type Named<T> = T & { sealedName?: string }

type Message = Pick<Mt, 'id' | 'integrationId'>

const placeOf = ({ integrationId, id }: Message, what: 'content' | 'profile') => [integrationId, id, what]

/** The store takes it for a content of that type, and looks at nothing but its outline. */
function sealedContent<C extends Content | MoContent>(key: KeyObject, message: Message, content: C): C {
  const sealed = sealTextAtRest(key, JSON.stringify(content), placeOf(message, 'content'))
  return { ...outlineOf(content), sealed } as unknown as C
}

const isSealed = (content: object): content is { sealed: string } => 'sealed' in content

function openedContent<C>(key: KeyObject | undefined, message: Message, { sealed }: { sealed: string }) {
  const text = openedText(key, sealed, placeOf(message, 'content'))
  return text === undefined ? undefined : (JSON.parse(text) as C) // as it was sealed
}

function openedText(key: KeyObject | undefined, sealed: string, place: string[]): string | undefined {
  if (!key) return undefined
  try {
    return openTextAtRest(key, sealed, place)
  } catch (error) {
    if (error instanceof Unreadable) return undefined
    throw error
  }
}

/** What a store looks at: the kind of content, the file that it has, and whose button was pressed. */
function outlineOf(content: Content | MoContent): object {
  const { type } = content
  if (type === 'button') {
    const { payload } = content.button
    return { type, button: payload !== undefined && readPayload(payload) ? { payload } : {} }
  }
  if (type === 'template') {
    const fileId = fileIdOf(content)
    return { type, template: fileId === undefined ? {} : { header: { media: { fileId } } } }
  }
  return type === 'media' ? { type, media: { fileId: content.media.fileId } } : { type }
}
