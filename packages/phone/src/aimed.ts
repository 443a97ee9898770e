/** What a number is made to do that has a fault without arming one; docs/sandbox.md has the same table. */
export function aimedAt(msisdn: string): string | undefined {
  const [, prefix = '', digits = ''] = /^(2799[5-8])(\d{6})$/.exec(msisdn) ?? []
  return kinds[prefix]?.(Number(digits))
}

const kinds: Record<string, (number: number) => string | undefined> = {
  27995: (place) => behaviours[place - 1],
  27996: (status) => (statuses.has(status) ? `status ${status}` : undefined),
  27997: (code) => `Graph answers error ${code}`,
  27998: (code) => `Graph takes it, and reports error ${code}`,
}

const behaviours = [
  'answers 429 without Meta’s words twice, then takes it',
  'hits the pair limit twice, then takes it',
  'fails with Meta’s 500 twice, then takes it',
  'takes it, and reports on it a second before the answer',
  'makes each report twice',
  'reports “delivered” before “sent”',
  'never reports',
  'answers after ten seconds',
  'takes it, and the connection breaks before the answer; answers the next attempt',
  'the connection breaks, and it was not taken; takes the next attempt',
  'never answers, and did not take it; takes the next attempt',
  'answers 500 without Meta’s words, and did not take it; takes the next attempt',
  'is read at once, and “delivered” is never reported',
  'reports “failed” with 131049, then “sent” and “delivered”, as for a second device',
  'answers 403 without Meta’s words, and never takes it',
]

const statuses = new Set([
  20, 21, 23, 26, 29, 80, 81, 83, 85, 130, 131, 132, 133, 134, 135, 136, 137, 138, 139, 140, 141, 142, 143,
  144, 145, 146, 147, 148, 149,
])
