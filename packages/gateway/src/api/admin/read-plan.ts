import { hash } from 'node:crypto'
import { PinnedOutcome } from '@waypost/protocol'
import { type Static, Type } from 'typebox'
import { Check } from 'typebox/value'
import type { App } from '../../core/app.ts'
import { hashOfKey } from '../../core/directory.ts'
import type { Account, ApiKey, Integration, Pin } from '../../core/integration.ts'
import { type Flaw, flawsIn, isObject, within } from './flaws.ts'
import { readAccount } from './read-account.ts'
import { readIntegration, type Tools } from './read-integration.ts'
import { type PlannedTemplates, readPlannedTemplates } from './read-planned-templates.ts'

type Needs = Pick<App, 'directory' | 'now'>

/** What a provisioning file comes to: the settings as they are to be, and the keys, recipients and templates that differ. */
export interface Plan {
  account: Account | undefined
  integrations: Planned[]
  templates: PlannedTemplates
}

interface Planned {
  integration: Integration
  keys: ApiKey[]
  /** Keys that an earlier version of the file brought, and this one does not have. */
  surplus: ApiKey[]
  pins: Pin[]
  /** Numbers that are pinned, and that the file's recipients do not have. */
  unpinned: string[]
}

const File = Type.Object(
  {
    account: Type.Optional(Type.Object({})),
    integrations: Type.Optional(
      Type.Array(
        Type.Object({
          id: Type.String({ pattern: '^[A-Za-z0-9._-]{1,64}$' }),
          apiKeys: Type.Optional(
            Type.Array(
              Type.Object(
                {
                  key: Type.String({ pattern: '^[\\x21-\\x7e]{1,200}$' }),
                  generation: Type.Optional(Type.Enum(['one', 'legacy'] as const)),
                },
                { additionalProperties: false },
              ),
            ),
          ),
        }),
      ),
    ),
    templates: Type.Optional(Type.Object({})),
  },
  { additionalProperties: false },
)
type Entry = NonNullable<Static<typeof File>['integrations']>[number] & { recipients?: unknown }

/** Reads the whole file; what is wrong anywhere in it comes back instead. */
export function readPlan(app: Needs, tools: Tools, file: unknown): Plan | Flaw[] {
  const flaws = flawsIn(File, file)
  if (!Check(File, file)) return flaws
  const { account: sent, integrations: entries = [], templates = {} } = file

  const account = sent && readAccount(sent)
  if (Array.isArray(account)) flaws.push(...within('account', account))

  const planned: Planned[] = []
  for (const [i, entry] of entries.entries()) {
    const read = readEntry(app, tools, entry)
    if (Array.isArray(read)) flaws.push(...within(`integrations[${i}]`, read))
    else planned.push(read)
  }
  flaws.push(...clashes(app, entries, planned))
  const isKnown = (id: string) => !!app.directory.integration(id) || entries.some((entry) => entry.id === id)
  const filled = readPlannedTemplates(app.directory, { ...templates }, isKnown)
  if (Array.isArray(filled)) flaws.push(...filled)
  if (flaws.length > 0 || Array.isArray(account) || Array.isArray(filled)) return flaws
  return { account, integrations: planned, templates: filled }
}

function readEntry({ directory, now }: Needs, tools: Tools, entry: Entry): Planned | Flaw[] {
  const { id, apiKeys, recipients, ...settings } = entry
  const pinned = pinsIn(recipients)
  const integration = readIntegration(tools, settings, { id, replaces: directory.integration(id) })
  if (Array.isArray(integration)) return [...integration, ...pinned.flaws]
  if (pinned.flaws.length > 0) return pinned.flaws

  const stored = new Map(directory.keysOf(id).map((key) => [key.hash, key]))
  const listed = (apiKeys ?? []).map(({ key, generation = integration.generation }): ApiKey => {
    const own = hashOfKey(key)
    const made = { id: provisionedId(id, own), integrationId: id, hash: own, createdAt: now() }
    return { ...made, ...stored.get(own), generation }
  })
  // Of a number that is listed twice the last one counts, at every start the same.
  const outcomes = new Map(pinned.pins.map(({ number, outcome }) => [number, outcome]))
  const hashes = new Set(listed.map((key) => key.hash))
  const isSurplus = (key: ApiKey) => key.id.startsWith(provisioned) && !hashes.has(key.hash)
  return {
    integration,
    keys: listed.filter((key) => stored.get(key.hash)?.generation !== key.generation),
    surplus: apiKeys ? [...stored.values()].filter(isSurplus) : [],
    pins: [...outcomes]
      .filter(([number, outcome]) => directory.pin(id, number)?.outcome !== outcome)
      .map(([number, outcome]) => ({ integrationId: id, number, outcome })),
    // As with keys: a file that does not speak of recipients leaves them as they are.
    unpinned: isSaid(recipients)
      ? directory
          .pinsOf(id)
          .map(({ number }) => number)
          .filter((number) => !outcomes.has(number))
      : [],
  }
}

/** Begins the ids of keys that a file brought: only they go when the file lists keys, and them no more. */
const provisioned = 'provisioned-'
const provisionedId = (integrationId: string, keyHash: string) =>
  `${provisioned}${hash('sha256', `${integrationId} ${keyHash}`).slice(0, 20)}`

const isSaid = (recipients: unknown) => recipients !== undefined && recipients !== null

/** `{ "27999000001": "not_on_channel" }`, or a list of numbers and of `{ "number", "outcome" }`. */
function pinsIn(recipients: unknown): { pins: Omit<Pin, 'integrationId'>[]; flaws: Flaw[] } {
  const pins: Omit<Pin, 'integrationId'>[] = []
  const flaws: Flaw[] = []
  const add = (path: string, number: unknown, outcome: unknown = null) => {
    if (typeof number !== 'string' || number === '')
      flaws.push({ path, message: 'must be a number, as a string' })
    else if (outcome !== null && !Check(PinnedOutcome, outcome))
      flaws.push({
        path,
        message: 'must be null or a reason that refuses one message, as docs/errors.md has them',
      })
    else pins.push({ number, outcome })
  }
  if (Array.isArray(recipients))
    for (const [i, each] of recipients.entries())
      if (isObject(each)) add(`recipients[${i}]`, each.number, each.outcome)
      else add(`recipients[${i}]`, each)
  else if (isObject(recipients))
    for (const [number, outcome] of Object.entries(recipients)) add(`recipients.${number}`, number, outcome)
  else if (isSaid(recipients)) flaws.push({ path: 'recipients', message: 'must be an object or a list' })
  return { pins, flaws }
}

/** What only one integration may have: its id, its number, its keys. */
function clashes({ directory }: Needs, entries: Entry[], planned: Planned[]): Flaw[] {
  const flaws: Flaw[] = []
  const ids = new Set<string>()
  const keys = new Map<string, string>()
  const clash = (path: string, owner: string | undefined, id: string) => {
    if (owner !== undefined && owner !== id) flaws.push({ path, message: `belongs to integration ${owner}` })
  }
  for (const [i, { id, apiKeys = [] }] of entries.entries()) {
    if (ids.has(id)) flaws.push({ path: `integrations[${i}].id`, message: 'is there twice' })
    ids.add(id)
    for (const [k, { key }] of apiKeys.entries()) {
      clash(`integrations[${i}].apiKeys[${k}].key`, keys.get(key) ?? directory.holderOf(key)?.id, id)
      keys.set(key, id)
    }
  }
  const others = directory.integrations().filter(({ id }) => !ids.has(id))
  const senders = new Map<string, string>()
  for (const { id, whatsapp } of [...others, ...planned.map(({ integration }) => integration)]) {
    if (!whatsapp) continue
    const i = entries.findIndex((entry) => entry.id === id)
    clash(`integrations[${i}].whatsapp.from`, senders.get(whatsapp.from), id)
    senders.set(whatsapp.from, id)
  }
  return flaws
}
