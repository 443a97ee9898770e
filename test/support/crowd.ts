import { createHash } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import { ask, type PhoneMessage } from './installation.ts'

interface Surroundings {
  url: string
  sandboxUrl: string
  /** The business: its key, its number, and whom it writes to. */
  business: { key: string; number: string; phones: string[] }
  /** How many of its clients send at the same time. */
  clients?: number
  /** After each request of theirs. */
  pauseMs?: number
  /** How many people write to it, and how long each waits before the next thing. */
  people?: { count: number; pauseMs: number }
  /** Those of its messages may wait that are not `hasArrived`; any number without. */
  waiting?: { most: number; hasArrived(id: string): boolean }
}

const usual = { count: 4, pauseMs: 100 }

/** A business that sends and people who write, without a pause, through whatever happens to the gateway. */
export function crowd(surroundings: Surroundings) {
  const { url, sandboxUrl, business, clients = 8, pauseMs = 0, people = usual, waiting } = surroundings
  const { key, number, phones } = business
  /** Text → id, of what a 202 promised. */
  const accepted = new Map<string, string>()
  const said: Said = { texts: new Set(), files: new Map(), places: new Set(), presses: new Set() }
  const writers = phones.slice(0, people.count)
  const underWay = new Set<string>()
  let finishing = false
  let abandoned = false

  /** It goes on until everything was done at least once: with few kills there is little time. */
  const isOver = () => abandoned || (finishing && Object.values(said).every(({ size }) => size > 0))

  async function room() {
    while (waiting && !isOver()) {
      for (const id of underWay) if (waiting.hasArrived(id)) underWay.delete(id)
      if (underWay.size < waiting.most) return
      await sleep(20)
    }
  }

  async function client(name: string) {
    for (let request = 0; !isOver(); request++) {
      await room()
      const texts = Array.from({ length: 1 + (request % 4) }, (_, i) => `${name}-${request}-${i}`)
      const messages = texts.map((text, i) =>
        i === 3 ? withButton(any(writers), text) : { to: any(phones), content: text },
      )
      // Asks until it gets an answer. The key makes that one request, however often it arrives.
      while (!abandoned) {
        const heard = await ask(`${url}/v1/message`, 'POST', {
          key,
          headers: { 'idempotency-key': `${name}-${request}` },
          body: { messages },
        }).catch(() => undefined)
        if (heard?.httpStatus === 202) {
          const answer = heard.json as { messages: { apiMessageId: string }[] }
          for (const [i, text] of texts.entries()) {
            const id = answer.messages[i]?.apiMessageId ?? ''
            accepted.set(text, id)
            if (waiting) underWay.add(id)
          }
          break
        }
        await sleep(20)
      }
      await sleep(5 + pauseMs)
    }
  }

  async function person(msisdn: string) {
    const phone = `${sandboxUrl}/phones/${msisdn}/messages`
    const does = async (path: string, body: object) =>
      (await ask(`${phone}${path}`, 'POST', { body })).httpStatus === 201
    const writes = (message: object) => does('', { to: number, ...message })
    const acts = [
      async (text: string) => {
        if (await writes({ type: 'text', text })) said.texts.add(text)
      },
      async (caption: string) => {
        const bytes = Buffer.alloc(20_000, caption)
        const media = { contentType: 'image/png', caption, data: bytes.toString('base64') }
        if (await writes({ type: 'media', media })) said.files.set(caption, sha256Of(bytes))
      },
      async (name: string) => {
        const location = { latitude: -33.9, longitude: 18.4, name }
        if (await writes({ type: 'location', location })) said.places.add(name)
      },
      async () => {
        const messages = (await ask(phone, 'GET', {})).json as PhoneMessage[] // documented in docs/sandbox.md
        // One that arrived twice is answered once, so that each answer has a name of its own.
        const fresh = messages.find(
          (message) =>
            message.buttons?.[0]?.pressed === false &&
            message.ticks !== 'sent' &&
            !said.presses.has(textOn(message)),
        )
        if (fresh && (await does(`/${fresh.id}/press`, { button: 1 }))) said.presses.add(textOn(fresh))
      },
    ]
    for (let turn = 0; !isOver(); turn++) {
      await acts[turn % acts.length]?.(`reply-${msisdn}-${turn}`)
      await sleep(people.pauseMs)
    }
  }

  const all = [...Array.from({ length: clients }, (_, i) => client(`${number}-${i}`)), ...writers.map(person)]
  return {
    accepted,
    said,
    /** Where the gateway is there to stay. */
    async finish() {
      finishing = true
      await Promise.all(all)
    },
    /** Ends the load where a test that failed has no gateway left to answer it. */
    async abandon() {
      abandoned = true
      await Promise.allSettled(all)
    },
  }
}

/** What people did, and the sandbox took: no two acts of a kind have the same name. */
export interface Said {
  texts: Set<string>
  /** Caption → hash of the file. */
  files: Map<string, string>
  places: Set<string>
  /** The texts of the messages whose first button was pressed. */
  presses: Set<string>
}

export const sha256Of = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex')

/** What the business wrote in a message that a phone shows. */
export const textOn = ({ text, body }: PhoneMessage) => text ?? body?.split('\n')[0] ?? ''

const withButton = (to: string, text: string) => ({
  to,
  template: {
    templateName: 'test_header_with_text_quick_reply',
    header: { type: 'text', text: { parameters: { 1: 'today' } } },
    body: { parameters: { 1: text, 2: 'R13.00' } },
    buttons: { suggestedResponse: { postbackData: { 1: text } } },
  },
})

const any = (list: string[]) => list[Math.floor(Math.random() * list.length)] ?? ''
