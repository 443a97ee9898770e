import { useEffect, useRef } from 'preact/hooks'
import { sizeText } from './file.ts'
import { CloseIcon, DocumentIcon } from './icons.tsx'
import type { Attachment } from './use-attachment.ts'

interface Props {
  attachment: Attachment
  onRemove(): void
}

/** The file that goes with the next message, and how far it is. */
export function Attached({ attachment: { file, kind, refusal, progress }, onRemove }: Props) {
  const isPicture = /^image\/(jpeg|png|webp)$/.test(file.type) && !refusal
  return (
    // biome-ignore lint/a11y/useSemanticElements: a fieldset is for fields, and this has none
    <div class="attached" role="group" aria-label="Attached">
      {isPicture ? <Thumbnail key={file.name} file={file} /> : <DocumentIcon />}
      <div class="attached-words">
        <span class="attached-name" dir="auto">
          {file.name}
        </span>
        <span class="hint">
          {kind.label}, {sizeText(file.size)} of {sizeText(kind.mostBytes)} at most
          {!kind.hasCaption && ', without a text'}
        </span>
        {progress !== undefined && <progress value={progress} aria-label={`Sending ${file.name}`} />}
        {refusal && (
          <span class="problem" role="alert">
            {refusal}
          </span>
        )}
      </div>
      <button
        type="button"
        class="plain"
        aria-label={progress === undefined ? 'Remove the file' : 'Stop sending'}
        title={progress === undefined ? 'Remove' : 'Stop'}
        onClick={onRemove}
      >
        <CloseIcon />
      </button>
    </div>
  )
}

const edge = 96

/** Drawn, not referred to: the page's policy lets it load pictures of the sandbox only. */
function Thumbnail({ file }: { file: File }) {
  const canvas = useRef<HTMLCanvasElement>(null)

  useEffect(() => {
    let isWanted = true
    createImageBitmap(file).then(
      (picture) => isWanted && draw(picture, canvas.current),
      // It is no picture, whatever it says: its place stays empty.
      () => undefined,
    )
    return () => {
      isWanted = false
    }
  }, [file])

  return <canvas ref={canvas} class="thumbnail" width={edge} height={edge} />
}

function draw(picture: ImageBitmap, canvas: HTMLCanvasElement | null): void {
  const side = Math.min(picture.width, picture.height)
  const [x, y] = [(picture.width - side) / 2, (picture.height - side) / 2]
  canvas?.getContext('2d')?.drawImage(picture, x, y, side, side, 0, 0, edge, edge)
  picture.close()
}
