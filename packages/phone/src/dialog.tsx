import type { ComponentChildren } from 'preact'
import { useId, useLayoutEffect, useRef } from 'preact/hooks'
import { CloseIcon } from './icons.tsx'

interface Props {
  title: string
  onClose(): void
  children: ComponentChildren
}

/** Stands before everything else until it is closed: by its button, by Escape, or by a press beside it. */
export function Dialog({ title, onClose, children }: Props) {
  const dialog = useRef<HTMLDialogElement>(null)
  const titleId = useId()

  useLayoutEffect(() => dialog.current?.showModal(), [])

  return (
    <dialog ref={dialog} class="dialog" aria-labelledby={titleId} onClose={onClose} closedby="any">
      <div class="dialog-inside">
        <header class="dialog-bar">
          <h2 id={titleId}>{title}</h2>
          <button
            type="button"
            class="plain"
            aria-label="Close"
            title="Close"
            onClick={() => dialog.current?.close()}
          >
            <CloseIcon />
          </button>
        </header>
        {children}
      </div>
    </dialog>
  )
}
