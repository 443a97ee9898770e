import { useCallback, useEffect, useMemo, useState } from 'preact/hooks'
import { type Message, postRead } from './api.ts'
import { Sealed } from './callback-card.tsx'
import { StripClock } from './clock-block.tsx'
import { Composer } from './composer.tsx'
import { Conversation } from './conversation.tsx'
import { BeginHere, NoBusiness } from './empty.tsx'
import { Faults } from './fault-list.tsx'
import { Notices } from './notices.tsx'
import { numberText } from './number.ts'
import { businessOf } from './thread.ts'
import type { Directory } from './use-directory.ts'
import type { PhoneView } from './use-phone.ts'

interface Props {
  view: PhoneView
  /** The number whose conversation is open; undefined while the sandbox knows none. */
  business: string | undefined
  /** All business numbers that can be chosen. */
  numbers: string[]
  directory: Directory
  gatewayUrl: string
  readReceipts: boolean
  /** What is written here is sealed on its way from the gateway to the business. */
  isSealed: boolean
  onBusiness(number: string): void
}

/** The phone itself: one conversation, and a box to write in. */
export function Handset(props: Props) {
  const { view, business, numbers, directory, gatewayUrl, readReceipts, isSealed, onBusiness } = props
  const { phones, faults, offsetMs, refresh } = directory
  const { msisdn, connection, phone, messages, onSent } = view
  const [replyTo, setReplyTo] = useState<Message>()

  const conversation = useMemo(
    () => messages?.filter((message) => businessOf(message) === business),
    [messages, business],
  )

  useEffect(() => setReplyTo(undefined), [msisdn, business])

  const report = useCallback(
    // A refusal shows in the ticks, which stay as they are; the stream tells when the sandbox is gone.
    (id: string) => void postRead(msisdn, id).catch(() => undefined),
    [msisdn],
  )
  const onSeen = readReceipts && connection === 'open' ? report : undefined
  const isBlocked = business !== undefined && phone?.blocked.includes(business) === true

  return (
    <main class="handset">
      <div class="frame">
        <p class="status-strip">
          <span>{phone?.profileName || 'Phone'}</span>
          <StripClock offsetMs={offsetMs} />
          <span class="number">{numberText(msisdn)}</span>
        </p>
        <header class="handset-bar">
          <span class="avatar" aria-hidden="true">
            {business?.slice(-2) ?? '–'}
          </span>
          <div>
            <h1>{business ? numberText(business) : 'No business yet'}</h1>
            <p>{business ? 'Business' : 'Waiting for a gateway'}</p>
            {isSealed && (
              <p>
                <Sealed />
              </p>
            )}
          </div>
        </header>
        <Notices view={view} business={business} />
        <Faults msisdn={msisdn} faults={faults} onDisarmed={refresh} />
        {business && conversation ? (
          <Conversation
            key={`${msisdn} ${business}`}
            label={`Conversation with ${numberText(business)}`}
            messages={conversation}
            offsetMs={offsetMs}
            onSeen={onSeen}
            onReply={setReplyTo}
            onSent={onSent}
          >
            <BeginHere msisdn={msisdn} business={business} gatewayUrl={gatewayUrl} />
          </Conversation>
        ) : (
          <div class="conversation">
            <div class="scroller">{messages && <NoBusiness />}</div>
          </div>
        )}
        {business && !isBlocked && (
          <Composer
            key={msisdn}
            msisdn={msisdn}
            business={business}
            numbers={numbers}
            phones={phones}
            replyTo={replyTo}
            onBusiness={onBusiness}
            onSent={onSent}
            onReplyDone={() => setReplyTo(undefined)}
          />
        )}
      </div>
    </main>
  )
}
