import { type Static, Type } from 'typebox'
import { endpoints, generations, nullable, patchOf, sent } from './shapes.ts'

/**
 * What an integration is where its settings do not say. `callbacks.generation` is the integration's then, and that of
 * `shadowCallbacks` the other one.
 */
export const integrationDefaults = {
  generation: 'one',
  active: true,
  mode: 'production',
  demoExpiresAt: null,
  whatsapp: null,
  callbacks: {
    messageUrl: null,
    statusUrl: null,
    basicAuth: null,
    inlineMedia: false,
    misspeltLatitude: false,
  },
  shadowCallbacks: null,
  encryption: null,
  allowedIps: [],
  limits: { requestsPerSecond: null, perDay: null, perMonth: null },
  balance: { currency: 'USD', amount: null, prices: { message: 0, template: 0 } },
  onUncertain: 'resend',
  uncertainWaitMs: 60_000,
  ordered: false,
  words: { stop: {}, start: {} },
  refuseOutsideWindow: false,
  requireOptIn: false,
} as const

/** What a WhatsApp sender is where its settings do not say. */
export const whatsappDefaults = {
  supplier: 'whatsapp-cloud',
  baseUrl: 'https://graph.facebook.com/v23.0',
  businessAccountId: '',
  accessToken: '',
  appSecret: '',
  suspended: false,
  active: true,
  messagesPerSecond: 80,
  pairLimit: true,
  templatePolicy: 'strict',
} as const

const modes = ['production', 'sandbox', 'emulated'] as const
const templatePolicies = ['strict', 'permissive'] as const

/** Stands for a secret in answers. Sent back, it leaves the secret as it is. */
export const hiddenSecret = '…'

const secret = (what: string) =>
  `${what} Answered as “${hiddenSecret}”, which leaves it as it is when sent back.`
const or = Type.Optional
const own = integrationDefaults
const sender = whatsappDefaults

const WhatsAppSettings = Type.Object(
  {
    from: Type.String({
      pattern: '^[0-9]{3,20}$',
      description: 'The business number, digits; of one integration only.',
    }),
    supplier: or(Type.String({ default: sender.supplier })),
    baseUrl: or(Type.String({ default: sender.baseUrl, description: 'Where the supplier’s API is.' })),
    phoneNumberId: Type.String({ minLength: 1, description: 'Meta’s id of the number.' }),
    businessAccountId: or(Type.String({ default: sender.businessAccountId })),
    accessToken: or(Type.String({ description: secret('For calls to the supplier.') })),
    appSecret: or(
      Type.String({ description: secret('Signs the supplier’s webhooks; without it none is believed.') }),
    ),
    verifyToken: or(
      Type.String({
        minLength: 1,
        description: secret(
          'What the supplier proves itself with when it checks our webhook; made when absent.',
        ),
      }),
    ),
    suspended: or(Type.Boolean({ default: sender.suspended })),
    active: or(Type.Boolean({ default: sender.active, description: 'False: linked, and switched off.' })),
    messagesPerSecond: or(
      Type.Number({ exclusiveMinimum: 0, maximum: 1_000_000, default: sender.messagesPerSecond }),
    ),
    pairLimit: or(
      Type.Boolean({
        default: sender.pairLimit,
        description: 'Whether the supplier limits what one recipient may get.',
      }),
    ),
    templatePolicy: or(
      Type.Enum(templatePolicies, {
        default: sender.templatePolicy,
        description:
          'Strict: line breaks, tabs, more than four spaces and formatting that templates must not be filled with are a status (145, 142). Permissive: the supplier decides.',
      }),
    ),
  },
  { additionalProperties: false },
)

const callbackSettings = (what: Record<'messageUrl' | 'statusUrl' | 'generation', string>) =>
  Type.Object(
    {
      messageUrl: or(Type.String({ description: what.messageUrl })),
      statusUrl: or(Type.String({ description: what.statusUrl })),
      generation: or(Type.Enum(generations, { description: what.generation })),
      basicAuth: or(
        Type.Object(
          { username: Type.String(), password: Type.String({ description: secret('HTTP Basic.') }) },
          { additionalProperties: false },
        ),
      ),
      inlineMedia: or(
        Type.Boolean({
          default: false,
          description: 'One API: files from people come inside their event, in base64, and not by reference.',
        }),
      ),
      misspeltLatitude: or(
        Type.Boolean({
          default: false,
          description: 'One API: a location has `latitute` as well, as older consumers read it.',
        }),
      ),
    },
    { additionalProperties: false },
  )

const CallbackSettings = callbackSettings({
  messageUrl: 'Where answers from handsets go. Without it they are kept, and can be pulled.',
  statusUrl: 'Where statuses go. Without it they are kept, and can be pulled.',
  generation: 'The shape of callbacks; the integration’s own generation when absent.',
})

const ShadowSettings = callbackSettings({
  messageUrl: 'Where answers from handsets go as well, from now on. Without it nothing is kept for it.',
  statusUrl: 'Where statuses go as well, from now on. Without it nothing is kept for it.',
  generation: 'The shape of these callbacks; when absent, the one that `callbacks` does not have.',
})

const Words = Type.Record(
  Type.String({ minLength: 1, maxLength: 20 }),
  Type.Array(Type.String({ minLength: 1, maxLength: 100 }), { maxItems: 100 }),
)

const EncryptionSettings = Type.Object(
  {
    mtKey: Type.Optional(
      Type.String({
        minLength: 1,
        description:
          'Names the key that clients’ messages are sealed under. With it messages that their client sealed (`encryptionKey`) are accepted, kept as they came, and opened in memory when they are sent.',
      }),
    ),
    moKey: Type.Optional(
      Type.String({
        minLength: 1,
        description:
          'Names the key that what handsets write is sealed under, before it is stored: texts, files and profile names, with a data key for each message that its events have as `encryptionKey`. While none can be had, suppliers are told to post again. Without it they are called back in the clear.',
      }),
    ),
    formerKeys: Type.Optional(
      Type.Array(Type.String({ minLength: 1 }), {
        maxItems: 10,
        description:
          'Names that were one of the others before: what is still under way was sealed under them, and is opened. A name that is replaced comes here by itself, as the first.',
      }),
    ),
  },
  {
    additionalProperties: false,
    description: 'The keys of each way; either may be left out.',
  },
)

const price = (byDefault: number, description = '') =>
  Type.Number({ minimum: 0, maximum: 1e6, default: byDefault, ...(description && { description }) })
const count = (description: string) => Type.Integer({ minimum: 0, description })

/** An integration's settings as they are kept: nothing but what was said, so without null. */
export const IntegrationSettings = Type.Object(
  {
    name: Type.String({ minLength: 1, maxLength: 200 }),
    generation: or(Type.Enum(generations, { default: own.generation })),
    active: or(Type.Boolean({ default: own.active })),
    mode: or(
      Type.Enum(modes, {
        default: own.mode,
        description:
          'Sandbox: only listed recipients. Emulated: what would be sent is accepted and never is; it ends at once with status 24, and costs nothing.',
      }),
    ),
    demoExpiresAt: or(Type.String({ description: 'ISO 8601; after it nothing is accepted.' })),
    whatsapp: or(WhatsAppSettings),
    callbacks: or(CallbackSettings),
    shadowCallbacks: or(ShadowSettings),
    encryption: or(EncryptionSettings),
    allowedIps: or(Type.Array(Type.String(), { description: 'Addresses and CIDR ranges; none allows all.' })),
    limits: or(
      Type.Object(
        {
          requestsPerSecond: or(Type.Number({ exclusiveMinimum: 0 })),
          perDay: or(count('Messages in a day (UTC).')),
          perMonth: or(count('Messages in a month (UTC).')),
        },
        { additionalProperties: false },
      ),
    ),
    balance: or(
      Type.Object(
        {
          currency: or(
            Type.String({ pattern: '^[A-Z]{3}$', default: own.balance.currency, description: 'ISO 4217.' }),
          ),
          amount: or(
            Type.Number({
              minimum: -1e9,
              maximum: 1e9,
              description:
                'What there is to spend; what waiting messages have reserved is part of it. A patch that has it sets the balance anew, one that has not leaves it. Set below what is reserved, it is used up by the messages whose turn to be sent comes first; the others end with status 25. To six decimals. Without it nothing is charged.',
            }),
          ),
          prices: or(
            Type.Object(
              {
                message: or(price(own.balance.prices.message)),
                template: or(price(own.balance.prices.template, 'Also of an `hsm`.')),
              },
              { additionalProperties: false },
            ),
          ),
        },
        { additionalProperties: false },
      ),
    ),
    onUncertain: or(
      Type.Enum(['resend', 'hold'] as const, {
        default: own.onUncertain,
        description: 'What follows when nobody knows whether the supplier has a message.',
      }),
    ),
    uncertainWaitMs: or(
      Type.Integer({
        minimum: 0,
        maximum: 86_400_000,
        default: own.uncertainWaitMs,
        description: 'How long a report is waited for before sending again.',
      }),
    ),
    ordered: or(
      Type.Boolean({
        default: own.ordered,
        description: 'The messages of one conversation keep their order.',
      }),
    ),
    words: or(
      Type.Object(
        { stop: or(Words), start: or(Words) },
        {
          additionalProperties: false,
          description:
            'By language: `{ "stop": { "en": ["STOP"] }, "start": { "en": ["START"] } }`. A person who writes one of them, and nothing else, is opted out, or in again. None when absent.',
        },
      ),
    ),
    refuseOutsideWindow: or(
      Type.Boolean({
        default: own.refuseOutsideWindow,
        description:
          'A message that is no template, to a person who has not written for 24 hours, ends at once with status 131; otherwise the supplier decides.',
      }),
    ),
    requireOptIn: or(
      Type.Boolean({
        default: own.requireOptIn,
        description:
          'Refuses messages (26) to people who never wrote to the integration and are not recorded as opted in. That people agreed is the business’s duty in any case.',
      }),
    ),
    signingSecret: or(
      Type.String({
        pattern: '^whsec_([A-Za-z0-9+/]{4}){8,}([A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$',
        description: secret(
          'Signs callbacks as in Standard Webhooks: `whsec_` and at least 24 bytes in base64. Made when absent, and then shown once.',
        ),
      }),
    ),
  },
  { additionalProperties: false },
)
export type IntegrationSettings = Static<typeof IntegrationSettings>

export const IntegrationSent = sent(IntegrationSettings, 'IntegrationSettings')
export const IntegrationPatch = patchOf(IntegrationSettings, 'IntegrationPatch')

const hidden = nullable(Type.String(), { description: `“${hiddenSecret}” where there is one.` })
const limit = nullable(Type.Number(), { description: 'Null: none.' })

const calledBack = {
  messageUrl: nullable(Type.String()),
  statusUrl: nullable(Type.String()),
  generation: Type.Enum(generations),
  basicAuth: nullable(Type.Object({ username: Type.String(), password: hidden })),
  inlineMedia: Type.Boolean(),
  misspeltLatitude: Type.Boolean(),
}

const members = {
  id: Type.String(),
  name: Type.String(),
  generation: Type.Enum(generations),
  active: Type.Boolean(),
  mode: Type.Enum(modes),
  demoExpiresAt: nullable(Type.String()),
  whatsapp: nullable(
    Type.Object({
      from: Type.String(),
      supplier: Type.String(),
      baseUrl: Type.String(),
      phoneNumberId: Type.String(),
      businessAccountId: Type.String(),
      accessToken: hidden,
      appSecret: hidden,
      verifyToken: hidden,
      suspended: Type.Boolean(),
      active: Type.Boolean(),
      messagesPerSecond: Type.Number(),
      pairLimit: Type.Boolean(),
      templatePolicy: Type.Enum(templatePolicies),
      webhook: nullable(Type.Enum(['registered', 'pending', 'failed'] as const), {
        description:
          'Whether the supplier has been told where to post. It is tried until it has; null where there is nothing to tell.',
      }),
    }),
  ),
  callbacks: Type.Object({
    ...calledBack,
    paused: Type.Array(Type.Enum(endpoints), {
      description:
        'Endpoints, shadow ones included, that have only failed for five days: their events wait. See `…/callbacks/resume`.',
    }),
  }),
  shadowCallbacks: nullable(Type.Object(calledBack)),
  encryption: nullable(
    Type.Object({ mtKey: Type.Optional(Type.String()), moKey: Type.Optional(Type.String()) }),
  ),
  allowedIps: Type.Array(Type.String()),
  limits: Type.Object({ requestsPerSecond: limit, perDay: limit, perMonth: limit }),
  balance: Type.Object({
    currency: Type.String(),
    amount: nullable(Type.Number(), {
      description: 'What there is, without what was charged; null: nothing is charged.',
    }),
    reserved: Type.Number({
      description:
        'The part of it that waiting messages have reserved: charged when sent, released when failed.',
    }),
    prices: Type.Object({ message: Type.Number(), template: Type.Number() }),
  }),
  onUncertain: Type.Enum(['resend', 'hold'] as const),
  uncertainWaitMs: Type.Integer(),
  ordered: Type.Boolean(),
  words: Type.Object({ stop: Words, start: Words }),
  refuseOutsideWindow: Type.Boolean(),
  requireOptIn: Type.Boolean(),
  signingSecret: Type.String({
    description: `“${hiddenSecret}”, or the secret in the answer to the call that had it made.`,
  }),
}

/** An integration as it is answered: every default filled in, no secret. */
export const IntegrationView = Type.Object(members, { title: 'Integration' })
export type IntegrationView = Static<typeof IntegrationView>

export const IntegrationCreated = Type.Object(
  { ...members, apiKey: Type.String({ description: 'Its first key, shown this once.' }) },
  { title: 'IntegrationCreated' },
)
