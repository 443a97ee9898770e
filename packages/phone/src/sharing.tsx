import type { ComponentChildren } from 'preact'
import { useId, useRef, useState } from 'preact/hooks'
import { problemOf } from './ask.ts'
import { Dialog } from './dialog.tsx'

/** Something to begin with. */
export interface Offer {
  title: string
}

interface Props<T extends Offer> {
  title: string
  /** What the offers are called. */
  offered: string
  offers: readonly T[]
  isFirstChosen?: boolean
  /** Undefined for one's own. */
  onOffer(offer: T | undefined): void
  /** Rejects when it is not sent. */
  onShare(): Promise<void>
  onClose(): void
  /** The fields. */
  children: ComponentChildren
}

/** A form that makes a message: chosen from offers, or filled in. */
export function Sharing<T extends Offer>(props: Props<T>) {
  const { title, offered, offers, isFirstChosen = false, onOffer, onShare, onClose, children } = props
  const id = useId()
  const form = useRef<HTMLFormElement>(null)
  const [problem, setProblem] = useState<string>()

  /** By the dialog itself, which then gives the focus back to where it was opened. */
  const close = () => form.current?.closest('dialog')?.close()

  async function share(): Promise<void> {
    setProblem(undefined)
    try {
      await onShare()
      close()
    } catch (error) {
      setProblem(`Not shared: ${problemOf(error)}.`)
    }
  }

  return (
    <Dialog title={title} onClose={onClose}>
      <form
        ref={form}
        class="fields"
        onSubmit={(event) => {
          event.preventDefault()
          void share()
        }}
      >
        {offers.length > 0 && (
          <div class="field">
            <label for={id}>{offered}</label>
            <select
              id={id}
              onChange={({ currentTarget: { value } }) =>
                onOffer(offers.find(({ title }) => title === value))
              }
            >
              {!isFirstChosen && <option value="">None: fill it in</option>}
              {offers.map((offer) => (
                <option key={offer.title} value={offer.title}>
                  {offer.title}
                </option>
              ))}
              {isFirstChosen && <option value="">Another: fill it in</option>}
            </select>
          </div>
        )}
        {children}
        {problem && (
          <p class="problem" role="alert">
            {problem}
          </p>
        )}
        <div class="dialog-actions">
          <button type="button" class="action" onClick={close}>
            Cancel
          </button>
          <button type="submit" class="action action-main">
            Share
          </button>
        </div>
      </form>
    </Dialog>
  )
}

interface FieldProps {
  label: string
  type?: 'text' | 'tel' | 'email' | 'number'
  required?: boolean
  min?: number
  max?: number
  maxLength?: number
  value: string
  onInput(value: string): void
}

export function Field({ label, type = 'text', onInput, ...rest }: FieldProps) {
  const id = useId()
  return (
    <div class="field">
      <label for={id}>{label}</label>
      <input
        id={id}
        // All of these take the same attributes, which Preact's types have one by one.
        type={type as 'text'}
        step={type === 'number' ? 'any' : undefined}
        autocomplete="off"
        {...rest}
        onInput={({ currentTarget }) => onInput(currentTarget.value)}
      />
    </div>
  )
}
