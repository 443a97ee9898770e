import { useRef, useState } from 'preact/hooks'
import type { SaidFile } from './api.ts'
import type { Going } from './ask.ts'
import { sizeText } from './file.ts'
import { type FileKind, fileKindOf } from './file-kind.ts'

export interface Attachment {
  file: File
  kind: FileKind
  /** Why it cannot be sent, told before it is tried. */
  refusal?: string
  /** How much of it has gone out, from 0 to 1, while it goes. */
  progress?: number
}

export interface Attaching {
  attachment: Attachment | undefined
  attach(file: File): void
  /** Takes it off, also while it goes out; what sends it rejects then. */
  remove(): void
  /** Resolves when it is sent, and the file is no longer attached. */
  send<T>(attachment: Attachment, post: (file: SaidFile, going: Going) => Promise<T>): Promise<T>
}

/** A file that goes with the next message. */
export function useAttachment(): Attaching {
  const [attachment, setAttachment] = useState<Attachment>()
  const sending = useRef<AbortController>(undefined)

  function remove(): void {
    sending.current?.abort()
    setAttachment(undefined)
  }

  async function send<T>({ file, kind }: Attachment, post: (said: SaidFile, going: Going) => Promise<T>) {
    const stop = new AbortController()
    sending.current = stop
    const onProgress = (progress: number) => {
      if (!stop.signal.aborted) setAttachment({ file, kind, progress })
    }
    onProgress(0)
    try {
      const contentType = file.type || 'application/octet-stream'
      const said = { contentType, fileName: file.name, data: await base64Of(file) }
      const sent = await post(said, { onProgress, signal: stop.signal })
      setAttachment(undefined)
      return sent
    } catch (error) {
      // It stays to be tried again, unless it was taken off.
      if (!stop.signal.aborted) setAttachment({ file, kind })
      throw error
    }
  }

  return { attachment, attach: (file) => setAttachment(attachmentOf(file)), remove, send }
}

function attachmentOf(file: File): Attachment {
  const kind = fileKindOf(file.type)
  const attachment = { file, kind }
  if (file.size === 0) return { ...attachment, refusal: 'Nothing is in it.' }
  if (file.size <= kind.mostBytes) return attachment
  return { ...attachment, refusal: `Too large: ${sizeText(kind.mostBytes)} at most.` }
}

/** The browser's own encoding, which does not go through a string of characters. */
async function base64Of(file: File): Promise<string> {
  const { promise, resolve, reject } = Promise.withResolvers<string>()
  const reader = new FileReader()
  // What `readAsDataURL` makes is a string.
  reader.onload = () => resolve(reader.result as string)
  // A file that was changed or removed since it was chosen.
  reader.onerror = () => reject(reader.error)
  reader.readAsDataURL(file)
  const url = await promise
  return url.slice(url.indexOf(',') + 1)
}
