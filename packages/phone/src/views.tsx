import type { ComponentChildren } from 'preact'
import { BusinessIcon, PeopleIcon, PhoneIcon } from './icons.tsx'

/** Where the page is too narrow for all three side by side, the one that is shown. */
export type View = 'phones' | 'phone' | 'business'

interface Props {
  view: View
  unread: number
  onView(view: View): void
}

export function Views({ view, unread, onView }: Props) {
  const button = (name: View, text: string, icon: ComponentChildren) => (
    <button type="button" class={`view-${name}`} aria-current={view === name} onClick={() => onView(name)}>
      {icon}
      {text}
    </button>
  )
  return (
    <nav class="views" aria-label="Views">
      {button('phones', 'Phones', <PeopleIcon />)}
      {button('phone', unread > 0 ? `Phone (${unread})` : 'Phone', <PhoneIcon />)}
      {button('business', 'Callbacks', <BusinessIcon />)}
    </nav>
  )
}
