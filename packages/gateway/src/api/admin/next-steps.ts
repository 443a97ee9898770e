import { isFinal, type NextStep } from '@waypost/protocol'
import { calledBack, type Endpoints } from '../../core/called-back.ts'
import type { MtLife } from '../../core/looking.ts'
import type { Callback } from '../../core/store.ts'

/** What a message waits for now, and until when. */
export function nextSteps(
  { mt, attempts, callbacks }: MtLife,
  integration: Endpoints | undefined,
): NextStep[] {
  const steps = callbacks
    .filter(({ state }) => state === 'waiting')
    .map((callback) => telling(callback, integration))
  const step = (what: NextStep['what'], at?: number) => ({ what, at: at ?? null, callbackId: null })

  if (mt.uncertain && mt.dueAt !== undefined)
    return [mt.onUncertain === 'hold' ? step('expire', mt.expiresAt) : step('resend', mt.dueAt), ...steps]
  if (mt.dueAt !== undefined) return [step('send', mt.dueAt), ...steps]
  if (attempts.at(-1) && attempts.at(-1)?.endedAt === undefined) return [step('answer'), ...steps]
  if (!isFinal(mt.status) && mt.attempts > 0) return [step('report'), ...steps]
  return steps
}

function telling(
  { id: callbackId, endpoint, dueAt }: Callback,
  integration: Endpoints | undefined,
): NextStep {
  const url = integration && calledBack(integration, endpoint).url
  return url ? { what: 'callback', at: dueAt ?? null, callbackId } : { what: 'pull', at: null, callbackId }
}
