import fc from 'fast-check'
import type { Fine } from './any-message.ts'
import type { Generation } from './refusals.ts'

/** What makes a message that is fine one that is not; undefined where there is nothing of the kind to break in it. */
type Breaking = (message: Message, at: number) => Message | undefined

type Message = Record<string, unknown>

const others: Record<Generation, Record<string, unknown>> = {
  one: {
    location: { latitude: '1', longitude: '1' },
    contacts: [{ name: { formattedName: 'A' }, org: { company: 'B' } }],
    hsm: { template: 'welcome_notification_demo', parameters: { 1: 'A' } },
    template: { templateName: 'welcome_notification_demo', body: { parameters: { 1: 'A' } } },
  },
  legacy: { hsm: { template: 'welcome_notification_demo', parameters: { 1: 'A' } } },
}

/** Nothing in the contract is true or false but one member, and nothing is a list in a list. */
const wrongTypes: unknown[] = [[[]], { a: { b: 1 } }, [true]]

/** Paths of what cannot be left out, in the forms that have them. */
const required = [
  'content',
  'location.latitude',
  'location.longitude',
  'contacts.0.name',
  'template.templateName',
  'template.header.type',
  'template.buttons.websiteUrl.0.listPosition',
  'hsm.template',
  'media.contentType',
  'media.fileId',
]

/** Values that no message can have, in the place of one that it has. */
const outOfRange: [path: string, value: unknown][] = [
  ['location.latitude', '90.000001'],
  ['location.latitude', -91],
  ['location.latitude', 'NaN'],
  ['location.latitude', '0x10'],
  ['location.longitude', '180.1'],
  ['location.longitude', -1e21],
  ['location', { latitude: '0.0', longitude: 0 }],
  ['contacts', []],
  ['contacts.0', { name: { formattedName: 'A' } }],
  ['contacts.0.name', {}],
  ['contacts.0.birthday', '2021-02-30'],
  ['contacts.0.birthday', '17.04.1990'],
  ['template.templateName', ''],
  ['template.header.type', 'location'],
  ['template.header', { type: 'media' }],
  ['template.header.text.parameters', { 1: 'a', 2: 'b' }],
  ['template.body.parameters', { 1: 'a', 3: 'b' }],
  ['template.body.parameters', { 1: 'a', name: 'b' }],
  ['template.body.parameters', { 0: 'a' }],
  ['template.buttons.suggestedResponse.postbackData', { 1: 'a', 2: 'b', 3: 'c', 4: 'd' }],
  ['template.buttons.websiteUrl.0.listPosition', 0],
  ['template.buttons.websiteUrl.0.listPosition', 3],
  ['template.buttons.websiteUrl.0.listPosition', 1.5],
  ['template.buttons.websiteUrl.0.parameters', { 1: 'a', 2: 'b' }],
  ['template.buttons.websiteUrl', [{ listPosition: 1 }, { listPosition: 2 }]],
  ['hsm.parameters', { 2: 'a' }],
  ['media.contentType', 'image/gif'],
  ['media.caption', 'x'.repeat(1025)],
  ['media.fileId', '../../etc/passwd'],
  ['media.fileId', 'c45ada9b-8a51-4413-a134-928c2b085d31.jpg'],
  ['contentType', 'image/gif'],
  ['caption', 'x'.repeat(1025)],
]

const breakings = (generation: Generation): Record<string, Breaking> => ({
  'two kinds at once': (message, at) => {
    const [name, value] = pick(
      Object.entries(others[generation]).filter(([other]) => !(other in message)),
      at,
    ) ?? ['']
    return name === '' ? undefined : { ...message, [name]: value }
  },
  'a member is missing': (message, at) => {
    const path = pick(
      required.filter((path) => leaf(message, path) !== undefined),
      at,
    )
    return path === undefined ? undefined : withLeaf(message, path, undefined)
  },
  'a member is of another type': (message, at) => {
    const path = pick(leavesOf(message), at)
    return path === undefined ? undefined : withLeaf(message, path, pick(wrongTypes, at))
  },
  'a value is out of range': (message, at) => {
    const found = pick(
      outOfRange.filter(([path]) => leaf(message, path) !== undefined),
      at,
    )
    return found && withLeaf(message, ...found)
  },
  'text is too long': (message) =>
    typeof message.content === 'string' && !message.media && !message.contentType
      ? { ...message, content: message.content + 'x'.repeat(4097) }
      : undefined,
  'the client’s own id is too long': (message) => ({ ...message, clientMessageId: 'x'.repeat(129) }),
  'nobody is to have it': (message, at) => ({
    ...message,
    to: pick([undefined, '', 'abc', '27', '+', 27999000001, ['27999000001'], '2799900000111111'], at),
  }),
  'it is no object': (_, at) => pick<unknown>([null, 7, 'text', [], true], at) as Message, // for JSON it is as good
})

/** A message of this generation that is wrong somewhere, and how it was broken. */
export const broken = (generation: Generation, fine: fc.Arbitrary<Fine>) =>
  fc
    .tuple(fine, fc.constantFrom(...Object.entries(breakings(generation))), fc.nat())
    .map(([{ message }, [how, breaking], at]) => ({
      how,
      message: breaking({ to: '27999000001', ...message }, at),
    }))
    .filter(({ message }) => message !== undefined)

const pick = <T>(list: T[], at: number): T | undefined => list[at % list.length]

/** The path of every value that has no members, but for those that may be anything or whose type is looser than one. */
function leavesOf(value: unknown, path = ''): string[] {
  if (typeof value !== 'object' || value === null) return path === '' ? [] : [path]
  return Object.entries(value).flatMap(([name, inner]) =>
    leavesOf(inner, path === '' ? name : `${path}.${name}`),
  )
}

function leaf(value: unknown, path: string): unknown {
  return path
    .split('.')
    .reduce<unknown>(
      (inner, name) =>
        typeof inner === 'object' && inner !== null ? (inner as Record<string, unknown>)[name] : undefined,
      value,
    )
}

function withLeaf(message: Message, path: string, value: unknown): Message {
  const copy = structuredClone(message)
  const names = path.split('.')
  const last = names.pop() ?? ''
  const holder = names.length === 0 ? copy : leaf(copy, names.join('.'))
  if (value === undefined) delete (holder as Message)[last]
  else (holder as Message)[last] = value
  return copy
}
