import type { Channel } from '@waypost/protocol'
import type { BusinessClock, Clock } from './clock.ts'
import type { Directory } from './directory.ts'
import type { Warner } from './dispatch.ts'
import type { Events } from './events.ts'
import type { Integration } from './integration.ts'
import type { DataKeys } from './keys.ts'
import type { Waker } from './lane.ts'
import type { Volume } from './limits.ts'
import type { MediaStore } from './media.ts'
import type { MoMedia, Refusal } from './message.ts'
import type { Registrar } from './register.ts'
import type { Store } from './store.ts'
import type { Supplier } from './supplier.ts'
import type { Windows } from './window.ts'

/** What the edges are given: the whole road. Each function asks for the part it uses. */
export interface App extends Clock {
  store: Store
  /** The same clock, where it may be turned. */
  clock: BusinessClock | undefined
  media: MediaStore
  keys: DataKeys
  directory: Directory
  registrar: Registrar
  supplierOf(integration: Integration, channel: Channel): Supplier
  phoneNumberFlaw(to: string): Refusal['reason'] | undefined
  volume: Volume
  windows: Windows
  lanes: Waker
  dispatchers: Warner
  events: Events
  /** Where a business fetches a file that a person sent. */
  downloadUrl(media: MoMedia): string
  newId(): string
  random(): number
  settings: {
    /** The most messages one request may carry. */
    messagesPerRequest: number
    adminToken: string
    version: string
  }
}
