/** How long the answer to a request with an `Idempotency-Key` is kept. */
export const answerKeptMs = 72 * 60 * 60 * 1000
