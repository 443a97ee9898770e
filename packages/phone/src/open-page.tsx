import { Dialog } from './dialog.tsx'

interface Props {
  /** Of the web: the sandbox takes no other in a button. */
  url: string
  onClose(): void
}

/** Asks before a business's page is opened. */
export function OpenPage({ url, onClose }: Props) {
  return (
    <Dialog title="Open this page?" onClose={onClose}>
      <p class="page-url">{url}</p>
      <div class="dialog-actions">
        <button type="button" class="action" onClick={close}>
          Cancel
        </button>
        <a class="action action-main" href={url} target="_blank" rel="noopener noreferrer" onClick={close}>
          Open
        </a>
      </div>
    </Dialog>
  )
}

/** By the dialog itself, which then gives the focus back to the button that opened it. */
function close({ currentTarget }: { currentTarget: HTMLElement }): void {
  currentTarget.closest('dialog')?.close()
}
