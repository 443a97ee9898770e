import {
  hiddenSecret,
  IntegrationPatch,
  IntegrationSent,
  IntegrationSettings,
  integrationDefaults,
  whatsappDefaults,
} from '@waypost/protocol'
import { Check } from 'typebox/value'
import { otherGeneration } from '../../core/called-back.ts'
import type { Encryption, Integration, WhatsAppSender } from '../../core/integration.ts'
import { isAddressOrRange } from '../authenticate.ts'
import { isTime } from '../time.ts'
import { type Flaw, flawsIn, isObject } from './flaws.ts'
import { newSigningSecret, newVerifyToken } from './made-secrets.ts'
import { mergePatch } from './merge-patch.ts'

/** What reading settings needs to know of the rest of the gateway. */
export interface Tools {
  /** What is wrong with a callback URL, as the end of a sentence. */
  urlFlaw(url: string): string | undefined
  supplierNames: readonly string[]
}

interface Source {
  id: string
  /** The integration that is changed; without it one is made. */
  current?: Integration | undefined
  /** Whose made secrets a new one takes over. */
  replaces?: Integration | undefined
}

/** Members of the full surface that do nothing yet, and what they are when they are off. */
const unsupported = {
  sms: null,
}

/** Members of what is answered that are no settings. */
const onlyRead = ['whatsapp.webhook', 'callbacks.paused', 'balance.reserved']

const secrets = [
  'whatsapp.accessToken',
  'whatsapp.appSecret',
  'whatsapp.verifyToken',
  'callbacks.basicAuth.password',
  'shadowCallbacks.basicAuth.password',
  'signingSecret',
]

/** Settings as somebody sent them, made an integration; or everything that is wrong with them. */
export function readIntegration(tools: Tools, sent: unknown, source: Source): Integration | Flaw[] {
  const { current, replaces } = source
  const { patch, flaws } = understood(sent, current)
  flaws.push(...flawsIn(current ? IntegrationPatch : IntegrationSent, patch), ...flawsInMeaning(tools, patch))
  if (flaws.length > 0) return flaws

  const { id: _, ...kept } = current ?? {}
  // Patching nothing with what is kept leaves out what is null there: settings are what was said.
  const settings = mergePatch(mergePatch({}, kept), patch)
  // A patch may leave out what the member it makes cannot do without: `whatsapp` without `from`.
  if (!Check(IntegrationSettings, settings)) return flawsIn(IntegrationSettings, settings)
  return {
    ...filledIn(source.id, settings, replaces),
    encryption: encryptionOf(settings.encryption, (current ?? replaces)?.encryption),
  }
}

/** Takes out what need not or must not be merged: members that are off, secrets left as they are, what is only read. */
function understood(sent: unknown, current: Integration | undefined): { patch: unknown; flaws: Flaw[] } {
  const flaws: Flaw[] = []
  let patch = sent
  for (const [path, off] of Object.entries(unsupported)) {
    const value = valueAt(patch, path)
    if (value !== undefined && !isOff(value, off))
      flaws.push({ path, message: 'is not supported by this version' })
    patch = without(patch, path)
  }
  for (const path of secrets) {
    if (valueAt(patch, path) !== hiddenSecret) continue
    if (!valueAt(current, path)) flaws.push({ path, message: 'has nothing to be left as it is' })
    patch = without(patch, path)
  }
  if (current) {
    if (valueAt(patch, 'id') === current.id) patch = without(patch, 'id')
    for (const path of onlyRead) patch = without(patch, path)
  }
  return { patch, flaws }
}

function isOff(value: unknown, off: unknown): boolean {
  if (value === null || value === off) return true
  const members = isObject(value) ? Object.values(value) : []
  return members.length > 0 && members.every((member) => member === null)
}

/** What no schema can say. Members of the wrong type are named already. */
function flawsInMeaning({ urlFlaw, supplierNames }: Tools, patch: unknown): Flaw[] {
  const meaning: Record<string, (text: string) => string | undefined> = {
    demoExpiresAt: (text) => (isTime(text) ? undefined : 'must be a time as in ISO 8601, with its offset'),
    'whatsapp.supplier': (name) =>
      supplierNames.includes(name) ? undefined : `must be one of ${supplierNames.join(', ')}`,
    'whatsapp.baseUrl': (url) => (isHttpUrl(url) ? undefined : 'must be an http or https URL'),
    'callbacks.messageUrl': urlFlaw,
    'callbacks.statusUrl': urlFlaw,
    'shadowCallbacks.messageUrl': urlFlaw,
    'shadowCallbacks.statusUrl': urlFlaw,
  }
  const flaws = Object.entries(meaning).map(([path, flawOf]) => {
    const value = valueAt(patch, path)
    return { path, message: typeof value === 'string' ? flawOf(value) : undefined }
  })
  return [
    ...flaws.filter((flaw): flaw is Flaw => flaw.message !== undefined),
    ...addressFlaws(valueAt(patch, 'allowedIps')),
  ]
}

export function addressFlaws(allowedIps: unknown): Flaw[] {
  if (!Array.isArray(allowedIps)) return []
  return allowedIps.flatMap((text, i) =>
    typeof text !== 'string' || isAddressOrRange(text)
      ? []
      : [{ path: `allowedIps[${i}]`, message: 'must be an IP address or a CIDR range' }],
  )
}

const isHttpUrl = (text: string) => /^https?:$/.test(URL.parse(text)?.protocol ?? '')

function filledIn(id: string, settings: IntegrationSettings, replaces: Integration | undefined): Integration {
  const { name, whatsapp, shadowCallbacks, balance, ...rest } = settings
  const generation = settings.generation ?? integrationDefaults.generation
  const callbacks = { ...integrationDefaults.callbacks, generation, ...settings.callbacks }
  return {
    id,
    name,
    ...integrationDefaults,
    ...rest,
    whatsapp: whatsapp ? senderOf(whatsapp, replaces?.whatsapp?.verifyToken) : null,
    callbacks,
    shadowCallbacks: shadowCallbacks
      ? {
          ...integrationDefaults.callbacks,
          generation: otherGeneration(callbacks.generation),
          ...shadowCallbacks,
        }
      : null,
    allowedIps: [...(settings.allowedIps ?? integrationDefaults.allowedIps)],
    limits: { ...integrationDefaults.limits, ...settings.limits },
    balance: {
      ...integrationDefaults.balance,
      ...balance,
      prices: { ...integrationDefaults.balance.prices, ...balance?.prices },
    },
    words: { ...integrationDefaults.words, ...settings.words },
    signingSecret: settings.signingSecret ?? replaces?.signingSecret ?? newSigningSecret(),
  }
}

const formerMost = 10

/** With the names that were replaced. */
function encryptionOf(
  said: IntegrationSettings['encryption'],
  before: Integration['encryption'],
): Encryption | null {
  if (!said) return null
  const { mtKey, moKey } = said
  const replaced = [before?.mtKey, before?.moKey].filter((name) => name !== undefined)
  const former = new Set([...replaced, ...(said.formerKeys ?? before?.formerKeys ?? [])])
  const formerKeys = [...former].filter((name) => name !== mtKey && name !== moKey).slice(0, formerMost)
  return {
    ...(mtKey !== undefined && { mtKey }),
    ...(moKey !== undefined && { moKey }),
    ...(formerKeys.length > 0 && { formerKeys }),
  }
}

function senderOf(
  { from, ...rest }: NonNullable<IntegrationSettings['whatsapp']>,
  verifyToken = newVerifyToken(),
): WhatsAppSender {
  return { from, verifyToken, ...whatsappDefaults, ...rest }
}

function valueAt(value: unknown, path: string): unknown {
  return path
    .split('.')
    .reduce<unknown>((at, name) => (isObject(at) && Object.hasOwn(at, name) ? at[name] : undefined), value)
}

/** A copy without one member. */
function without(value: unknown, path: string): unknown {
  const [name = '', ...rest] = path.split('.')
  if (!isObject(value) || !Object.hasOwn(value, name)) return value
  const others = Object.entries(value).filter(([other]) => other !== name)
  if (rest.length > 0) others.push([name, without(value[name], rest.join('.'))])
  return Object.fromEntries(others)
}
