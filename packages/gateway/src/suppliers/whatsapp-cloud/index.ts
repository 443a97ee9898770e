import { mayBeAlias } from '../../core/alias.ts'
import type { Integration } from '../../core/integration.ts'
import { fileIdOf, type Mt, type NotSent, type Outcome } from '../../core/message.ts'
import type { Supplier } from '../../core/supplier.ts'
import { type Post, post } from '../http.ts'
import type { SupplierTools } from '../index.ts'
import { outcomeOfReply } from './answer.ts'
import { downloader } from './download.ts'
import { isOfFile } from './errors.ts'
import { carries, requestOf } from './render.ts'
import { templatesOf } from './templates.ts'
import { type Uploaded, uploader } from './upload.ts'
import { webhookOf } from './webhook.ts'

/** Meta's WhatsApp Business Cloud API: one business phone number of one integration. */
export function whatsappCloud(
  integration: Integration,
  { agent, files, template, userOf }: SupplierTools,
): Supplier {
  const sender = integration.whatsapp
  if (!sender) throw new Error(`integration ${integration.id} has no WhatsApp sender`)

  const { phoneNumberId } = sender
  const phoneNumber = `${sender.baseUrl.replace(/\/+$/, '')}/${encodeURIComponent(phoneNumberId)}`
  const to = (url: URL) => (body: Post['body'], signal: AbortSignal) =>
    post({ agent, url, bearer: sender.accessToken, body }, signal)
  const postMessage = to(new URL(`${phoneNumber}/messages`))
  const postNumber = to(new URL(phoneNumber))
  const upload = uploader({
    files,
    phoneNumberId,
    post: to(new URL(`${phoneNumber}/media`)),
  })

  async function prepare({ content }: Mt, signal: AbortSignal): Promise<NotSent | undefined> {
    const fileId = fileIdOf(content)
    const uploaded = fileId === undefined ? undefined : await upload(fileId, signal)
    return uploaded && 'type' in uploaded ? uploaded : undefined
  }

  async function send(mt: Mt, signal: AbortSignal): Promise<Outcome> {
    const fileId = fileIdOf(mt.content)
    if (fileId === undefined) return sendWith(undefined, mt, signal)
    const uploaded = await upload(fileId, signal)
    if ('type' in uploaded) return uploaded
    const outcome = await sendWith(uploaded, mt, signal)
    if (!isRefused(outcome) || !isOfFile(outcome.status)) return outcome

    await files.forget(fileId, phoneNumberId, uploaded.id)
    // What it was given for an earlier message, Meta may have lost since.
    if (!uploaded.isOld || outcome.status !== 'media_not_found') return outcome
    const again = await upload(fileId, signal)
    return 'type' in again ? again : sendWith(again, mt, signal)
  }

  async function sendWith(uploaded: Uploaded | undefined, mt: Mt, signal: AbortSignal): Promise<Outcome> {
    const filled =
      mt.content.type === 'template' && template(integration.id, mt.content.template.templateName)
    if (filled === undefined) return { type: 'failed', status: 'template_missing' }
    const userId = mayBeAlias(mt.to) ? await userOf(mt.to) : undefined
    const json = requestOf(mt, {
      ...(uploaded && { uploaded }),
      ...(filled && { template: filled }),
      ...(userId !== undefined && { userId }),
    })
    const answer = await postMessage({ json }, signal)
    return 'type' in answer ? answer : outcomeOfReply(answer)
  }

  return {
    carries,
    messagesPerSecond: sender.messagesPerSecond,
    pairLimit: sender.pairLimit,
    prepare,
    send,
    webhook: webhookOf(integration.id, sender, (json, signal) => postNumber({ json }, signal)),
    fetch: downloader(sender, agent),
    ...(sender.businessAccountId && { templates: templatesOf(sender, agent) }),
  }
}

const isRefused = (outcome: Outcome): outcome is NotSent =>
  outcome.type === 'failed' || outcome.type === 'deferred'
