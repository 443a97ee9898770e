import type { Logger } from 'pino'
import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client'
import { endpointOfLane } from './endpoint.ts'
import type { LaneSummary } from './looking.ts'
import type { Mt, Outcome } from './message.ts'
import { type Callback, type CallbackAttempt, type Fetch, StoreUnavailable } from './store.ts'

/**
 * Every log line and every counter, one function each. A line is an event, named `noun.verb`. None holds the content of
 * a message, a secret, or a whole handset number; counters have few labels.
 */
export type Events = ReturnType<typeof openEvents>

export function openEvents(log: Logger) {
  const registry = new Registry()
  collectDefaultMetrics({ register: registry })
  const registers = [registry]

  const accepted = new Counter({
    name: 'waypost_mt_accepted_total',
    help: 'Messages accepted, by generation',
    labelNames: ['generation'],
    registers,
  })
  const refused = new Counter({
    name: 'waypost_mt_refused_total',
    help: 'Messages and requests refused, by reason',
    labelNames: ['reason'],
    registers,
  })
  const attempted = new Counter({
    name: 'waypost_mt_attempts_total',
    help: 'Sends to a supplier, by outcome',
    labelNames: ['outcome'],
    registers,
  })
  const supplierSeconds = new Histogram({
    name: 'waypost_supplier_seconds',
    help: 'How long a supplier took to answer a send',
    buckets: [0.01, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30],
    registers,
  })
  const expired = new Counter({
    name: 'waypost_mt_expired_total',
    help: 'Messages whose time ran out while they waited',
    registers,
  })
  const received = new Counter({
    name: 'waypost_received_total',
    help: 'What suppliers posted: messages, reports, reports that match no message yet, items left out, messages that could not be sealed',
    labelNames: ['kind'],
    registers,
  })
  const callbacks = new Counter({
    name: 'waypost_callback_attempts_total',
    help: 'Callback attempts, by what follows',
    labelNames: ['next'],
    registers,
  })
  const callbackSeconds = new Histogram({
    name: 'waypost_callback_seconds',
    help: 'How long a callback endpoint took to answer',
    buckets: [0.01, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10],
    registers,
  })
  const fetched = new Counter({
    name: 'waypost_file_fetches_total',
    help: 'Files that people sent, fetched from their supplier, by outcome',
    labelNames: ['outcome'],
    registers,
  })
  const paused = new Gauge({
    name: 'waypost_endpoints_paused',
    help: 'Callback endpoints that are paused: nothing but failures for five days',
    registers,
  })
  const stopped = new Counter({
    name: 'waypost_mt_stopped_total',
    help: 'Messages that the gateway ended: their integration was deleted or got another number, or its balance was lowered',
    registers,
  })
  const storeFailures = new Counter({
    name: 'waypost_store_failures_total',
    help: 'Store calls that failed, by call',
    labelNames: ['call'],
    registers,
  })
  const lanes = new Gauge({ name: 'waypost_lanes_waiting', help: 'Lanes with something waiting', registers })
  const waiting = new Gauge({
    name: 'waypost_waiting',
    help: 'What waits in lanes',
    labelNames: ['kind'],
    registers,
  })

  const clockAhead = new Gauge({
    name: 'waypost_clock_ahead_seconds',
    help: 'How far the clock of this machine is ahead of the ledger’s, which decides',
    registers,
  })

  /** Whether it was told that this machine's clock is off. */
  let clockIsOff = false
  /** Since when the store is out of reach: an outage is two lines of the log, however many calls fail. */
  let outageSince: number | undefined

  return {
    registry,
    lanesSeen(summaries: Pick<LaneSummary, 'kind' | 'waiting' | 'pausedAt'>[]) {
      lanes.set(summaries.length)
      paused.set(summaries.filter(({ pausedAt }) => pausedAt !== undefined).length)
      waiting.reset()
      for (const { kind, waiting: count } of summaries) waiting.inc({ kind }, count)
    },
    mtAccepted(generation: string, count: number) {
      accepted.inc({ generation }, count)
    },
    refused(reason: string) {
      refused.inc({ reason })
    },
    mtAttempted({ id, integrationId, to }: Mt, attempt: number, outcome: Outcome, ms: number) {
      attempted.inc({ outcome: outcome.type })
      supplierSeconds.observe(ms / 1000)
      const level = outcome.type === 'sent' ? 'debug' : outcome.type === 'unknown' ? 'warn' : 'info'
      if (!log.isLevelEnabled(level)) return
      const { type, ...rest } = outcome
      log[level](
        {
          messageId: id,
          integrationId,
          to: shortened(to),
          attempt,
          outcome: type,
          ...rest,
          ms: Math.round(ms),
        },
        'mt.attempted',
      )
    },
    mtExpired(count: number) {
      expired.inc(count)
      log.info({ count }, 'mt.expired')
    },
    mtStopped(count: number) {
      stopped.inc(count)
      log.warn({ count }, 'mt.stopped')
    },
    fileFetched(
      { mo: { id, integrationId }, attempts }: Fetch,
      { type, cause }: { type: string; cause?: string },
      ms: number,
    ) {
      fetched.inc({ outcome: type })
      const level = type === 'fetched' ? 'debug' : type === 'lost' ? 'warn' : 'info'
      log[level](
        { messageId: id, integrationId, attempt: attempts + 1, outcome: type, cause, ms: Math.round(ms) },
        'file.fetched',
      )
    },
    filesDeleted(count: number) {
      log.info({ count }, 'files.deleted')
    },
    laneHeld(lane: string, ms: number) {
      log.warn({ lane, ms: Math.round(ms) }, 'lane.held')
    },
    laneLost(lane: string) {
      log.warn({ lane }, 'lane.lost')
    },
    laneFailed(lane: string, error: unknown) {
      log.error({ lane, err: error }, 'lane.failed')
    },
    received(kind: 'mo' | 'dlr' | 'unmatched' | 'skipped', count: number) {
      received.inc({ kind }, count)
    },
    /** They are posted again, until they can be. */
    mosNotSealed(integrationId: string, count: number, { name, message }: Error) {
      received.inc({ kind: 'not_sealed' }, count)
      log.error({ integrationId, count, cause: name, why: message }, 'mo.not_sealed')
    },
    /** A button was pressed, and what its message gave it cannot be opened: it is told as a text. */
    postbackLost(integrationId: string, messageId: string, { name, message }: Error) {
      log.warn({ integrationId, messageId, cause: name, why: message }, 'postback.lost')
    },
    /** Reports that are about no message of ours, it seems. */
    dlrsForgotten(count: number) {
      log.info({ count }, 'dlrs.forgotten')
    },
    skipped(integrationId: string, kinds: string[]) {
      received.inc({ kind: 'skipped' }, kinds.length)
      log.info({ integrationId, kinds: kinds.slice(0, 20) }, 'webhook.skipped')
    },
    webhookRefused(integrationId: string, why: string) {
      log.warn({ integrationId, why }, 'webhook.refused')
    },
    webhookRegistered(integrationId: string) {
      log.info({ integrationId }, 'webhook.registered')
    },
    webhookNotRegistered(integrationId: string, error: unknown) {
      log.warn(
        { integrationId, why: error instanceof Error ? error.message : 'unknown' },
        'webhook.not_registered',
      )
    },
    callbackAttempted(callback: Callback, { httpStatus, error, next }: CallbackAttempt, ms: number) {
      callbacks.inc({ next: next.state })
      callbackSeconds.observe(ms / 1000)
      if (next.state === 'delivered') return
      const { id, integrationId, endpoint, sequence, messageId, attempts } = callback
      log[next.state === 'dead' ? 'warn' : 'info'](
        {
          callbackId: id,
          integrationId,
          endpoint,
          sequence,
          messageId,
          attempt: attempts + 1,
          httpStatus,
          error,
          ...next,
          ms: Math.round(ms),
        },
        'callback.attempted',
      )
    },
    /** Its events wait until it is resumed. */
    endpointPaused(lane: string) {
      log.warn(endpointOfLane(lane), 'endpoint.paused')
    },
    endpointResumed(lane: string) {
      log.info(endpointOfLane(lane), 'endpoint.resumed')
    },
    storeFailed(call: string, error: unknown) {
      storeFailures.inc({ call })
      if (error instanceof StoreUnavailable) {
        if (outageSince !== undefined) return
        outageSince = performance.now()
      }
      log.error({ call, err: error }, 'store.failed')
    },
    /** A write was stored: whatever was wrong is over. */
    storeWrote() {
      if (outageSince === undefined) return
      log.info({ ms: Math.round(performance.now() - outageSince) }, 'store.recovered')
      outageSince = undefined
    },
    /** It does no harm, and somebody should know: in the log, when it begins. */
    clockCompared(aheadMs: number) {
      clockAhead.set(aheadMs / 1000)
      const isOff = Math.abs(aheadMs) > 1000
      if (isOff && !clockIsOff) log.warn({ aheadMs: Math.round(aheadMs) }, 'clock.differs')
      clockIsOff = isOff
    },
    bug(where: string, error: unknown, messageId?: string) {
      log.error({ where, messageId, err: error }, 'bug')
    },
  }
}

/** Enough of a number to recognise it by, too little to call it. */
const shortened = (number: string) => `${number.slice(0, 4)}…${number.slice(-2)}`
