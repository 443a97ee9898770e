export interface Rounds extends AsyncDisposable {
  /** One more: now, or when the one under way is over. */
  soon(): void
}

/** Does it every so often, one round at a time: one that takes longer leaves out those that would begin meanwhile. */
export function rounds(
  everyMs: number,
  round: () => Promise<unknown>,
  failed: (error: unknown) => void,
): Rounds {
  let going: Promise<void> | undefined
  let isWanted = false

  async function go() {
    do {
      isWanted = false
      await round().catch(failed)
    } while (isWanted)
    going = undefined
  }

  const timer = setInterval(() => {
    going ??= go()
  }, everyMs)
  return {
    soon() {
      isWanted = going !== undefined
      going ??= go()
    },
    async [Symbol.asyncDispose]() {
      clearInterval(timer)
      await going
    },
  }
}
