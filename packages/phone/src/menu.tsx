import type { ComponentChildren, TargetedKeyboardEvent } from 'preact'
import { useId, useLayoutEffect, useRef, useState } from 'preact/hooks'

export interface MenuItem {
  name: string
  face: ComponentChildren
  /** For items of which one may be chosen. */
  isChosen?: boolean
  act(): void
}

interface Props {
  /** What the button that opens it is called, and the menu with it. */
  name: string
  /** What the button says to those who point at it. */
  title: string
  class: string
  tabIndex?: number
  items: MenuItem[]
  /** The face of the button. */
  children: ComponentChildren
}

/** A button with a menu: https://www.w3.org/WAI/ARIA/apg/patterns/menu-button/ */
export function Menu({ name, title, class: className, tabIndex = 0, items, children }: Props) {
  const [isOpen, setOpen] = useState(false)
  const id = useId()
  const button = useRef<HTMLButtonElement>(null)
  const list = useRef<HTMLDivElement>(null)

  useLayoutEffect(() => {
    if (isOpen)
      (list.current?.querySelector<HTMLElement>('[aria-checked=true]') ?? first(list.current))?.focus()
  }, [isOpen])

  function close(): void {
    setOpen(false)
    button.current?.focus()
  }

  function choose({ act }: MenuItem): void {
    // What it opens gives the focus back to the button.
    close()
    act()
  }

  function onKeyDown(event: TargetedKeyboardEvent<HTMLElement>): void {
    if (event.key === 'Escape') close()
    else if (!moveAmongItems(event)) return
    event.preventDefault()
    event.stopPropagation()
  }

  return (
    <div class={`menu ${className}`}>
      <button
        ref={button}
        type="button"
        class="menu-button"
        tabIndex={tabIndex}
        aria-label={name}
        title={title}
        aria-haspopup="menu"
        aria-expanded={isOpen}
        aria-controls={isOpen ? id : undefined}
        onClick={() => setOpen(!isOpen)}
      >
        {children}
      </button>
      {isOpen && (
        <div
          ref={list}
          id={id}
          class="menu-items"
          role="menu"
          tabIndex={-1}
          aria-label={name}
          onKeyDown={onKeyDown}
          // A press on an item must not take the focus away first: then the menu would be gone before it is over.
          onMouseDown={(event) => event.preventDefault()}
          onFocusOut={({ relatedTarget }) => {
            const isInside = relatedTarget instanceof Node && list.current?.contains(relatedTarget)
            // The button closes it by itself.
            if (!isInside && relatedTarget !== button.current) setOpen(false)
          }}
        >
          {items.map((item) => (
            <button
              key={item.name}
              type="button"
              class="menu-item"
              {...roleOf(item)}
              aria-label={item.name}
              tabIndex={-1}
              onClick={() => choose(item)}
            >
              {item.face}
            </button>
          ))}
        </div>
      )}
    </div>
  )
}

function roleOf({ isChosen }: MenuItem) {
  if (isChosen === undefined) return { role: 'menuitem' } as const
  return { role: 'menuitemradio', 'aria-checked': isChosen } as const
}

function first(list: HTMLElement | null): HTMLElement | null | undefined {
  return list?.querySelector<HTMLElement>('.menu-item')
}

/** Answers whether the key was one for that. */
function moveAmongItems({ key, currentTarget }: TargetedKeyboardEvent<HTMLElement>): boolean {
  const items = [...currentTarget.querySelectorAll<HTMLElement>('.menu-item')]
  const from = items.findIndex((item) => item.matches(':focus'))
  const to = steps[key]?.(from, items.length)
  if (to === undefined) return false
  items.at(to % items.length)?.focus()
  return true
}

const next = (from: number) => from + 1
const previous = (from: number) => from - 1

/** In a row or a column, and round and round. */
const steps: Record<string, (from: number, count: number) => number> = {
  ArrowDown: next,
  ArrowRight: next,
  ArrowUp: previous,
  ArrowLeft: previous,
  Home: () => 0,
  End: (_, count) => count - 1,
}
