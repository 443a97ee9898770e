/** What befalls the next sends. */
export interface Fault {
  fault: string
  /** The person's number, or any. */
  to?: string
  /** The business's number, or any. */
  from?: string
  /** How often it is left. */
  times?: number
  code?: number
  details?: string
  status?: number
  ms?: number
  perSecond?: number
}
