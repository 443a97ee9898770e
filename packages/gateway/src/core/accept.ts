import type { Channel, Content, Generation, StatusName } from '@waypost/protocol'
import { mayBeAlias } from './alias.ts'
import { attachmentFault, filesOf, noFiles } from './attachments.ts'
import { BalanceTooLow, chargeFor, withinBalance } from './balance.ts'
import type { Directory } from './directory.ts'
import { type Integration, linkedChannels } from './integration.ts'
import type { Waker } from './lane.ts'
import type { Volume } from './limits.ts'
import type { MediaFile } from './media.ts'
import { fileIdOf, type Mt, type Refusal } from './message.ts'
import { passed } from './points.ts'
import { type KeptAnswer, laneOf, type Store } from './store.ts'
import type { Supplier } from './supplier.ts'
import { type Template, type TemplatePolicy, templateFlaw } from './template.ts'
import { recall, type Windows } from './window.ts'

/** One message as a generation's edge read it: the right types, nothing checked against the world yet. */
export interface Submission {
  channel: string | undefined
  to: string
  content: Content
  clientMessageId: string | undefined
  from: string | undefined
  charset: string | undefined
  /** The client has sealed it. */
  encryptionKey: string | undefined
  /** When it is to go; undefined: now. */
  scheduledAt: number | undefined
  /** How long it is tried from then; undefined: a day. */
  validityMs: number | undefined
}

export interface Accepting {
  store: Pick<Store, 'accept' | 'balanceOf' | 'findFile' | 'lastWrote' | 'userOf'>
  directory: Pick<Directory, 'account' | 'pin' | 'pinCount' | 'optOut' | 'optIn' | 'template'>
  supplierOf(integration: Integration, channel: Channel): Supplier
  phoneNumberFlaw(to: string): Refusal['reason'] | undefined
  volume: Volume
  windows: Windows
  lanes: Waker
  newId(): string
  now(): number
}

export interface Request {
  integration: Integration
  generation: Generation
  /** In the order of the request; what its edge could not read is a refusal already. */
  submissions: (Submission | Refusal)[]
  /** Turns the verdicts into the answer to keep under the request's idempotency key. */
  keep?: (verdicts: Verdict[]) => KeptAnswer
}

/** In the order of the submissions. */
export type Verdict = Mt | Refusal

/** How long a message is tried when the business sets no validity. */
const defaultValidityMs = 24 * 60 * 60 * 1000

/** How far ahead a message may be scheduled. */
const scheduledMostMs = 90 * 24 * 60 * 60 * 1000

export const isRefusal = (verdict: Submission | Verdict): verdict is Refusal => 'reason' in verdict

/** Takes responsibility: when this resolves, each accepted message is on stable storage and will be carried. */
export async function accept(app: Accepting, request: Request): Promise<Verdict[]> {
  const named = request.submissions.flatMap((one) => (isRefusal(one) ? [] : (fileIdOf(one.content) ?? [])))
  const files = named.length > 0 ? await filesOf(app, request.integration, named) : noFiles
  const aliases = await aliasesIn(app, request.submissions)
  await recallWho(app, request)
  const at = app.now()
  let verdicts = request.submissions.map((submission) =>
    isRefusal(submission) ? submission : judge(app, request, submission, { at, files, aliases }),
  )
  passed('mt.validated')
  const { id } = request.integration
  try {
    while (!(await isStored(app, request, verdicts))) {
      const fewer = withinBalance(verdicts, await app.store.balanceOf(id))
      app.volume.count(id, at, waitingIn(fewer) - waitingIn(verdicts))
      verdicts = fewer
    }
  } catch (error) {
    app.volume.count(id, at, -waitingIn(verdicts))
    throw error
  }
  return verdicts
}

const noAliases: ReadonlySet<string> = new Set()

/** Looked up for those alone that look like one, which no number does. */
async function aliasesIn({ store }: Accepting, submissions: Request['submissions']) {
  const recipients = submissions.flatMap((one) => (isRefusal(one) || !mayBeAlias(one.to) ? [] : one.to))
  if (recipients.length === 0) return noAliases
  const users = await Promise.all(recipients.map((to) => store.userOf(to)))
  return new Set(recipients.filter((_, i) => users[i] !== undefined))
}

/** Answers false when the balance does not cover it all. The store alone decides: of two requests at once, one is first. */
async function isStored(
  { store, lanes }: Accepting,
  request: Request,
  verdicts: Verdict[],
): Promise<boolean> {
  const mts = verdicts.filter((verdict): verdict is Mt => !isRefusal(verdict))
  const kept = request.keep?.(verdicts)
  if (mts.length === 0 && !kept) return true
  try {
    const touched = await store.accept(mts, kept)
    passed('mt.stored')
    lanes.wake(touched.lanes)
    return true
  } catch (error) {
    if (error instanceof BalanceTooLow) return false
    throw error
  }
}

const waitingIn = (verdicts: Verdict[]) =>
  verdicts.filter((verdict) => !isRefusal(verdict) && verdict.dueAt !== undefined).length

/** Asks the store for those of whom it matters when they last wrote, and memory does not know enough. */
async function recallWho(app: Accepting, { integration, submissions }: Request): Promise<void> {
  const { id, requireOptIn, refuseOutsideWindow } = integration
  if (!requireOptIn && !refuseOutsideWindow) return
  const at = app.now()
  const people = submissions.flatMap((one) => {
    if (isRefusal(one)) return []
    const { to, content } = one
    const matters =
      (refuseOutsideWindow && content.type !== 'template' && !app.windows.isOpen(id, to, at)) ||
      (requireOptIn && !hasOptedIn(app, id, to))
    return matters ? [to] : []
  })
  if (people.length > 0) await recall(app, id, people)
}

/** Whoever wrote has agreed to be answered. */
const hasOptedIn = ({ directory, windows }: Accepting, id: string, to: string) =>
  directory.optIn(id, to) !== undefined || windows.lastWrote(id, to) !== undefined

/** What a message is judged by besides itself. */
interface World {
  at: number
  files: ReadonlyMap<string, MediaFile>
  /** Recipients that stand for people without a number. */
  aliases: ReadonlySet<string>
}

function judge(
  app: Accepting,
  request: Request,
  submission: Submission,
  { at, files, aliases }: World,
): Verdict {
  const { integration, generation } = request
  if (integration.demoExpiresAt !== null && at >= Date.parse(integration.demoExpiresAt))
    return { reason: 'demo_expired' }

  const sender = senderOf(integration, submission)
  if ('reason' in sender) return sender

  const { to, content, encryptionKey } = submission
  const flaw = recipientFlaw(app, integration, to, aliases)
  if (flaw) return { reason: flaw, subject: to }

  const isSealed = encryptionKey !== undefined
  if (isSealed && !integration.encryption?.mtKey) return { reason: 'channel_inactive' }
  if (!app.supplierOf(integration, sender.channel).carries.has(content.type))
    return { reason: 'channel_inactive' }
  const attachment = attachmentFault(content, to, files)
  if (attachment && 'refusal' in attachment) return attachment.refusal

  const dueAt = Math.max(at, submission.scheduledAt ?? at)
  if (dueAt > at + scheduledMostMs || dueAt >= keptUntil(content, files))
    return { reason: 'parameter_invalid', subject: 'scheduledDeliveryTime' }

  const limit = app.volume.exceeded(app.directory.account(), integration, at)
  if (limit?.whose === 'account' && limit.status === 'volume_limit_daily' && generation === 'legacy')
    return { reason: 'account_daily_quota' }
  const template = templateOf(app, integration, content)
  // Accepted, and over already: the business learns it as a status.
  const over =
    limit?.status ??
    attachment?.status ??
    templateFault(content, template, isSealed ? 'sealed' : sender.templatePolicy, files) ??
    windowFault(app, integration, submission, at) ??
    (integration.mode === 'emulated' ? 'emulated' : undefined)
  if (!over) app.volume.count(integration.id, at, 1)

  const mt: Mt = {
    id: app.newId(),
    integrationId: integration.id,
    channel: sender.channel,
    from: sender.from,
    to,
    content,
    generation,
    priority:
      (dueAt === at && isUrgent(app, request, submission, at)) || template?.category === 'authentication'
        ? 0
        : 1,
    acceptedAt: at,
    expiresAt: dueAt + (submission.validityMs ?? defaultValidityMs),
    status: over ?? (dueAt > at ? 'scheduled' : 'accepted'),
    statusAt: at,
    attempts: 0,
    uncertain: false,
    onUncertain: integration.onUncertain,
    uncertainWaitMs: integration.uncertainWaitMs,
  }
  if (!over) {
    mt.dueAt = dueAt
    const charge = chargeFor(integration, content)
    if (charge) mt.charge = charge
  }
  if (isSealed) mt.encryptionKey = encryptionKey
  if (submission.clientMessageId !== undefined) mt.clientMessageId = submission.clientMessageId
  // One that is scheduled has its own time, and holds nothing up until then.
  if (integration.ordered && dueAt === at) mt.conversation = `${laneOf(sender)}:${to}`
  return mt
}

/** How long the file that a message names is there. */
const keptUntil = (content: Content, files: ReadonlyMap<string, MediaFile>) =>
  files.get(fileIdOf(content) ?? '')?.expiresAt ?? Infinity

/** A free-form reply by itself in an open conversation: somebody waits for it. */
const isUrgent = (
  app: Accepting,
  { integration, submissions }: Request,
  { to, content }: Submission,
  at: number,
) => submissions.length === 1 && content.type !== 'template' && app.windows.isOpen(integration.id, to, at)

const templateOf = ({ directory }: Accepting, { id }: Integration, content: Content) =>
  content.type === 'template' ? directory.template(id, content.template.templateName) : undefined

/** Only a template may open a conversation. */
const windowFault = (
  { windows }: Accepting,
  { id, refuseOutsideWindow }: Integration,
  { to, content, scheduledAt }: Submission,
  at: number,
) =>
  refuseOutsideWindow &&
  content.type !== 'template' &&
  (scheduledAt ?? at) <= at && // by its time the person may have written
  !windows.isOpen(id, to, at)
    ? 'reengagement_required'
    : undefined

function templateFault(
  content: Content,
  template: Template | undefined,
  policy: TemplatePolicy | 'sealed',
  files: ReadonlyMap<string, MediaFile>,
): StatusName | undefined {
  if (content.type !== 'template') return undefined
  return templateFlaw(template, content.template, policy, files.get(fileIdOf(content) ?? ''))
}

function senderOf(
  integration: Integration,
  { channel, from, charset }: Submission,
): { channel: Channel; from: string; templatePolicy: TemplatePolicy } | Refusal {
  const linked = linkedChannels(integration)
  const chosen = channel ?? (linked.length === 1 ? linked[0] : 'sms')
  if (chosen !== 'whatsapp' && chosen !== 'sms') return { reason: 'parameter_invalid', subject: 'channel' }
  if (!linked.includes(chosen) || !integration.whatsapp) return { reason: 'channel_not_linked' }
  const sender = integration.whatsapp
  if (!sender.active) return { reason: 'channel_inactive' }
  if (from !== undefined && from !== sender.from) return { reason: 'sender_foreign' }
  if (sender.suspended) return { reason: 'sender_suspended' }
  if (charset !== undefined && !/^utf-?8$/i.test(charset))
    return { reason: 'charset_not_supported', subject: charset }
  return { channel: chosen, from: sender.from, templatePolicy: sender.templatePolicy }
}

/**
 * In this order: what is pinned to exactly this string, what no phone number looks like, who does not want messages, who
 * never asked for any, what a test may reach.
 */
function recipientFlaw(
  app: Accepting,
  { id, mode, requireOptIn }: Integration,
  to: string,
  aliases: World['aliases'],
): Refusal['reason'] | undefined {
  const pin = app.directory.pin(id, to)
  if (pin?.outcome) return pin.outcome
  const flaw = aliases.has(to) ? undefined : app.phoneNumberFlaw(to)
  if (flaw) return flaw
  if (app.directory.optOut(id, to)) return 'opted_out'
  if (requireOptIn && !hasOptedIn(app, id, to)) return 'not_opted_in'
  if (mode !== 'sandbox') return undefined
  const { testNumbersMax } = app.directory.account()
  if (testNumbersMax !== null && app.directory.pinCount(id) > testNumbersMax) return 'test_numbers_exceeded'
  return pin ? undefined : 'not_on_sandbox'
}
