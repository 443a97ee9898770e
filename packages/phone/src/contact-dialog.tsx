import { useState } from 'preact/hooks'
import type { Contact, Phone, Said } from './api.ts'
import { digitsOf, numberText } from './number.ts'
import { Field, Sharing } from './sharing.tsx'

interface Props {
  /** Those to choose from. */
  phones: Phone[]
  onShare(said: Said): Promise<void>
  onClose(): void
}

const nobody = { name: '', phone: '', email: '' }

export function ContactDialog({ phones, onShare, onClose }: Props) {
  const [contact, setContact] = useState(nobody)
  const set = (change: Partial<typeof nobody>) => setContact((before) => ({ ...before, ...change }))
  const offers = phones.map((phone) => ({
    ...phone,
    title: `${phone.profileName} ${numberText(phone.msisdn)}`,
  }))

  return (
    <Sharing
      title="Share a contact"
      offered="A phone of this sandbox"
      offers={offers}
      onOffer={(offer) =>
        setContact(offer ? { ...nobody, name: offer.profileName, phone: numberText(offer.msisdn) } : nobody)
      }
      onShare={() => onShare({ type: 'contacts', contacts: [contactOf(contact, phones)] })}
      onClose={onClose}
    >
      <Field label="Name" required value={contact.name} maxLength={1_024} onInput={(name) => set({ name })} />
      <Field
        label="Phone"
        type="tel"
        value={contact.phone}
        maxLength={1_024}
        onInput={(phone) => set({ phone })}
      />
      <Field
        label="E-mail"
        type="email"
        value={contact.email}
        maxLength={1_024}
        onInput={(email) => set({ email })}
      />
    </Sharing>
  )
}

/** A number of a phone here is known to be on WhatsApp. */
function contactOf({ name, phone, email }: typeof nobody, phones: Phone[]): Contact {
  const digits = digitsOf(phone)
  const isHere = phones.some(({ msisdn, onWhatsApp }) => msisdn === digits && onWhatsApp)
  return {
    name: { formattedName: name.trim() },
    ...(phone.trim() && { phones: [{ phone: phone.trim(), ...(isHere && digits && { waId: digits }) }] }),
    ...(email.trim() && { emails: [{ email: email.trim() }] }),
  }
}
