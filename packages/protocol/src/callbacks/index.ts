import { legacyMo, legacyStatus } from './legacy.ts'
import { messageStatusUpdate, moContacts, moLocation, moMedia, moSuggestedResponse, moText } from './one.ts'

export const callbacks = {
  moText,
  moMedia,
  moLocation,
  moContacts,
  moSuggestedResponse,
  messageStatusUpdate,
  legacyMo,
  legacyStatus,
}
