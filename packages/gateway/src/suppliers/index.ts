import type { Dispatcher } from 'undici'
import type { Directory } from '../core/directory.ts'
import type { Integration } from '../core/integration.ts'
import type { Supplier, SupplierFiles } from '../core/supplier.ts'
import { whatsappCloud } from './whatsapp-cloud/index.ts'

export interface SupplierTools {
  /** What everything outbound goes through. */
  agent: Dispatcher
  files: SupplierFiles
  /** The template of this name that is sent, in the language that is sent. */
  template: Directory['template']
  /** The supplier's id of the person that an alias stands for. */
  userOf(alias: string): Promise<string | undefined>
}

/** Makes the supplier of one integration's sender. */
export type SupplierMaker = (integration: Integration, tools: SupplierTools) => Supplier

/** Every supplier, by the name an integration's sender gives. */
export const suppliers: Record<string, SupplierMaker> = {
  'whatsapp-cloud': whatsappCloud,
}
