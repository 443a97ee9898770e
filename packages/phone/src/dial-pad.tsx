import { useState } from 'preact/hooks'
import { Dialog } from './dialog.tsx'
import { BackIcon, DialIcon } from './icons.tsx'

interface Props {
  /** What stands there already. */
  number: string
  onClose(): void
}

const keys = Array.from('123456789*0#')

/** A phone's own, with the business's number typed in. It dials nothing. */
export function DialPad({ number, onClose }: Props) {
  const [typed, setTyped] = useState(number)
  const [called, setCalled] = useState(false)

  return (
    <Dialog title="Dial pad" onClose={onClose}>
      <div class="dial-line">
        <output class="dial-number number" aria-label="Number">
          {typed}
        </output>
        <button
          type="button"
          class="plain"
          aria-label="Delete the last digit"
          title="Delete"
          disabled={typed === ''}
          onClick={() => setTyped(typed.slice(0, -1))}
        >
          <BackIcon />
        </button>
      </div>
      <div class="dial-keys">
        {keys.map((key) => (
          <button key={key} type="button" onClick={() => setTyped(typed + key)}>
            {key}
          </button>
        ))}
      </div>
      <button type="button" class="action action-main dial-call" onClick={() => setCalled(true)}>
        <DialIcon />
        Call
      </button>
      <p class="dial-note" role="status">
        {called && 'This phone places no calls; a real one would now.'}
      </p>
    </Dialog>
  )
}
