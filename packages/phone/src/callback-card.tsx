import { bodyOf, summaryOf } from './callback.ts'
import { secondsText } from './days.ts'
import { LockIcon } from './icons.tsx'
import { Json } from './json.tsx'
import type { ReceivedCallback } from './use-callbacks.ts'

const generationTexts = { one: 'One API', legacy: 'Legacy' }

/** From the person to the gateway it was clear; from there on only the business opens it. */
export const Sealed = () => (
  <span class="sealed">
    <LockIcon />
    Sealed up to the gateway
  </span>
)

export function CallbackCard({ callback }: { callback: ReceivedCallback }) {
  const { generation, event, integrationName, status, statusCode, text, sealed } = summaryOf(callback)
  return (
    <li class="callback">
      {/* What the person wrote is what people come here to see. */}
      <details open={text !== undefined}>
        <summary class="callback-summary">
          <span class="callback-event">{event}</span>
          {status && (
            <span class="callback-status">
              {status} {statusCode !== undefined && <b>{statusCode}</b>}
            </span>
          )}
          {text !== undefined && <q class="callback-text">{text}</q>}
          {sealed && <Sealed />}
          <span class="callback-about">
            {generation && <span class="generation">{generationTexts[generation]}</span>}
            <time dateTime={new Date(callback.at).toISOString()}>{secondsText(callback.at)}</time>
          </span>
        </summary>
        <p class="callback-request">
          {callback.method} /callbacks/{callback.receiver}
          {integrationName && ` · ${integrationName}`}
        </p>
        <Json value={bodyOf(callback)} />
        <details class="headers">
          <summary class="headers-summary">Headers</summary>
          <Json value={callback.headers} />
        </details>
      </details>
    </li>
  )
}
