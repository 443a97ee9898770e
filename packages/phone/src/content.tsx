import type { ComponentChildren } from 'preact'
import type { Message, MessageMedia } from './api.ts'
import { ContactCard } from './contact-card.tsx'
import { firstUrl } from './formatting.ts'
import { LinkCard } from './link-card.tsx'
import { LocationCard } from './location-card.tsx'
import { DocumentCard, Film, Picture, Sound, Sticker } from './media.tsx'
import { wordsOf } from './words.ts'

interface Props {
  message: Message
  tabIndex: number
}

/** What of a message stands above its words. */
export function Content({ message, tabIndex }: Props) {
  return <>{hasDrawing(message) && drawings[message.kind]?.({ message, tabIndex })}</>
}

/** Whether the page knows how such a message looks. */
export function hasDrawing({ kind }: Message): boolean {
  return Object.hasOwn(drawings, kind)
}

/** How each kind is drawn; a kind that is missing here is named. */
const drawings: Record<string, (props: Props) => ComponentChildren> = {
  text: ({ message: { text = '', preview } }) => {
    const url = preview ? firstUrl(text) : undefined
    return url && <LinkCard url={url} />
  },
  image: ({ message, tabIndex }) =>
    message.media && <Picture media={message.media} name={wordsOf(message)} tabIndex={tabIndex} />,
  video: ({ message, tabIndex }) =>
    message.media && <Film media={message.media} name={wordsOf(message)} tabIndex={tabIndex} />,
  audio: ({ message, tabIndex }) =>
    message.media && <Sound media={message.media} name={wordsOf(message)} tabIndex={tabIndex} />,
  document: ({ message: { media }, tabIndex }) => media && <DocumentCard media={media} tabIndex={tabIndex} />,
  sticker: ({ message, tabIndex }) =>
    message.media && <Sticker media={message.media} name={wordsOf(message)} tabIndex={tabIndex} />,
  template: ({ message: { header, media }, tabIndex }) => (
    <>
      {media && <HeaderFile media={media} tabIndex={tabIndex} />}
      {header && (
        <strong class="template-header" dir="auto">
          {header}
        </strong>
      )}
    </>
  ),
  location: ({ message: { location } }) => location && <LocationCard location={location} />,
  contacts: ({ message: { contacts }, tabIndex }) =>
    contacts && <ContactCard contacts={contacts} tabIndex={tabIndex} />,
}

/** Of a template's header nothing but the file says what it is. */
function HeaderFile({ media, tabIndex }: { media: MessageMedia; tabIndex: number }) {
  if (media.contentType.startsWith('image/'))
    return <Picture media={media} name="Photo" tabIndex={tabIndex} />
  if (media.contentType.startsWith('video/')) return <Film media={media} name="Video" tabIndex={tabIndex} />
  return <DocumentCard media={media} tabIndex={tabIndex} />
}
