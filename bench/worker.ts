/**
 * One of the benchmark's own processes: says `ready`, then answers questions over its parent's channel, one at a time,
 * and ends when that closes. The other side is `startWorker` of `processes.ts`.
 */
export function answers<Question, Answer>(
  answer: (question: Question) => Answer | Promise<Answer>,
  ready: unknown = true,
) {
  process.on('message', (question: Question) => {
    Promise.resolve(question)
      .then(answer)
      .then(
        (given) => process.send?.({ given }),
        (error: unknown) => process.send?.({ failed: error instanceof Error ? error.stack : String(error) }),
      )
  })
  process.on('disconnect', () => process.exit())
  process.send?.({ given: ready })
}
