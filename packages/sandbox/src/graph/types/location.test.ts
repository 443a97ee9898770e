import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { open, sendAndShow, sendRefused } from '../../testing.ts'

const latitude = -33.881037287485
const longitude = 18.635891216806
const words = { name: 'Acme', address: '100 Edward Street, Bellville' }

describe('a location', () => {
  const taken = [
    { when: 'everything is there', location: { latitude, longitude, ...words } },
    { when: 'it has no words', location: { latitude, longitude } },
    { when: 'it is at the edge of the world', location: { latitude: -90, longitude: 180 } },
    { when: 'it is where nobody is', location: { latitude: 0, longitude: 0 } },
  ]
  for (const { when, location } of taken) {
    test(`is on the phone as it was sent when ${when}, in numbers or in text`, async (t) => {
      const sandbox = await open(t)
      const inText = { latitude: `${location.latitude}`, longitude: `${location.longitude}` }
      for (const written of [location, { ...location, ...inText }]) {
        const shown = await sendAndShow(sandbox, { type: 'location', location: written })
        assert.deepEqual(shown, { kind: 'location', location })
      }
    })
  }

  const refused = [
    {
      when: 'the latitude is missing',
      location: { longitude },
      code: 131008,
      details: /'latitude'.* required/,
    },
    {
      when: 'the latitude is empty',
      location: { latitude: ' ', longitude },
      code: 131009,
      details: /latitude/,
    },
    {
      when: 'the latitude is words',
      location: { latitude: 'up', longitude },
      code: 131009,
      details: /latitude/,
    },
    {
      when: 'it is beyond a pole',
      location: { latitude: 90.1, longitude },
      code: 131009,
      details: /-90 to 90/,
    },
    {
      when: 'it is beyond the date line',
      location: { latitude, longitude: '-181' },
      code: 131009,
      details: /180/,
    },
    { when: 'a degree is a list', location: { latitude: [1], longitude }, code: 100, details: /latitude/ },
    {
      when: 'a key is unknown',
      location: { latitude, longitude, url: '' },
      code: 100,
      details: /"url" on param "location"/,
    },
    {
      when: 'it is missing',
      location: undefined,
      code: 100,
      details: /^The parameter location is required\.$/,
    },
  ]
  for (const { when, location, code, details } of refused) {
    test(`is refused with ${code} when ${when}`, async (t) => {
      const error = await sendRefused(await open(t), { type: 'location', location })
      assert.equal(error.code, code)
      assert.match(error.error_data.details, details)
    })
  }
})
