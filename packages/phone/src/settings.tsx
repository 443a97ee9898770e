import { useState } from 'preact/hooks'
import type { Phone } from './api.ts'
import { numberText } from './number.ts'
import { Switch } from './switch.tsx'
import type { PhoneView } from './use-phone.ts'

interface Props {
  view: PhoneView
  business: string | undefined
  readReceipts: boolean
  onReadReceipts(on: boolean): void
}

/** How this phone behaves. All but the read receipts belongs to the sandbox and holds for every page. */
export function Settings({ view, business, readReceipts, onReadReceipts }: Props) {
  const [failed, setFailed] = useState(false)
  const { phone } = view
  if (!phone) return null

  function change(settings: Partial<Phone>): void {
    view.change(settings).then(
      () => setFailed(false),
      () => setFailed(true),
    )
  }

  return (
    <section class="block">
      <h2 class="block-title">This phone</h2>
      <div class="settings">
        <Fields phone={phone} onChange={change} />
        <Switches phone={phone} onChange={change} />
        <Switch
          label="Read receipts"
          hint="What this page shows counts as read"
          on={readReceipts}
          onChange={onReadReceipts}
        />
        {business && (
          <Switch
            label={`Block ${numberText(business)}`}
            on={phone.blocked.includes(business)}
            onChange={(on) =>
              change({ blocked: on ? [...phone.blocked, business] : unblocking(phone, business) })
            }
          />
        )}
      </div>
      {failed && (
        <p class="problem" role="alert">
          Not changed: the sandbox did not take it.
        </p>
      )}
    </section>
  )
}

/** Who stays blocked when this business no longer is. */
export function unblocking({ blocked }: Phone, business: string): string[] {
  return blocked.filter((number) => number !== business)
}

interface PartProps {
  phone: Phone
  onChange(settings: Partial<Phone>): void
}

/** What was typed counts when the field is left, or at Enter. */
function Fields({ phone: { msisdn, profileName, deliverAfterMs }, onChange }: PartProps) {
  return (
    <>
      <label class="setting">
        Profile name
        <input
          key={`${msisdn} ${profileName}`}
          type="text"
          autocomplete="off"
          maxLength={512}
          value={profileName}
          onChange={({ currentTarget }) => onChange({ profileName: currentTarget.value.trim() })}
        />
      </label>
      <label class="setting setting-number">
        Delivered after (ms)
        <input
          key={`${msisdn} ${deliverAfterMs}`}
          type="number"
          min={0}
          step={500}
          value={deliverAfterMs}
          onChange={({ currentTarget: { valueAsNumber } }) => {
            if (Number.isInteger(valueAsNumber)) onChange({ deliverAfterMs: valueAsNumber })
          }}
        />
      </label>
    </>
  )
}

function Switches({ phone, onChange }: PartProps) {
  return (
    <>
      <Switch label="Online" on={phone.online} onChange={(online) => onChange({ online })} />
      <Switch label="On WhatsApp" on={phone.onWhatsApp} onChange={(onWhatsApp) => onChange({ onWhatsApp })} />
      <Switch
        label="Shows its number"
        hint="Off: by username, businesses learn a user id only"
        on={phone.hasNumber}
        onChange={(hasNumber) => onChange({ hasNumber })}
      />
      <Switch
        label="Reads by itself"
        hint="At once, also when no page shows it"
        on={phone.autoRead}
        onChange={(autoRead) => onChange({ autoRead })}
      />
    </>
  )
}
