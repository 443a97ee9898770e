import type { Logger } from 'pino'

/** Every line the sandbox logs. Business numbers are ours and may be named; people's numbers and texts never are. */
export interface Events {
  started(url: string): void
  stopping(): void
  webhookRegistered(line: { phoneNumberId: string; url: string }): void
  /** The receiver answered, and not with 200; these items are posted again. */
  webhookRefused(line: { phoneNumberId: string; cause: string; items: number; attempt: number }): void
  /** Nobody listens there; everything for this number waits. */
  webhookUnreachable(line: { phoneNumberId: string; cause: string; retryInMs: number }): void
  /** Tried for seven days. */
  webhookDropped(line: { phoneNumberId: string; items: number }): void
  /** A gateway that registered here goes on by another time. */
  clockNotTurned(line: { url: string; cause: string }): void
  /** What was not written stays in memory and is written with the next try. */
  storageFailed(error: unknown): void
  /** A fault of ours. */
  requestFailed(line: { method: string; route: string | undefined; error: unknown }): void
}

export function logEvents(log: Logger): Events {
  return {
    started: (url) => log.info({ url }, 'sandbox.started'),
    stopping: () => log.info('sandbox.stopping'),
    webhookRegistered: (line) => log.info(line, 'webhook.registered'),
    webhookRefused: (line) => log.warn(line, 'webhook.refused'),
    webhookUnreachable: (line) => log.warn(line, 'webhook.unreachable'),
    webhookDropped: (line) => log.error(line, 'webhook.dropped'),
    clockNotTurned: (line) => log.warn(line, 'clock.notTurned'),
    storageFailed: (error) => log.error({ err: error }, 'storage.failed'),
    requestFailed: ({ error, ...line }) => log.error({ ...line, err: error }, 'request.failed'),
  }
}
