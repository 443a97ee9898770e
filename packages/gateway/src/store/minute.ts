/** Accepted messages are counted by it. */
export const minuteMs = 60_000
