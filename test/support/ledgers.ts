import assert from 'node:assert/strict'
import { type Said, sha256Of, textOn } from './crowd.ts'
import { eventually } from './eventually.ts'
import { ask, type PhoneMessage } from './installation.ts'
import type { Received } from './receiver.ts'

/**
 * Three ledgers that know nothing of each other: what a business was promised and what people did, what the phones show,
 * and what the business was told.
 */
export interface Ledgers {
  /** The business's: its files are its own. */
  key: string
  phones: string[]
  /** Text → id. */
  accepted: Map<string, string>
  said: Said
  calls: Received[]
}

/** Where they are looked at. */
export interface World {
  sandboxUrl: string
  /** A GET of the admin API. */
  admin(path: string): Promise<unknown>
}

/** What is wrong where there is any of it. */
const wrongs = {
  lost: 'accepted, and on no phone',
  untold: 'delivered, and the business was not told',
  unheard: 'done by a person, taken by the gateway, and the business was not told',
  doubled: 'told as two events, which no receiver can know for one',
  unmarked: 'on a phone twice, and no attempt of it was marked uncertain',
} as const

export interface Findings extends Record<keyof typeof wrongs, string[]> {
  /** On the phones, in the order in which each shows them. */
  shown: PhoneMessage[]
  /** The texts of what a phone shows more than once. */
  twice: string[]
}

/** The statuses that say a message is on the handset, as the One API names them. */
const reached = ['DEVICE_ACK', 'READ']

/** Waits until nothing is under way any more. When that takes too long, the ledgers say what is missing, and of what. */
export async function settled({ admin }: World, all: Ledgers[]): Promise<void> {
  await eventually(
    async () => {
      const { items } = (await admin('/admin/lanes')) as { items: { waiting: number }[] } // the contract of the lanes
      return items.every(({ waiting }) => waiting === 0) && all.every(isComplete)
    },
    'everything was carried and told',
    90_000,
  ).catch(() => {})
}

function isComplete({ accepted, said, calls }: Ledgers): boolean {
  const told = toldIn(calls)
  return [...accepted.values()].every((id) => hasArrived(told, id)) && actsOf(said).every((a) => told.has(a))
}

export async function compare({ sandboxUrl, admin }: World, ledgers: Ledgers): Promise<Findings> {
  const { accepted, said, calls, phones } = ledgers
  const shown: PhoneMessage[] = []
  for (const phone of phones) {
    const { json } = await ask(`${sandboxUrl}/phones/${phone}/messages`, 'GET', {})
    shown.push(...(json as PhoneMessage[]).filter(({ direction }) => direction === 'in')) // documented in docs/sandbox.md
  }
  const times = Map.groupBy(shown, textOn)
  const twice = [...times].filter(([, messages]) => messages.length > 1).map(([text]) => text)
  const unmarked: string[] = []
  for (const text of twice) if (!(await isMarked(admin, accepted.get(text)))) unmarked.push(text)
  const told = toldIn(calls)
  return {
    shown,
    twice,
    unmarked,
    lost: [...accepted.keys()].filter((text) => !times.has(text)),
    untold: [...accepted.values()].filter((id) => !hasArrived(told, id)),
    unheard: actsOf(said).filter((act) => !told.has(act)),
    doubled: [...told].filter(([, ids]) => ids.size > 1).map(([act]) => act),
  }
}

/** Whether an attempt of a message was uncertain. */
export async function isMarked(admin: World['admin'], id: string | undefined): Promise<boolean> {
  const { attempts } = (await admin(`/admin/messages/${id}`)) as Life
  return attempts.some((attempt, i) => wasUncertain(attempt, attempts[i + 1]))
}

/** The contract of a message's life. */
interface Life {
  attempts: Attempt[]
}

interface Attempt {
  beganAt: number
  endedAt: number | null
  outcome: string | null
}

/** Nobody knew what had become of it: to this day, or when the next one began, as a node that was frozen tells late. */
const wasUncertain = ({ outcome, endedAt }: Attempt, next: Attempt | undefined): boolean =>
  outcome === 'unknown' || (next !== undefined && (endedAt ?? Infinity) > next.beganAt)

/** Fails where something was lost, doubled or kept from the business. */
export async function agree({ key, said, calls }: Ledgers, findings: Findings): Promise<void> {
  for (const [name, what] of Object.entries(wrongs))
    assert.deepEqual(findings[name as keyof typeof wrongs], [], what)
  for (const endpoint of ['status', 'message']) gapless(endpoint, calls)
  repeatedAsTheyWere(calls)
  await canBeDownloaded(calls, said.files, key)
}

/** One line of what there was to lose, and what became of it. */
export function figuresOf(all: { ledgers: Ledgers; findings: Findings }[]): string {
  const sum = (count: (one: { ledgers: Ledgers; findings: Findings }) => number) =>
    all.reduce((total, one) => total + count(one), 0)
  const calls = sum(({ ledgers }) => ledgers.calls.length)
  return [
    `${sum(({ ledgers }) => ledgers.accepted.size)} accepted, ${sum(({ findings }) => findings.lost.length)} lost, ` +
      `${sum(({ findings }) => findings.twice.length)} shown twice, all but ${sum(({ findings }) => findings.unmarked.length)} marked uncertain`,
    `${sum(({ ledgers }) => actsOf(ledgers.said).length)} acts of people, ${sum(({ findings }) => findings.unheard.length)} lost, ` +
      `${sum(({ ledgers }) => ledgers.said.files.size)} of them files, ${sum(({ ledgers }) => ledgers.said.presses.size)} buttons`,
    `${calls} callbacks, ${calls - sum(({ ledgers }) => eventsOf(ledgers.calls).size)} repeated`,
  ].join(' · ')
}

const actsOf = ({ texts, files, places, presses }: Said): string[] => [
  ...Array.from(texts, (text) => `moText ${text}`),
  ...Array.from(files.keys(), (caption) => `moMedia ${caption}`),
  ...Array.from(places, (name) => `moLocation ${name}`),
  ...Array.from(presses, (text) => `moSuggestedResponse ${text}`),
]

/** What the business was told → under which ids. */
type Told = Map<string, Set<string>>

/** How an event of each kind is told apart from others of its kind. */
const names = {
  messageStatusUpdate: ({ messageId, status }) => `${messageId} ${status}`,
  moText: ({ content }) => content,
  moMedia: ({ caption }) => caption,
  moLocation: ({ locationName }) => locationName,
  moSuggestedResponse: ({ postbackData }) => postbackData,
} satisfies Record<string, (event: Record<string, string>) => string | undefined>

const hasArrived = (told: Told, id: string) =>
  reached.some((status) => told.has(`messageStatusUpdate ${id} ${status}`))

/** Answers, again and again, whether the business was told by now that a message has arrived. */
export function arrivals(calls: Received[]): (id: string) => boolean {
  const told: Told = new Map()
  let read = 0
  return (id) => {
    for (; read < calls.length; read++) enter(told, calls[read])
    return hasArrived(told, id)
  }
}

function toldIn(calls: Received[]): Told {
  const told: Told = new Map()
  for (const call of calls) enter(told, call)
  return told
}

function enter(told: Told, call: Received | undefined) {
  for (const [kind, event] of call ? eventsIn(call) : []) {
    const name = `${kind} ${Object.hasOwn(names, kind) ? names[kind as keyof typeof names](event) : 'unasked'}`
    told.set(name, (told.get(name) ?? new Set()).add(String(call?.headers['webhook-id'])))
  }
}

/** The events in a callback of the One API, with their kind. */
function eventsIn({ body }: Received): [kind: string, event: Record<string, string>][] {
  const lists = Object.entries(body.event as Record<string, Record<string, string>[]>) // its contract
  return lists.flatMap(([kind, events]) => events.map((event): [string, typeof event] => [kind, event]))
}

/** Event → its sequence number. */
const eventsOf = (calls: Received[]) =>
  new Map(calls.map(({ headers }) => [headers['webhook-id'], headers['waypost-sequence']]))

/** Every number from 1 to the highest was told, each of one event. */
function gapless(endpoint: string, calls: Received[]) {
  const told = calls.filter(({ raw }) => raw.includes('"messageStatusUpdate"') === (endpoint === 'status'))
  const sequences = Array.from(eventsOf(told).values(), Number).sort((a, b) => a - b)
  assert.ok(sequences.length > 0, `${endpoint}: there were events`)
  assert.deepEqual(
    sequences,
    sequences.map((_, i) => i + 1),
    `the sequence numbers of the ${endpoint} endpoint have no gap, and none is used twice`,
  )
}

/** Whoever remembers ids may leave out what comes again: nothing in it is new. */
function repeatedAsTheyWere(calls: Received[]) {
  const first = new Map<unknown, Received>()
  for (const call of calls) {
    const { headers, raw } = first.get(call.headers['webhook-id']) ?? call
    assert.deepEqual(
      [call.raw, call.headers['waypost-sequence']],
      [raw, headers['waypost-sequence']],
      'an event that is told again is told as it was',
    )
    first.set(call.headers['webhook-id'], call)
  }
}

/** Each file that was told of can be had, and is what the person sent. */
async function canBeDownloaded(calls: Received[], sent: Map<string, string>, key: string) {
  const files = new Map<string, string>()
  for (const call of calls)
    for (const [kind, event] of eventsIn(call))
      if (kind === 'moMedia') {
        const [file] = (event as unknown as { files: { downloadUrl: string; sha256Hash: string }[] }).files
        assert.equal(file?.sha256Hash, sent.get(event.caption ?? ''), call.raw)
        files.set(file?.downloadUrl ?? '', event.caption ?? '')
      }
  for (const [url, caption] of files) {
    const answer = await fetch(url, { headers: { authorization: key } })
    assert.equal(answer.status, 200, caption)
    assert.equal(sha256Of(await answer.bytes()), sent.get(caption), caption)
  }
}
