/** An integration's `whatsapp`, where its supplier is the sandbox. */
export const sandboxSender = (sandboxUrl: string, from: string) => ({
  from,
  supplier: 'whatsapp-cloud',
  baseUrl: `${sandboxUrl}/graph/v23.0`,
  phoneNumberId: `id-${from}`,
  businessAccountId: `waba-${from}`,
  accessToken: 'sandbox',
  appSecret: 'sandbox-app-secret',
})
