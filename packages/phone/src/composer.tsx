import { useId, useLayoutEffect, useRef, useState } from 'preact/hooks'
import { type Message, postMessage } from './api.ts'
import { problemOf } from './ask.ts'
import { CloseIcon, SendIcon } from './icons.tsx'
import { numberText } from './number.ts'
import { excerptOf } from './words.ts'

interface Props {
  msisdn: string
  business: string
  /** All numbers that can be written to. */
  numbers: string[]
  replyTo: Message | undefined
  onBusiness(number: string): void
  onSent(message: Message): void
  onReplyDone(): void
}

export function Composer({ msisdn, business, numbers, replyTo, onBusiness, onSent, onReplyDone }: Props) {
  const box = useRef<HTMLTextAreaElement>(null)
  const [text, setText] = useState('')
  const [problem, setProblem] = useState<string>()

  useLayoutEffect(() => {
    if (replyTo) box.current?.focus()
  }, [replyTo])

  async function send(): Promise<void> {
    if (text.trim() === '') return
    setText('')
    setProblem(undefined)
    onReplyDone()
    try {
      onSent(
        await postMessage(msisdn, {
          to: business,
          type: 'text',
          text,
          ...(replyTo ? { replyTo: replyTo.id } : {}),
        }),
      )
    } catch (error) {
      // Nothing is lost to the person: the text is back, unless they have begun another.
      setText((begun) => begun || text)
      setProblem(`Not sent: ${problemOf(error)}.`)
    }
  }

  function onKeyDown(event: KeyboardEvent): void {
    if (event.key === 'Escape') onReplyDone()
    // The Enter that ends the composition of a character (Japanese, Korean, …) sends nothing.
    if (event.key !== 'Enter' || event.shiftKey || event.isComposing) return
    event.preventDefault()
    void send()
  }

  return (
    <form
      class="composer"
      aria-label="Write a message"
      onSubmit={(event) => {
        event.preventDefault()
        void send()
      }}
    >
      {problem && (
        <p class="problem" role="alert">
          {problem}
        </p>
      )}
      {numbers.length > 1 && <Addressee business={business} numbers={numbers} onBusiness={onBusiness} />}
      {replyTo && <Quoting message={replyTo} onDone={onReplyDone} />}
      <div class="composer-line">
        <textarea
          ref={box}
          rows={1}
          maxLength={65_536}
          aria-label="Message"
          placeholder="Message"
          enterkeyhint="send"
          value={text}
          onInput={({ currentTarget }) => setText(currentTarget.value)}
          onKeyDown={onKeyDown}
        />
        <button type="submit" class="send" aria-label="Send" disabled={text.trim() === ''}>
          <SendIcon />
        </button>
      </div>
    </form>
  )
}

function Addressee({ business, numbers, onBusiness }: Pick<Props, 'business' | 'numbers' | 'onBusiness'>) {
  const id = useId()
  return (
    <div class="composer-to">
      <label for={id}>To</label>
      <select id={id} value={business} onChange={({ currentTarget }) => onBusiness(currentTarget.value)}>
        {numbers.map((number) => (
          <option key={number} value={number}>
            {numberText(number)}
          </option>
        ))}
      </select>
    </div>
  )
}

function Quoting({ message, onDone }: { message: Message; onDone(): void }) {
  return (
    <div class="composer-quote">
      <span>
        Replying to <q>{excerptOf(message)}</q>
      </span>
      <button type="button" class="plain" aria-label="Do not quote" onClick={onDone}>
        <CloseIcon />
      </button>
    </div>
  )
}
