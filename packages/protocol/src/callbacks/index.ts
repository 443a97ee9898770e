import { legacyMo, legacyStatus } from './legacy.ts'
import { messageStatusUpdate, moText } from './one.ts'

export const callbacks = { moText, messageStatusUpdate, legacyMo, legacyStatus }
