import { useState } from 'preact/hooks'
import { type Button, type Leads, type Message, postPress, Refusal } from './api.ts'
import { DialPad } from './dial-pad.tsx'
import { DialIcon, OpenIcon, ReplyIcon } from './icons.tsx'
import { OpenPage } from './open-page.tsx'

interface Props {
  message: Message
  tabIndex: number
}

const icons = { reply: ReplyIcon, url: OpenIcon, dial: DialIcon }

/** The buttons below a message. Where one leads the sandbox says when it is pressed. */
export function Buttons({ message: { id, to, buttons = [] }, tabIndex }: Props) {
  const [leads, setLeads] = useState<Leads>()
  const [note, setNote] = useState('')
  if (buttons.length === 0) return null

  async function press({ type }: Button, place: number): Promise<void> {
    setNote(type === 'reply' ? 'Answering by button is not there yet.' : '')
    if (type === 'reply') return
    try {
      setLeads(await postPress(to, id, place))
    } catch (error) {
      setNote(error instanceof Refusal ? `${error.message}.` : 'The sandbox does not answer.')
    }
  }

  return (
    <div class="buttons">
      {buttons.map((button, index) => {
        const Icon = icons[button.type]
        return (
          // A list that never changes: the place is the identity.
          <button
            key={`${index}`}
            type="button"
            class="card-action"
            tabIndex={tabIndex}
            onClick={() => void press(button, index + 1)}
          >
            <Icon />
            <span dir="auto">{button.text}</span>
          </button>
        )
      })}
      <p class="buttons-note" role="status">
        {note}
      </p>
      {leads && 'opens' in leads && <OpenPage url={leads.opens} onClose={() => setLeads(undefined)} />}
      {leads && 'dials' in leads && <DialPad number={leads.dials} onClose={() => setLeads(undefined)} />}
    </div>
  )
}
