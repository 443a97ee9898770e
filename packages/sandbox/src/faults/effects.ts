import { errorOf, GraphError, type GraphErrorCode } from '../graph/errors.ts'
import type { Failure } from '../phones/delivery.ts'
import type { Reports } from '../phones/reports.ts'
import type { Fault, faultKinds } from './fault.ts'

/** What becomes of the answer to a send. */
export type Way =
  | { type: 'http'; status: number }
  | { type: 'hang' }
  | { type: 'cut' }
  | { type: 'slow'; ms: number }

/** What a fault does to a message. */
export interface Effect {
  /** Answered instead of taking it. */
  refusal?: GraphError
  /** It is taken, and cannot be delivered. */
  failure?: Failure
  /** How it is reported on. */
  reports?: Reports
  way?: Way
  /** The way of the answer is all there is: the message is not taken. */
  lost?: boolean
}

const effects: Record<Exclude<keyof typeof faultKinds, 'kms' | 'kmsHang'>, (fault: Fault) => Effect> = {
  error: ({ code, details }) => ({ refusal: errorWith(code, details) }),
  failed: ({ code = 0, details = errorOf(code).title }) => ({ failure: { code, details } }),
  http: ({ status = 500 }) => ({ way: { type: 'http', status }, lost: true }),
  hang: () => ({ way: { type: 'hang' }, lost: true }),
  cut: () => ({ way: { type: 'cut' }, lost: true }),
  cutAfter: () => ({ way: { type: 'cut' } }),
  slow: ({ ms = 0 }) => ({ way: { type: 'slow', ms } }),
  twice: () => ({ reports: 'twice' }),
  disordered: () => ({ reports: 'disordered' }),
  silent: () => ({ reports: 'silent' }),
  readOnly: () => ({ reports: 'readOnly' }),
  failedFirst: () => ({ reports: 'failedFirst' }),
  window: () => ({
    failure: {
      code: 131047,
      details: 'More than 24 hours have passed since the recipient last replied to the sender number.',
    },
  }),
  pairLimit: () => ({ refusal: errorWith(131056) }),
  throughput: () => ({ refusal: errorWith(130429) }),
  upload: ({ code, details }) => ({ refusal: errorWith(code, details) }),
}

export function effectOf(fault: Fault | undefined): Effect {
  return fault && fault.fault !== 'kms' && fault.fault !== 'kmsHang' ? effects[fault.fault](fault) : {}
}

function errorWith(code = 0, details = errorOf(code).title): GraphError {
  // Of the codes that Meta has, those that the sandbox causes by itself are the ones of the type.
  return new GraphError(code as GraphErrorCode, details)
}
