/** Digits, as ids of Meta's are, made of the random end of one of ours. */
export function graphId(id: string): string {
  return String(10n ** 15n + (BigInt(`0x${id.slice(-14)}`) % (9n * 10n ** 15n)))
}
