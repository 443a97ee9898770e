import { useId, useState } from 'preact/hooks'
import { problemOf } from './ask.ts'
import { advance, durationText, turnedText, units } from './clock.ts'
import { dateText, timeText } from './days.ts'
import { useMinute } from './use-minute.ts'

interface Props {
  offsetMs: number
  onTurned(): void
}

const steps = { '+1 min': units.minutes, '+1 h': units.hours, '+24 h': units.days }

/** The sandbox's clock, which takes the gateways' with it. */
export function ClockBlock({ offsetMs, onTurned }: Props) {
  const id = useId()
  const now = useMinute(offsetMs)
  const [note, setNote] = useState('')
  const [count, setCount] = useState('7')
  const [unit, setUnit] = useState<keyof typeof units>('days')

  async function turn(ms: number): Promise<void> {
    setNote('')
    try {
      setNote(turnedText(await advance(ms)))
    } catch (error) {
      setNote(`Not turned: ${problemOf(error)}.`)
    }
    onTurned()
  }

  return (
    <section class="block" aria-labelledby={id}>
      <h2 class="block-title" id={id}>
        Clock
      </h2>
      <p class="clock-now">
        <time class="number" dateTime={new Date(now).toISOString()}>
          {dateText(now)}, {timeText(now)}
        </time>
        <span class="hint">{offsetMs === 0 ? 'Real time' : `${durationText(offsetMs)} ahead`}</span>
      </p>
      <div class="clock-steps">
        {Object.entries(steps).map(([text, ms]) => (
          <button key={text} type="button" onClick={() => void turn(ms)}>
            {text}
          </button>
        ))}
      </div>
      <form
        class="field-line"
        onSubmit={(event) => {
          event.preventDefault()
          void turn(Number(count) * units[unit])
        }}
      >
        <input
          type="number"
          aria-label="Turn ahead by"
          required
          min={1}
          max={3_650}
          value={count}
          onInput={({ currentTarget }) => setCount(currentTarget.value)}
        />
        <select
          aria-label="Unit"
          value={unit}
          // The options are the keys of the table.
          onChange={({ currentTarget }) => setUnit(currentTarget.value as keyof typeof units)}
        >
          {Object.keys(units).map((name) => (
            <option key={name}>{name}</option>
          ))}
        </select>
        <button type="submit">Turn</button>
      </form>
      <p class="hint">Turns the gateway’s clock too, and there is no way back.</p>
      <p class="clock-note" role="status">
        {note}
      </p>
    </section>
  )
}

/** A phone has the time in its status strip; ours, where it is not the real one. */
export function StripClock({ offsetMs }: { offsetMs: number }) {
  const now = useMinute(offsetMs)
  if (offsetMs === 0) return null
  return (
    <span class="number" title={`${dateText(now)}: ${durationText(offsetMs)} ahead`}>
      {timeText(now)}
      <span class="unseen"> by the sandbox’s clock</span> · +{durationText(offsetMs)}
    </span>
  )
}
