import { useEffect, useState } from 'preact/hooks'
import type { Business, Message } from './api.ts'
import { Callbacks } from './callbacks.tsx'
import { Handset } from './handset.tsx'
import { numberText } from './number.ts'
import { Phones } from './phones.tsx'
import { conversationsOf } from './thread.ts'
import { useDirectory } from './use-directory.ts'
import { usePhone } from './use-phone.ts'
import { useSelection } from './use-selection.ts'
import { useStoredSwitch } from './use-stored.ts'
import { useWide } from './use-wide.ts'
import { type View, Views } from './views.tsx'

const noMessages: readonly Message[] = []

export function App() {
  const { number, business: chosen, select, settle } = useSelection()
  const [view, setView] = useState<View>('phone')
  const [readReceipts, setReadReceipts] = useStoredSwitch('read-receipts')
  const [isSealed, setSealed] = useState(false)
  const isWide = useWide()
  const phone = usePhone(number)
  const directory = useDirectory(phone.connection === 'open')
  const { businesses } = directory

  const conversations = conversationsOf(phone.messages ?? noMessages, businesses)
  const business = chosen ?? conversations[0]?.business
  const unread = conversations.reduce((sum, conversation) => sum + conversation.unread, 0)

  const numbers = [
    ...new Set([...conversations.map((one) => one.business), ...(business ? [business] : [])]),
  ].sort()

  // The first message opens its conversation, and the next from elsewhere does not take its place.
  const begun = chosen === undefined && conversations[0]?.last ? conversations[0].business : undefined
  useEffect(() => {
    if (begun) settle({ number, business: begun })
  }, [number, begun, settle])

  useEffect(() => {
    document.title = `${unread > 0 ? `(${unread}) ` : ''}${numberText(number)} · Waypost sandbox`
  }, [unread, number])

  function openNumber(next: string): void {
    select({ number: next })
    setView('phone')
  }

  function openBusiness(next: string): void {
    select({ number, business: next })
    setView('phone')
  }

  return (
    <div class="app" data-view={view}>
      <Phones
        view={phone}
        directory={directory}
        conversations={conversations}
        business={business}
        readReceipts={readReceipts}
        onNumber={openNumber}
        onBusiness={openBusiness}
        onReadReceipts={setReadReceipts}
      />
      <Handset
        view={phone}
        business={business}
        numbers={numbers}
        directory={directory}
        gatewayUrl={gatewayUrlOf(businesses)}
        readReceipts={readReceipts}
        isSealed={isSealed}
        onBusiness={openBusiness}
      />
      {/* Not drawn means not connected: its streams take two of the browser's few connections. */}
      {(isWide || view === 'business') && (
        <Callbacks business={businesses.find((one) => one.number === business)} onSealed={setSealed} />
      )}
      <Views view={view} onView={setView} unread={unread} />
    </div>
  )
}

/** The gateway's address is known where the sandbox tells of its webhooks. */
function gatewayUrlOf(businesses: Business[]): string {
  const webhook = businesses.find(({ webhook }) => webhook)?.webhook
  return webhook ? new URL(webhook).origin : 'http://127.0.0.1:8080'
}
