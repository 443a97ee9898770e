import { getAccount, patchAccount } from './account.ts'
import { listCallbacks, listEvents, replayCallback, replayCallbacks, resumeCallbacks } from './callbacks.ts'
import { getClock, putClock } from './clock.ts'
import {
  createIntegration,
  deleteIntegration,
  getIntegration,
  listIntegrations,
  patchIntegration,
} from './integrations.ts'
import { createKey, deleteKey, listKeys } from './keys.ts'
import { listLanes } from './lanes.ts'
import { getMessage, searchMessages, stopMessage } from './messages.ts'
import { deleteOptIn, getOptIn, listOptIns, putOptIn } from './opt-ins.ts'
import { deleteOptOut, getOptOut, listOptOuts, putOptOut } from './opt-outs.ts'
import { deleteRecipient, getRecipient, listRecipients, putRecipient } from './recipients.ts'
import { deleteTemplate, getTemplate, listTemplates, putTemplate, syncTemplates } from './templates.ts'
import { getWindow } from './windows.ts'

export const admin = {
  getAccount,
  patchAccount,
  listIntegrations,
  createIntegration,
  getIntegration,
  patchIntegration,
  deleteIntegration,
  listKeys,
  createKey,
  deleteKey,
  listRecipients,
  getRecipient,
  putRecipient,
  deleteRecipient,
  listOptOuts,
  getOptOut,
  putOptOut,
  deleteOptOut,
  listOptIns,
  getOptIn,
  putOptIn,
  deleteOptIn,
  getWindow,
  listTemplates,
  getTemplate,
  putTemplate,
  deleteTemplate,
  syncTemplates,
  searchMessages,
  getMessage,
  stopMessage,
  listCallbacks,
  replayCallback,
  replayCallbacks,
  resumeCallbacks,
  listEvents,
  listLanes,
  getClock,
  putClock,
}
