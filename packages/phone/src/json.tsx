import { tokensOf } from './json-tokens.ts'

export function Json({ value }: { value: unknown }) {
  return (
    <pre class="json">
      {tokensOf(value).map(({ type, text }) =>
        type === 'punctuation' ? text : <span class={`json-${type}`}>{text}</span>,
      )}
    </pre>
  )
}
