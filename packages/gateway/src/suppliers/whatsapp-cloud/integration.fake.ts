import type { Integration, WhatsAppSender } from '../../core/integration.ts'

export const sender: WhatsAppSender = {
  from: '2799900101',
  supplier: 'whatsapp-cloud',
  baseUrl: 'http://127.0.0.1/graph/v23.0',
  phoneNumberId: 'id-2799900101',
  businessAccountId: '102290129340398',
  accessToken: 'access-token',
  appSecret: 'app-secret',
  verifyToken: 'verify-token',
  suspended: false,
  active: true,
  messagesPerSecond: 80,
  pairLimit: true,
  templatePolicy: 'strict',
}

/** An integration with this sender; the rest of it is no supplier's business. */
export function integrationWith(whatsapp: Partial<WhatsAppSender>): Integration {
  return {
    id: 'integration',
    name: 'Test',
    generation: 'one',
    active: true,
    mode: 'production',
    demoExpiresAt: null,
    requireOptIn: false,
    refuseOutsideWindow: false,
    whatsapp: { ...sender, ...whatsapp },
    callbacks: {
      messageUrl: null,
      statusUrl: null,
      generation: 'one',
      basicAuth: null,
      inlineMedia: false,
      misspeltLatitude: false,
    },
    shadowCallbacks: null,
    allowedIps: [],
    limits: { requestsPerSecond: null, perDay: null, perMonth: null },
    balance: { currency: 'USD', amount: null, prices: { message: 0, template: 0 } },
    onUncertain: 'resend',
    uncertainWaitMs: 60_000,
    ordered: false,
    words: { stop: {}, start: {} },
    signingSecret: '',
  }
}
