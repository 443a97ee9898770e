import { Type } from 'typebox'
import { Compile } from 'typebox/compile'
import type { Business } from '../businesses.ts'
import type { Webhooks } from '../webhooks/webhooks.ts'
import { checked } from './check.ts'
import { GraphError } from './errors.ts'

const Change = Compile(
  Type.Object(
    {
      webhook_configuration: Type.Object(
        {
          override_callback_uri: Type.String({ maxLength: 2_048 }),
          verify_token: Type.Optional(Type.String({ maxLength: 1_024 })),
        },
        { additionalProperties: false },
      ),
    },
    { additionalProperties: false },
  ),
)

/** `GET /{phone number id}` */
export function describe({ phoneNumberId, number, callbackUri }: Business) {
  return {
    id: phoneNumberId,
    display_phone_number: number,
    webhook_configuration: callbackUri ? { phone_number: callbackUri } : {},
  }
}

/** `POST /{phone number id}`: where the webhooks of this number go. An empty URL takes the registration back. */
export async function configure(webhooks: Webhooks, { phoneNumberId }: Business, body: unknown) {
  const { override_callback_uri: url, verify_token: token } = checked(Change, body).webhook_configuration
  if (url === '') {
    webhooks.unregister(phoneNumberId)
    return { success: true }
  }
  if (!token) throw new GraphError(100, "The parameter webhook_configuration['verify_token'] is required.")
  if (!isHttp(url)) {
    throw new GraphError(100, "Param webhook_configuration['override_callback_uri'] must be a URL.")
  }
  const { problem } = await webhooks.register(phoneNumberId, url, token)
  if (problem) {
    throw new GraphError(2200, `Callback verification failed with the following errors: ${problem}`)
  }
  return { success: true }
}

function isHttp(url: string): boolean {
  return /^https?:$/.test(URL.parse(url)?.protocol ?? '')
}
