import { useId, useLayoutEffect, useRef, useState } from 'preact/hooks'
import { type Message, type Phone, postMessage, type Said } from './api.ts'
import { type Going, problemOf } from './ask.ts'
import { Attached } from './attached.tsx'
import { CloseIcon, SendIcon } from './icons.tsx'
import { numberText } from './number.ts'
import { Share } from './share.tsx'
import { type Attachment, useAttachment } from './use-attachment.ts'
import { useDrop } from './use-drop.ts'
import { excerptOf } from './words.ts'

interface Props {
  msisdn: string
  business: string
  /** All numbers that can be written to. */
  numbers: string[]
  /** All phones of the sandbox. */
  phones: Phone[]
  replyTo: Message | undefined
  onBusiness(number: string): void
  onSent(message: Message): void
  onReplyDone(): void
}

export function Composer(props: Props) {
  const { msisdn, business, numbers, phones, replyTo, onBusiness, onSent, onReplyDone } = props
  const box = useRef<HTMLTextAreaElement>(null)
  const [text, setText] = useState('')
  const [problem, setProblem] = useState<string>()
  const { attachment, ...attaching } = useAttachment()
  const isOver = useDrop(attach)

  const isGoing = attachment?.progress !== undefined
  const hasCaption = attachment?.kind.hasCaption === true
  const isReady = attachment ? !isGoing && !attachment.refusal : text.trim() !== ''

  useLayoutEffect(() => {
    if (replyTo) box.current?.focus()
  }, [replyTo])

  function attach(files: FileList): void {
    const [file] = files
    if (!file || isGoing) return
    attaching.attach(file)
    setProblem(files.length > 1 ? 'One file goes with a message: the first is attached.' : undefined)
    box.current?.focus()
  }

  async function say(said: Said, going?: Going): Promise<void> {
    const quoting = replyTo ? { replyTo: replyTo.id } : {}
    onSent(await postMessage(msisdn, { ...said, to: business, ...quoting }, going))
  }

  async function share(said: Said): Promise<void> {
    await say(said)
    onReplyDone()
  }

  async function send(): Promise<void> {
    if (!isReady) return
    setProblem(undefined)
    if (attachment) return sendFile(attachment)
    setText('')
    onReplyDone()
    try {
      await say({ type: 'text', text })
    } catch (error) {
      // Nothing is lost to the person: the text is back, unless they have begun another.
      setText((begun) => begun || text)
      setProblem(`Not sent: ${problemOf(error)}.`)
    }
  }

  async function sendFile(attachment: Attachment): Promise<void> {
    const caption = hasCaption ? text.trim() : ''
    try {
      await attaching.send(attachment, (file, going) =>
        say({ type: 'media', media: { ...file, ...(caption && { caption }) } }, going),
      )
      if (hasCaption) setText('')
      onReplyDone()
    } catch (error) {
      const isStopped = error instanceof DOMException && error.name === 'AbortError'
      setProblem(isStopped ? 'Stopped: the file was not sent.' : `Not sent: ${problemOf(error)}.`)
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
      {isOver && <p class="drop-here">Drop the file to attach it</p>}
      {numbers.length > 1 && <Addressee business={business} numbers={numbers} onBusiness={onBusiness} />}
      {replyTo && <Quoting message={replyTo} onDone={onReplyDone} />}
      {attachment && <Attached attachment={attachment} onRemove={attaching.remove} />}
      <div class="composer-line">
        <Share phones={phones.filter((phone) => phone.msisdn !== msisdn)} onFiles={attach} onShare={share} />
        <textarea
          ref={box}
          rows={1}
          maxLength={hasCaption ? 1_024 : 65_536}
          aria-label={hasCaption ? 'Caption' : 'Message'}
          placeholder={hasCaption ? 'Caption' : 'Message'}
          enterkeyhint="send"
          // What is written while a file goes out is not part of it.
          readOnly={isGoing}
          value={text}
          onInput={({ currentTarget }) => setText(currentTarget.value)}
          onKeyDown={onKeyDown}
          onPaste={(event) => {
            const pasted = event.clipboardData
            // Office programs lay a picture of the text beside the text.
            if (!pasted?.files.length || pasted.types.includes('text/plain')) return
            event.preventDefault()
            attach(pasted.files)
          }}
        />
        <button type="submit" class="send" aria-label="Send" disabled={!isReady}>
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
