/** Does it every so often, one round at a time: one that takes longer leaves out those that would begin meanwhile. */
export function rounds(
  everyMs: number,
  round: () => Promise<unknown>,
  failed: (error: unknown) => void,
): AsyncDisposable {
  let going: Promise<unknown> | undefined
  const timer = setInterval(() => {
    going ??= round()
      .catch(failed)
      .finally(() => {
        going = undefined
      })
  }, everyMs)
  return {
    async [Symbol.asyncDispose]() {
      clearInterval(timer)
      await going
    },
  }
}
