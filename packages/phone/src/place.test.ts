import assert from 'node:assert/strict'
import { test } from 'node:test'
import { placeText } from './place.ts'

const places = [
  { latitude: -33.881037287485, longitude: 18.635891216806, text: '33.88104° S, 18.63589° E' },
  { latitude: 37.4, longitude: -122.08, text: '37.4° N, 122.08° W' },
  { latitude: 0, longitude: 0, text: '0° N, 0° E' },
]
for (const { text, ...place } of places) {
  test(`${place.latitude}, ${place.longitude} is ${text}`, () => assert.equal(placeText(place), text))
}
