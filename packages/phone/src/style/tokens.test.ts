import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { describe, test } from 'node:test'

const [light = '', dark = ''] = readFileSync(new URL('tokens.css', import.meta.url), 'utf8').split('@media')

/** Who stands on what, and how far they must differ: 4.5 for text, 3 for what is seen but not read (WCAG AA). */
const pairs: [front: string, ground: string, least: number][] = [
  ['text', 'pane', 4.5],
  ['text', 'raised', 4.5],
  ['text', 'accent-wash', 4.5],
  ['soft', 'pane', 4.5],
  ['soft', 'raised', 4.5],
  ['soft', 'accent-wash', 4.5],
  ['accent', 'pane', 4.5],
  ['danger', 'pane', 4.5],
  ['link', 'pane', 4.5],
  ['on-accent', 'accent', 4.5],
  ['on-bar', 'bar', 4.5],
  ['on-notice', 'notice', 4.5],
  ['text', 'screen', 4.5],
  ['text', 'bubble-in', 4.5],
  ['text', 'bubble-out', 4.5],
  ['link', 'bubble-in', 4.5],
  ['link', 'bubble-out', 4.5],
  ['bubble-meta', 'bubble-in', 4.5],
  ['bubble-meta', 'bubble-out', 4.5],
  ['bubble-meta', 'screen', 4.5],
  ['json-key', 'pane', 4.5],
  ['json-string', 'pane', 4.5],
  ['json-number', 'pane', 4.5],
  ['json-word', 'pane', 4.5],
  ['tick', 'bubble-in', 3],
  ['tick', 'bubble-out', 3],
  ['tick', 'screen', 3],
  ['tick-read', 'bubble-in', 3],
  ['tick-read', 'bubble-out', 3],
  ['edge', 'raised', 3],
  ['edge', 'pane', 3],
  ['good', 'pane', 3],
]

for (const [scheme, css] of Object.entries({ light, dark })) {
  describe(`in the ${scheme} scheme`, () => {
    const colours = new Map(
      [...css.matchAll(/--([\w-]+): (#[0-9a-f]{6});/g)].map(([, name, hex]) => [name, hex]),
    )
    for (const [front, ground, least] of pairs) {
      test(`${front} stands out on ${ground}`, () => {
        const ratio = contrast(colours.get(front), colours.get(ground))
        assert.ok(ratio >= least, `${ratio.toFixed(2)} is less than ${least}`)
      })
    }
  })
}

function contrast(one: string | undefined, other: string | undefined): number {
  const [dim = 0, bright = 0] = [luminance(one), luminance(other)].sort((a, b) => a - b)
  return (bright + 0.05) / (dim + 0.05)
}

/** https://www.w3.org/TR/WCAG22/#dfn-relative-luminance */
function luminance(hex: string | undefined): number {
  assert.ok(hex, 'every colour of a pair stands in tokens.css')
  const [red = 0, green = 0, blue = 0] = [1, 3, 5].map((at) => {
    const value = Number.parseInt(hex.slice(at, at + 2), 16) / 255
    return value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4
  })
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue
}
