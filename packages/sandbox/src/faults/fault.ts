import { type Static, Type } from 'typebox'
import { Compile } from 'typebox/compile'
import { checkedBody, Problem } from '../problem.ts'

/** What can go wrong, and what has to be said of it beside its name. */
export const faultKinds = {
  error: ['code'],
  failed: ['code'],
  http: ['status'],
  hang: [],
  cut: [],
  cutAfter: [],
  slow: ['ms'],
  twice: [],
  disordered: [],
  silent: [],
  readOnly: [],
  failedFirst: [],
  window: [],
  pairLimit: [],
  throughput: ['perSecond'],
  upload: ['code'],
  kms: ['error'],
  kmsHang: [],
} as const satisfies Record<string, readonly (keyof Static<typeof Fault>)[]>

type FaultKind = keyof typeof faultKinds

/** Those that befall no message, and so have nobody whom it is for. */
export const besideMessages = ['upload', 'kms', 'kmsHang'] as const satisfies FaultKind[]
export type BesideMessages = (typeof besideMessages)[number]

const number = Type.String({ pattern: '^[1-9][0-9]{2,19}$' })

const Fault = Type.Object(
  {
    fault: Type.String(),
    /** The person's number, or any. */
    to: Type.Optional(number),
    /** The business's number, or any. */
    from: Type.Optional(number),
    /** How often; until it is removed otherwise. */
    times: Type.Optional(Type.Integer({ minimum: 1, maximum: 1_000_000 })),
    /** Meta's. */
    code: Type.Optional(Type.Integer({ minimum: 0, maximum: 99_999_999 })),
    /** KMS's, by its name: `ThrottlingException`. */
    error: Type.Optional(Type.String({ pattern: '^[A-Z][A-Za-z]{2,60}$' })),
    details: Type.Optional(Type.String({ maxLength: 1_024 })),
    status: Type.Optional(Type.Integer({ minimum: 400, maximum: 599 })),
    ms: Type.Optional(Type.Integer({ minimum: 0, maximum: 120_000 })),
    perSecond: Type.Optional(Type.Integer({ minimum: 1, maximum: 10_000 })),
  },
  { additionalProperties: false },
)

export type Fault = Static<typeof Fault> & { fault: FaultKind }

const List = Compile(Type.Array(Fault, { maxItems: 1_000 }))
const about = ['code', 'error', 'status', 'ms', 'perSecond'] as const

/** A list of faults to arm, or a 400. */
export function faultsIn(body: unknown): Fault[] {
  return checkedBody(List, body).map((fault, place) => {
    if (!isKnown(fault)) {
      throw new Problem(400, `${place}.fault must be one of ${Object.keys(faultKinds).join(', ')}`)
    }
    if (isBesideMessages(fault) && fault.to !== undefined)
      throw new Problem(400, `${place}: the fault ${fault.fault} has no to: it befalls no message`)
    const wanted: readonly string[] = faultKinds[fault.fault]
    for (const member of about) {
      if (wanted.includes(member) === (fault[member] !== undefined)) continue
      const says = wanted.includes(member) ? 'needs' : 'has no'
      throw new Problem(400, `${place}: the fault ${fault.fault} ${says} ${member}`)
    }
    return fault
  })
}

export function isBesideMessages(fault: Fault): fault is Fault & { fault: BesideMessages } {
  return besideMessages.some((kind) => kind === fault.fault)
}

function isKnown(fault: Static<typeof Fault>): fault is Fault {
  return Object.hasOwn(faultKinds, fault.fault)
}
