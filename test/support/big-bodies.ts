/** Bodies of up to 30 MB that are hard to parse, to keep or to answer. Each is JSON as far as it looks, and one line. */
export const bigBodies = {
  'lists in lists': () => '['.repeat(30_000_000),
  'far too many entries': () => `{"messages":[${'{},'.repeat(9_999_995)}{}]}`,
  'far too many members': () =>
    `{"messages":[{"to":"27999000001","content":"Hi",${Array.from({ length: 1_500_000 }, (_, i) => `"k${i}":1`)}}]}`,
  'a recipient of 29 MB': () => message({ to: '2'.repeat(29_000_000), content: 'Hi' }),
  'a content of 29 MB': () => message({ content: 'QUJD'.repeat(7_250_000) }),
  'a content of 29 MB, all escapes': () =>
    message({ content: 'placeholder' }).replace('placeholder', '\\/'.repeat(14_500_000)),
  'a member of 1 MB where a line would do': () =>
    message({ location: { latitude: '1', longitude: '1', name: 'x'.repeat(1_000_000) } }),
  'a long string that is not UTF-8': () =>
    message({ content: 'x'.repeat(10_000_000) }).replace(/x"/, '\u00ff"'),
  'more than 30 MB': () => message({ content: 'x'.repeat(32_000_000) }),
  'an unknown member of 29 MB': () => message({ content: 'Hi', shoeSize: 'x'.repeat(29_000_000) }),
} satisfies Record<string, () => string>

export type BigBody = keyof typeof bigBodies

const message = (members: object) => JSON.stringify({ messages: [{ to: '27999000001', ...members }] })
