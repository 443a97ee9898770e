import { useState } from 'preact/hooks'
import { numberText } from './number.ts'

interface BeginHereProps {
  msisdn: string
  business: string
  gatewayUrl: string
}

/** What to do with a conversation that has no message yet. */
export function BeginHere({ msisdn, business, gatewayUrl }: BeginHereProps) {
  return (
    <div class="empty">
      <h2 class="empty-title">Nothing here yet</h2>
      <p>
        Send a text with the API key of the integration that has {numberText(business)};{' '}
        <code>npm start</code> printed it. Or write below, and the business is called back.
      </p>
      <Command text={curlOf(gatewayUrl, msisdn)} />
    </div>
  )
}

export function NoBusiness() {
  return (
    <div class="empty">
      <h2 class="empty-title">No business yet</h2>
      <p>
        A gateway registers its number here when it starts with the sandbox as its supplier.{' '}
        <code>npm start</code> runs both and registers the two demo integrations.
      </p>
    </div>
  )
}

function Command({ text }: { text: string }) {
  const [copied, setCopied] = useState(false)

  function copy(): void {
    navigator.clipboard.writeText(text).then(
      () => setCopied(true),
      // Not allowed: the text can still be selected.
      () => setCopied(false),
    )
  }

  return (
    <div class="command">
      <pre>{text}</pre>
      {/* Browsers lend the clipboard to secure origins only, this host's own among them. */}
      {'clipboard' in navigator && (
        <button type="button" onClick={copy}>
          {copied ? 'Copied' : 'Copy'}
        </button>
      )}
    </div>
  )
}

function curlOf(gatewayUrl: string, msisdn: string): string {
  const body = { messages: [{ channel: 'whatsapp', to: msisdn, content: 'Hello from *Waypost*' }] }
  return [
    `curl ${gatewayUrl}/v1/message`,
    "-H 'Authorization: YOUR-API-KEY'",
    "-H 'Content-Type: application/json'",
    `-d '${JSON.stringify(body)}'`,
  ].join(' \\\n  ')
}
