import { useState } from 'preact/hooks'
import { type Button, type Leads, type Message, postPress } from './api.ts'
import { problemOf } from './ask.ts'
import { DialPad } from './dial-pad.tsx'
import { DialIcon, DoneIcon, OpenIcon, ReplyIcon } from './icons.tsx'
import { OpenPage } from './open-page.tsx'

interface Props {
  message: Message
  tabIndex: number
  onSent(message: Message): void
}

const icons = { reply: ReplyIcon, url: OpenIcon, dial: DialIcon }

/** The buttons below a message. Where one leads the sandbox says when it is pressed; a reply is said, once. */
export function Buttons({ message: { id, to, buttons = [] }, tabIndex, onSent }: Props) {
  const [leads, setLeads] = useState<Leads>()
  const [note, setNote] = useState('')
  /** Its answer is on its way: a second press would be refused. */
  const [going, setGoing] = useState<number>()
  if (buttons.length === 0) return null

  async function press({ pressed }: Button, place: number): Promise<void> {
    if (pressed || going === place) return
    setNote('')
    setGoing(place)
    try {
      const answer = await postPress(to, id, place)
      if ('id' in answer) onSent(answer)
      else setLeads(answer)
    } catch (error) {
      setNote(`Not pressed: ${problemOf(error)}.`)
    }
    setGoing(undefined)
  }

  return (
    <div class="buttons">
      {buttons.map((button, index) => {
        const Icon = button.pressed ? DoneIcon : icons[button.type]
        return (
          // A list that never changes: the place is the identity. What is disabled otherwise would lose the focus.
          <button
            key={`${index}`}
            type="button"
            class="card-action"
            tabIndex={tabIndex}
            aria-disabled={button.pressed}
            title={button.pressed ? 'Pressed: each answers once' : undefined}
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
