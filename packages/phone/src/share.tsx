import type { ComponentChildren } from 'preact'
import { useRef, useState } from 'preact/hooks'
import type { Phone, Said } from './api.ts'
import { ContactDialog } from './contact-dialog.tsx'
import { FileIcon, PersonIcon, PlaceIcon, PlusIcon } from './icons.tsx'
import { Menu } from './menu.tsx'
import { PlaceDialog } from './place-dialog.tsx'

interface Props {
  /** Those whose contacts can be shared. */
  phones: Phone[]
  onFiles(files: FileList): void
  onShare(said: Said): Promise<void>
}

/** Everything that can be said beside words. */
export function Share({ phones, onFiles, onShare }: Props) {
  const input = useRef<HTMLInputElement>(null)
  const [asked, setAsked] = useState<'place' | 'contact'>()
  const onClose = () => setAsked(undefined)

  return (
    <>
      <Menu
        name="Attach or share"
        title="Attach or share"
        class="share"
        items={[
          item('Photo, video or file', <FileIcon />, () => input.current?.click()),
          item('Place', <PlaceIcon />, () => setAsked('place')),
          item('Contact', <PersonIcon />, () => setAsked('contact')),
        ]}
      >
        <PlusIcon />
      </Menu>
      <input
        ref={input}
        type="file"
        hidden
        aria-label="File"
        onChange={({ currentTarget }) => {
          if (currentTarget.files?.length) onFiles(currentTarget.files)
          // So that the same file can be chosen again.
          currentTarget.value = ''
        }}
      />
      {asked === 'place' && <PlaceDialog onShare={onShare} onClose={onClose} />}
      {asked === 'contact' && <ContactDialog phones={phones} onShare={onShare} onClose={onClose} />}
    </>
  )
}

function item(name: string, icon: ComponentChildren, act: () => void) {
  const face = (
    <>
      {icon}
      {name}
    </>
  )
  return { name, face, act }
}
