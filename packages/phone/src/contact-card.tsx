import { useState } from 'preact/hooks'
import type { Contact } from './api.ts'
import { detailsOf, lineOf, namesOf } from './contact.ts'
import { Dialog } from './dialog.tsx'

interface Props {
  contacts: readonly Contact[]
  tabIndex: number
}

/** One card, however many contacts there are; it opens to all of them. */
export function ContactCard({ contacts, tabIndex }: Props) {
  const [isOpen, setOpen] = useState(false)
  const [first] = contacts
  if (!first) return null

  const line = contacts.length === 1 ? lineOf(first) : undefined
  return (
    <div class="card contact">
      <div class="contact-head">
        <Initial contact={first} />
        <div class="card-words" dir="auto">
          <span class="unseen">{contacts.length === 1 ? 'Contact: ' : 'Contacts: '}</span>
          <strong class="card-title">{namesOf(contacts)}</strong>
          {line && <span class="card-more">{line}</span>}
        </div>
      </div>
      <button type="button" class="card-action" tabIndex={tabIndex} onClick={() => setOpen(true)}>
        {contacts.length === 1 ? 'View contact' : `View all ${contacts.length}`}
      </button>
      {isOpen && (
        <Dialog
          title={contacts.length === 1 ? 'Contact' : `${contacts.length} contacts`}
          onClose={() => setOpen(false)}
        >
          {contacts.map((contact, index) => (
            // A list that never changes: the place is the identity.
            <Details key={`${index}`} contact={contact} />
          ))}
        </Dialog>
      )}
    </div>
  )
}

function Details({ contact }: { contact: Contact }) {
  const details = detailsOf(contact)
  return (
    <section class="contact-details">
      <div class="contact-head">
        <Initial contact={contact} />
        <h3 dir="auto">{contact.name.formattedName}</h3>
      </div>
      {details.length === 0 ? (
        <p class="hint">Nothing but the name.</p>
      ) : (
        <dl>
          {details.map(({ label, value, href }) => (
            <div key={`${label} ${value}`}>
              <dt>{label}</dt>
              <dd dir="auto">
                {href ? (
                  <a href={href} target="_blank" rel="noopener noreferrer">
                    {value}
                  </a>
                ) : (
                  value
                )}
              </dd>
            </div>
          ))}
        </dl>
      )}
    </section>
  )
}

function Initial({ contact: { name } }: { contact: Contact }) {
  // By code points, so that an emoji is not cut in two.
  const [initial = ''] = name.formattedName.trim()
  return (
    <span class="initial" aria-hidden="true">
      {initial.toUpperCase()}
    </span>
  )
}
