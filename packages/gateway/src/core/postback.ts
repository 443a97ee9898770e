/**
 * What a reply button sends back to us: the message it belongs to, and its place among that message's reply buttons, from
 * 1. What the business wants to hear is in the ledger.
 */
export const payloadOf = (mtId: string, button: number): string => `${mtId}:${button}`
