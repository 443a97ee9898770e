import { useEffect, useState } from 'preact/hooks'
import type { Business } from './api.ts'
import { summaryOf } from './callback.ts'
import { CallbackCard } from './callback-card.tsx'
import { numberText } from './number.ts'
import { receivers, useCallbacks } from './use-callbacks.ts'

interface Props {
  business: Business | undefined
  /** Whether what people write to this business is sealed, as its newest callback has it. */
  onSealed(sealed: boolean): void
}

/** What the business received at its callback URLs, newest first. */
export function Callbacks({ business, onSealed }: Props) {
  const { callbacks, clear } = useCallbacks()
  const [ofAll, setOfAll] = useState(false)

  const integrationId = business && integrationIdOf(business)
  const own = callbacks.filter((callback) => {
    const about = summaryOf(callback).integrationId
    return !integrationId || about === undefined || about === integrationId
  })
  const shown = ofAll ? callbacks : own
  const written = own.map(summaryOf).find(({ status }) => status === undefined)
  const isSealed = written?.sealed === true
  useEffect(() => onSealed(isSealed), [isSealed, onSealed])

  const hidden = callbacks.length - shown.length

  return (
    <aside class="pane pane-business" aria-labelledby="received">
      <header class="pane-bar">
        <div>
          <h2 id="received" class="pane-title">
            What the business received
          </h2>
          <p class="hint">
            {integrationId && business && !ofAll
              ? `Callbacks about ${numberText(business.number)}`
              : 'Callbacks about all numbers'}
          </p>
        </div>
        {callbacks.length > 0 && (
          <button type="button" onClick={clear}>
            Clear
          </button>
        )}
      </header>
      {shown.length === 0 && (
        <div class="empty">
          <p>
            Nothing yet. Each status of a message and each answer from this phone appears here when the
            gateway posts it to the business’s callback URL. For the demo integrations these are the sandbox’s
            own:
          </p>
          <ul>
            {receivers.map((receiver) => (
              <li key={receiver}>
                <code>{`${location.origin}/callbacks/${receiver}`}</code>
              </li>
            ))}
          </ul>
        </div>
      )}
      <ol class="callbacks" reversed>
        {shown.map((callback) => (
          <CallbackCard key={callback.key} callback={callback} />
        ))}
      </ol>
      {(hidden > 0 || ofAll) && (
        <button type="button" class="plain-text" onClick={() => setOfAll(!ofAll)}>
          {ofAll ? 'Show only this business’s' : `Show ${hidden} more about other numbers`}
        </button>
      )}
    </aside>
  )
}

/** A gateway's webhook ends in the id of the integration, which its callbacks carry too. */
function integrationIdOf({ webhook }: Business): string | undefined {
  return webhook?.match(/^https?:.*\/([^/]+)$/)?.[1]
}
