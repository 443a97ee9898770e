import { randomBytes } from 'node:crypto'
import { existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs'

/** Recipients whose result the published examples fix; `docs/sandbox.md` and the examples' tests rely on them. */
const recipients = {
  278: 'recipient_invalid',
  2784: 'not_on_channel',
  27123: 'recipient_invalid',
  '27999abcde': 'recipient_invalid',
}

const demos = [
  {
    id: '00000000000000000000000000000001',
    name: 'Demo (One API)',
    generation: 'one',
    from: '2799900101',
    inbox: 'demo-one',
  },
  {
    id: '00000000000000000000000000000002',
    name: 'Demo (legacy)',
    generation: 'legacy',
    from: '2799900102',
    inbox: 'demo-legacy',
  },
]

/** Of those that the sandbox has for every account; a sync brings in the others. */
const templates = [
  { name: 'welcome_notification_demo', language: 'en', body: 'Welcome {{1}}' },
  {
    name: 'test_header_with_text_quick_reply',
    language: 'en',
    header: { type: 'text', text: 'News of {{1}}' },
    body: '{{1}}\n\nThe amount is {{2}}.',
    footer: 'From the sandbox',
    buttons: ['Tell me more', 'Call me', 'Not now'].map((text) => ({ type: 'reply', text })),
  },
]

/**
 * Writes the provisioning file of the demo: an integration of each generation whose supplier, and whose business, is
 * the sandbox. Secrets are made once and kept, addresses follow the sandbox. Answers what there is to show.
 */
export function provisionDemo(file, sandboxUrl) {
  const kept = existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')).integrations : []
  const integrations = demos.map((demo) =>
    integration(demo, sandboxUrl, secretsOf(kept.find(({ id }) => id === demo.id))),
  )

  const provision = {
    integrations,
    templates: Object.fromEntries(integrations.map(({ id }) => [id, templates])),
  }

  // Renamed into place, so that a crash leaves the old keys or the new ones, never half a file.
  writeFileSync(`${file}.new`, `${JSON.stringify(provision, null, 2)}\n`, { mode: 0o600 })
  renameSync(`${file}.new`, file)

  return integrations.map(({ name, apiKeys, whatsapp, callbacks }) => ({
    name,
    from: whatsapp.from,
    key: apiKeys[0].key,
    received: callbacks.messageUrl,
  }))
}

function integration({ id, name, generation, from, inbox }, sandboxUrl, { key, verifyToken, signingSecret }) {
  const received = `${sandboxUrl}/callbacks/${inbox}`
  return {
    id,
    name,
    generation,
    apiKeys: [{ key, generation }],
    whatsapp: {
      from,
      supplier: 'whatsapp-cloud',
      baseUrl: `${sandboxUrl}/graph/v23.0`,
      phoneNumberId: `id-${from}`,
      businessAccountId: `waba-${from}`,
      accessToken: 'sandbox',
      appSecret: 'sandbox-app-secret',
      verifyToken,
    },
    callbacks: { messageUrl: received, statusUrl: received, generation },
    recipients,
    words: { stop: { en: ['STOP'] }, start: { en: ['START'] } },
    signingSecret,
  }
}

function secretsOf(kept) {
  return {
    key: kept?.apiKeys[0].key ?? apiKey(),
    verifyToken: kept?.whatsapp.verifyToken ?? randomBytes(16).toString('hex'),
    signingSecret: kept?.signingSecret ?? `whsec_${randomBytes(24).toString('base64')}`,
  }
}

/** 16 bytes in URL-safe base64, with the padding that published keys have. */
function apiKey() {
  return randomBytes(16).toString('base64').replaceAll('+', '-').replaceAll('/', '_')
}
