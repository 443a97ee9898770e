import type { ComponentChildren } from 'preact'

export const LinkIcon = () => (
  <Icon>
    <path d="M10 14a4 4 0 0 0 5.7 0l3.6-3.6a4 4 0 0 0-5.7-5.7L12.4 6M14 10a4 4 0 0 0-5.7 0l-3.6 3.6a4 4 0 0 0 5.7 5.7l1.2-1.3" />
  </Icon>
)

export const DocumentIcon = () => (
  <Icon>
    <path d="M6 3h8l5 5v12a1 1 0 0 1-1 1H6a1 1 0 0 1-1-1V4a1 1 0 0 1 1-1ZM14 3v5h5M8.5 13h7M8.5 16.5h7" />
  </Icon>
)

export const OpenIcon = () => (
  <Icon>
    <path d="M13 5h6v6M19 5l-9 9M17 14v4a1 1 0 0 1-1 1H6a1 1 0 0 1-1-1V8a1 1 0 0 1 1-1h4" />
  </Icon>
)

export const DialIcon = () => (
  <Icon>
    <path d="M7 4h3l1.5 4.5-2 1.5a10 10 0 0 0 4.5 4.5l1.5-2L20 14v3a3 3 0 0 1-3 3A13 13 0 0 1 4 7a3 3 0 0 1 3-3Z" />
  </Icon>
)

export const BackIcon = () => (
  <Icon>
    <path d="M9 6h10a1 1 0 0 1 1 1v10a1 1 0 0 1-1 1H9l-6-6ZM11.5 9.5l5 5M16.5 9.5l-5 5" />
  </Icon>
)

export const ReplyIcon = () => (
  <Icon>
    <path d="M9.5 6 4 11.5 9.5 17M4.5 11.5H14a6 6 0 0 1 6 6v1" />
  </Icon>
)

export const SendIcon = () => (
  <Icon>
    <path d="M4 12 20 4l-5 16-4-6.5L4 12Zm7 1.5L20 4" />
  </Icon>
)

export const CloseIcon = () => (
  <Icon>
    <path d="m6 6 12 12M18 6 6 18" />
  </Icon>
)

export const DownIcon = () => (
  <Icon>
    <path d="m6 9 6 6 6-6" />
  </Icon>
)

export const DoneIcon = () => (
  <Icon>
    <path d="m5 12.5 4.5 4.5L19 7.5" />
  </Icon>
)

export const PlusIcon = () => (
  <Icon>
    <path d="M12 5v14M5 12h14" />
  </Icon>
)

export const FileIcon = () => (
  <Icon>
    <path d="M20 11.5 12 19.5a5 5 0 0 1-7-7l8.5-8.5a3.3 3.3 0 0 1 4.7 4.7L9.8 17a1.7 1.7 0 0 1-2.4-2.4l7.6-7.6" />
  </Icon>
)

export const PlaceIcon = () => (
  <Icon>
    <path d="M12 21c-4-5.5-6.5-8-6.5-11.5a6.5 6.5 0 0 1 13 0C18.5 13 16 15.5 12 21ZM12 12a2.5 2.5 0 1 0 0-5 2.5 2.5 0 0 0 0 5Z" />
  </Icon>
)

export const PersonIcon = () => (
  <Icon>
    <path d="M12 12a4 4 0 1 0 0-8 4 4 0 0 0 0 8ZM4.5 20.5c.5-4 3.5-5.5 7.5-5.5s7 1.5 7.5 5.5" />
  </Icon>
)

export const SmileIcon = () => (
  <Icon>
    <path d="M12 21a9 9 0 1 0 0-18 9 9 0 0 0 0 18ZM8.5 14a4 4 0 0 0 7 0M9 9.5v.01M15 9.5v.01" />
  </Icon>
)

export const LockIcon = () => (
  <Icon>
    <path d="M7 11h10a1 1 0 0 1 1 1v7a1 1 0 0 1-1 1H7a1 1 0 0 1-1-1v-7a1 1 0 0 1 1-1ZM8.5 11V8a3.5 3.5 0 0 1 7 0v3" />
  </Icon>
)

export const PeopleIcon = () => (
  <Icon>
    <path d="M4 6h16M4 12h16M4 18h10" />
  </Icon>
)

export const PhoneIcon = () => (
  <Icon>
    <path d="M7.5 3h9a1.5 1.5 0 0 1 1.5 1.5v15a1.5 1.5 0 0 1-1.5 1.5h-9A1.5 1.5 0 0 1 6 19.5v-15A1.5 1.5 0 0 1 7.5 3ZM10.5 18h3" />
  </Icon>
)

export const BusinessIcon = () => (
  <Icon>
    <path d="M4 20V9l8-5 8 5v11M4 20h16M9 20v-6h6v6" />
  </Icon>
)

/** A signpost. */
export const Brand = () => (
  <svg class="brand-mark" viewBox="0 0 32 32" aria-hidden="true">
    <path class="brand-post" d="M15 4h2v24h-2z" />
    <path class="brand-there" d="M6 7h16l4.5 4.25L22 15.5H6z" />
    <path class="brand-back" d="M26 17.5H11l-3.5 3.25L11 24h15z" />
  </svg>
)

/** Every button has words of its own, so that its picture can stay silent. */
function Icon({ children }: { children: ComponentChildren }) {
  return (
    <svg class="icon" viewBox="0 0 24 24" aria-hidden="true">
      {children}
    </svg>
  )
}
