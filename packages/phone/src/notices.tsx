import type { Phone } from './api.ts'
import { unblocking } from './settings.tsx'
import type { PhoneView } from './use-phone.ts'

interface Props {
  view: PhoneView
  business: string | undefined
}

/** What keeps messages from coming or going, with the way out where there is one. */
export function Notices({ view: { connection, phone, change }, business }: Props) {
  const isBlocked = business !== undefined && phone?.blocked.includes(business)

  function remedy(settings: Partial<Phone>): void {
    // Where the sandbox does not take it, the notice stays, and that it is gone is a notice too.
    change(settings).catch(() => undefined)
  }

  return (
    <div class="notices" role="status">
      {connection === 'lost' && <p class="notice">Not connected to the sandbox. Trying again…</p>}
      {phone?.onWhatsApp === false && (
        <p class="notice">
          This number is not on WhatsApp.
          <button type="button" onClick={() => remedy({ onWhatsApp: true })}>
            Sign up
          </button>
        </p>
      )}
      {phone?.online === false && (
        <p class="notice">
          This phone is offline: messages wait with one tick.
          <button type="button" onClick={() => remedy({ online: true })}>
            Go online
          </button>
        </p>
      )}
      {phone && isBlocked && (
        <p class="notice">
          You blocked this business.
          <button type="button" onClick={() => remedy({ blocked: unblocking(phone, business) })}>
            Unblock
          </button>
        </p>
      )}
    </div>
  )
}
