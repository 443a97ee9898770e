import { useRef, useState } from 'preact/hooks'
import { aimedAt } from './aimed.ts'
import { problemOf } from './ask.ts'
import { disarm, type Fault, faultText, nameOf } from './faults.ts'

interface Props {
  msisdn: string
  /** Those that are armed. */
  faults: readonly Fault[]
  onDisarmed(): void
}

/** More than these would leave no room for the conversation. */
const mostOpen = 2

/** What is going wrong on purpose: by this phone's number, and by what is armed. */
export function Faults({ msisdn, faults, onDisarmed }: Props) {
  const section = useRef<HTMLElement>(null)
  const [problem, setProblem] = useState('')
  const [isRemoved, setRemoved] = useState(false)
  const own = aimedAt(msisdn)
  const count = faults.length

  async function remove(unwanted: readonly Fault[]): Promise<void> {
    setProblem('')
    // The button that was pressed is about to go.
    section.current?.focus()
    try {
      await disarm(unwanted)
      setRemoved(true)
    } catch (error) {
      setProblem(`Not removed: ${problemOf(error)}.`)
    }
    onDisarmed()
  }

  return (
    <section ref={section} class="faults" aria-label={own || count ? 'Faults' : undefined} tabIndex={-1}>
      <p class="unseen" role="status">
        {count > 0 ? `${countText(count)} armed` : isRemoved && 'No fault is armed any more'}
      </p>
      {own && (
        <p class="notice">
          <span>
            <strong>A number with a fault:</strong> {own}.
          </span>
        </p>
      )}
      {count > 0 && (
        <details open={count <= mostOpen}>
          <summary class="notice">
            <strong>{countText(count)} armed</strong>
          </summary>
          <ul class="armed">
            {faults.map((fault, index) => (
              // The same fault may be armed more than once.
              <li key={`${index} ${nameOf(fault)}`} class="notice">
                <span>{faultText(fault)}</span>
                <button
                  type="button"
                  aria-label={`Remove: ${faultText(fault)}`}
                  onClick={() => void remove([fault])}
                >
                  Remove
                </button>
              </li>
            ))}
          </ul>
          {count > 1 && (
            <p class="notice">
              <button type="button" onClick={() => void remove(faults)}>
                Remove all
              </button>
            </p>
          )}
        </details>
      )}
      {problem && (
        <p class="notice" role="alert">
          {problem}
        </p>
      )}
    </section>
  )
}

function countText(count: number): string {
  return count === 1 ? '1 fault is' : `${count} faults are`
}
