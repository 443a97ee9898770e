import { useState } from 'preact/hooks'
import { aimedAt } from './aimed.ts'
import { ClockBlock } from './clock-block.tsx'
import { ConversationList } from './conversation-list.tsx'
import { Brand } from './icons.tsx'
import { digitsOf, numberText } from './number.ts'
import { Settings } from './settings.tsx'
import type { Conversation } from './thread.ts'
import type { Directory } from './use-directory.ts'
import type { PhoneView } from './use-phone.ts'

interface Props {
  view: PhoneView
  directory: Directory
  conversations: Conversation[]
  business: string | undefined
  readReceipts: boolean
  onNumber(number: string): void
  onBusiness(number: string): void
  onReadReceipts(on: boolean): void
}

/** Which phone, which conversation, and how the phone behaves. */
export function Phones(props: Props) {
  const { view, directory, conversations, business, onNumber, onBusiness } = props
  const { phones, offsetMs, refresh } = directory
  const known = phones.some(({ msisdn }) => msisdn === view.msisdn)
  const listed = known
    ? phones
    : [view.phone ?? { msisdn: view.msisdn, profileName: '', online: true }, ...phones]

  return (
    <aside class="pane pane-phones" aria-label="Phones">
      <p class="brand">
        <Brand />
        <span>
          Waypost <small>sandbox</small>
        </span>
        <span class="connection" data-connection={view.connection}>
          {connectionTexts[view.connection]}
        </span>
      </p>
      <section class="block">
        <h2 class="block-title">Phones</h2>
        <ul class="choices">
          {listed.map(({ msisdn, profileName, online }) => (
            <li key={msisdn}>
              <button
                type="button"
                class="choice"
                aria-current={msisdn === view.msisdn}
                onClick={() => onNumber(msisdn)}
              >
                <span class="choice-name number">{numberText(msisdn)}</span>
                <span class="choice-more">
                  {profileName || 'No name'}
                  {!online && ' · offline'}
                </span>
                <Fault what={aimedAt(msisdn)} />
              </button>
            </li>
          ))}
        </ul>
        <OpenNumber onNumber={onNumber} />
      </section>
      <ConversationList conversations={conversations} business={business} onBusiness={onBusiness} />
      <ClockBlock offsetMs={offsetMs} onTurned={refresh} />
      <Settings {...props} />
    </aside>
  )
}

/** What messages to the number run into, without a fault being armed. */
function Fault({ what }: { what: string | undefined }) {
  return <>{what && <span class="choice-fault">{what}</span>}</>
}

const connectionTexts = { connecting: 'Connecting…', open: 'Live', lost: 'Not connected' }

function OpenNumber({ onNumber }: { onNumber(number: string): void }) {
  const [written, setWritten] = useState('')
  const [isWrong, setWrong] = useState(false)

  return (
    <form
      class="open-number"
      onSubmit={(event) => {
        event.preventDefault()
        const number = digitsOf(written)
        setWrong(!number)
        if (!number) return
        setWritten('')
        onNumber(number)
      }}
    >
      <label for="open-number">Open another number</label>
      <div class="field-line">
        <input
          id="open-number"
          type="tel"
          inputMode="tel"
          autocomplete="off"
          placeholder="27999000002"
          value={written}
          aria-invalid={isWrong}
          aria-describedby={isWrong ? 'open-number-problem' : undefined}
          onInput={({ currentTarget }) => setWritten(currentTarget.value)}
        />
        <button type="submit">Open</button>
      </div>
      {isWrong && (
        <p id="open-number-problem" class="problem" role="alert">
          A number is at least three digits and begins with its country code, not with 0.
        </p>
      )}
    </form>
  )
}
