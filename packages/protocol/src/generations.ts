/** The two public contracts: `POST /wa/messages` and `POST /v1/message`. */
export type Generation = 'legacy' | 'one'

/** What the handset's owner sees. */
export type Channel = 'whatsapp' | 'sms'

export const channels = ['whatsapp', 'sms'] as const satisfies Channel[]
