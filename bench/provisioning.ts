export interface Senders {
  count: number
  /** Where their numbering begins; 0 when absent. Two gateways that hear from the sandbox at once have none in common. */
  first?: number
  /** Absent: the product's defaults, 80 a second and the pair limit. */
  unlimited?: boolean
  /** Its messages are opened with data keys of the sandbox's KMS, and what people write is sealed. */
  encryption?: { mtKey: string; moKey: string }
  sandboxUrl: string
  callbackUrlOf(sender: number): string
}

export const apiKeyOf = (sender: number) => `bench-key-${String(sender).padStart(10, '0')}`

const fromOf = (sender: number) => String(2_799_910_000 + sender)

/** The content of a `WAYPOST_PROVISION` file: integrations whose supplier is the sandbox. */
export function provisioning({
  count,
  first = 0,
  unlimited = false,
  encryption,
  sandboxUrl,
  callbackUrlOf,
}: Senders): string {
  const limits = unlimited ? { messagesPerSecond: 100_000, pairLimit: false } : {}
  const integrations = Array.from({ length: count }, (_, place) => first + place).map((i) => ({
    id: (i + 1).toString(16).padStart(32, '0'),
    name: `Benchmark ${i + 1}`,
    generation: 'one',
    apiKeys: [{ key: apiKeyOf(i), generation: 'one' }],
    whatsapp: {
      from: fromOf(i),
      supplier: 'whatsapp-cloud',
      baseUrl: `${sandboxUrl}/graph/v23.0`,
      phoneNumberId: `id-${fromOf(i)}`,
      businessAccountId: `waba-${fromOf(i)}`,
      accessToken: 'sandbox',
      appSecret: 'sandbox-app-secret',
      verifyToken: 'benchmark',
      ...limits,
    },
    ...(encryption && { encryption }),
    callbacks: { messageUrl: callbackUrlOf(i), statusUrl: callbackUrlOf(i), generation: 'one' },
  }))
  return JSON.stringify({ integrations })
}
