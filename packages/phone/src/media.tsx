import { useState } from 'preact/hooks'
import type { MessageMedia } from './api.ts'
import { sizeText, typeText } from './file.ts'
import { DocumentIcon } from './icons.tsx'

interface Props {
  media: MessageMedia
  /** What it is called for those who listen: its caption, where it has one. */
  name: string
  tabIndex: number
}

/** Opens in full in a page of its own. Its place has one size, so that nothing moves when it arrives. */
export function Picture({ media, name, tabIndex }: Props) {
  const [isBroken, setBroken] = useState(false)
  if (isBroken) return <Broken media={media} tabIndex={tabIndex} />
  return (
    <a
      class="picture"
      href={media.url}
      target="_blank"
      rel="noopener"
      tabIndex={tabIndex}
      title="Open in full"
    >
      <img src={media.url} alt={name} onError={() => setBroken(true)} />
    </a>
  )
}

export function Sticker({ media, name, tabIndex }: Props) {
  const [isBroken, setBroken] = useState(false)
  if (isBroken) return <Broken media={media} tabIndex={tabIndex} />
  return <img class="sticker" src={media.url} alt={name} onError={() => setBroken(true)} />
}

export function Film({ media, name, tabIndex }: Props) {
  const [isBroken, setBroken] = useState(false)
  if (isBroken) return <Broken media={media} tabIndex={tabIndex} />
  return (
    // biome-ignore lint/a11y/useMediaCaption: a message has no subtitles, only its caption.
    <video
      class="film"
      src={media.url}
      controls
      playsInline
      preload="metadata"
      aria-label={name}
      tabIndex={tabIndex}
      onError={() => setBroken(true)}
    />
  )
}

export function Sound({ media, name, tabIndex }: Props) {
  const [isBroken, setBroken] = useState(false)
  if (isBroken) return <Broken media={media} tabIndex={tabIndex} />
  return (
    // biome-ignore lint/a11y/useMediaCaption: a message has no subtitles.
    <audio
      class="sound"
      src={media.url}
      controls
      preload="metadata"
      aria-label={name}
      tabIndex={tabIndex}
      onError={() => setBroken(true)}
    />
  )
}

export function DocumentCard({ media, tabIndex }: Omit<Props, 'name'>) {
  return (
    <a
      class="card document"
      href={media.url}
      download={media.fileName ?? ''}
      tabIndex={tabIndex}
      title="Save"
    >
      <DocumentIcon />
      <span class="card-words" dir="auto">
        <span class="unseen">Document: </span>
        <span class="card-title">{media.fileName ?? 'Untitled'}</span>
        <span class="card-more">
          {typeText(media)} · {sizeText(media.bytes)}
        </span>
      </span>
    </a>
  )
}

/** Of a type this browser cannot show, or not what it says it is. The bytes are there all the same. */
function Broken({ media, tabIndex }: Omit<Props, 'name'>) {
  return (
    <a
      class="card document"
      href={media.url}
      download={media.fileName ?? ''}
      tabIndex={tabIndex}
      title="Save"
    >
      <DocumentIcon />
      <span class="card-words">
        <span class="card-title">This browser cannot show it</span>
        <span class="card-more">
          {media.contentType} · {sizeText(media.bytes)}
        </span>
      </span>
    </a>
  )
}
