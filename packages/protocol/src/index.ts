export type { Callback } from './callbacks/callback.ts'
export { callbacks } from './callbacks/index.ts'
export { LegacyMo, LegacyStatus } from './callbacks/legacy.ts'
export {
  OneMessageStatusUpdate,
  type OneMoCallback,
  OneMoText,
  type OneStatusCallback,
} from './callbacks/one.ts'
export { charactersIn, isLonger } from './characters.ts'
export { AccountPatch, AccountSettings } from './endpoints/admin/account.ts'
export { CallbackView } from './endpoints/admin/callbacks.ts'
export type { ClockSetting } from './endpoints/admin/clock.ts'
export {
  hiddenSecret,
  IntegrationPatch,
  IntegrationSent,
  IntegrationSettings,
  IntegrationView,
  integrationDefaults,
  whatsappDefaults,
} from './endpoints/admin/integration.ts'
export { MessageLife, MessageView, NextStep } from './endpoints/admin/messages.ts'
export { Problem } from './endpoints/admin/problem.ts'
export { Outcome as PinnedOutcome } from './endpoints/admin/recipients.ts'
export { pageSize } from './endpoints/admin/shapes.ts'
export {
  TemplateSent,
  TemplateSettings,
  type TemplateView,
  templateDefaults,
} from './endpoints/admin/templates.ts'
export {
  type Answer,
  type AnswerOf,
  type Endpoint,
  endpoint,
  type Parameter,
  type RequestOf,
} from './endpoints/endpoint.ts'
export { admin, endpoints, legacy, one, operations, webhooks } from './endpoints/index.ts'
export {
  LegacyGlobalError,
  LegacyMessage,
  LegacyMessageCommon,
  LegacySendAnswer,
} from './endpoints/legacy/send-messages.ts'
export { OneBalance } from './endpoints/one/balance.ts'
export { OneGlobalError } from './endpoints/one/errors.ts'
export {
  OneMediaMetadata,
  OneMediaUnknown,
  OneUploaded,
  OneUploadRefused,
  uploadReasons,
} from './endpoints/one/media.ts'
export { OneMessageStatus } from './endpoints/one/message-status.ts'
export { OneMessage, OneMessageCommon, OneSendAnswer } from './endpoints/one/send-messages.ts'
export * from './error-codes.ts'
export * from './generations.ts'
export { type Contact, filledIn } from './messages/contacts.ts'
export { type Flaw, type Form, flaw, isFlaw } from './messages/form.ts'
export {
  type Body,
  bodyOf,
  type Content,
  checkContent,
  forms,
  type MessageTypeName,
  messageTypes,
} from './messages/index.ts'
export { changeLeaves, leavesIn } from './messages/leaves.ts'
export {
  type InlineMedia,
  type MediaKind,
  mediaExtensionOf,
  mediaKindOf,
  mediaKinds,
  mediaTypeOf,
} from './messages/media.ts'
export { isFileName, isMediaType, isSha256 } from './messages/said-of-file.ts'
export type { TemplateParameters } from './messages/template.ts'
export { textMaxLength } from './messages/text.ts'
export { type OpenApi, openapi } from './openapi.ts'
export * from './reasons.ts'
export * from './status-codes.ts'
export * from './statuses.ts'
