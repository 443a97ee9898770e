import assert from 'node:assert/strict'
import { test } from 'node:test'
import { isDeepStrictEqual } from 'node:util'
import { eventually } from '../support/eventually.ts'
import { actsIn, codesIn, countsOf, type Ends, each, eventsIn, openShop } from '../support/shop.ts'

/**
 * A day of a shop, from one morning's campaign to the next, passes in seconds: gateway and sandbox are real processes
 * under the sandbox's clock. Whoever counts, counts the same: the client by its answers and queries, the phones, the
 * business by its callbacks, and the operator by the admin API.
 */
const hour = 3_600_000
const people = Array.from({ length: 1000 }, (_, i) => `27999700${String(i).padStart(3, '0')}`)
const some = (from: number, to: number) => people.slice(from, to)

/** Who does what. Of each ten people, the first reads at once whatever arrives. */
const readers = people.filter((_, i) => i % 10 === 0)
const writers = some(0, 200)
const askers = some(200, 350)
const decliners = some(350, 400)
const photographers = some(400, 500)
const guides = some(500, 530)
const leavers = some(600, 660)
const switchedOff = some(970, 990)
const elsewhere = some(990, 1000)

/** How many messages ended in which status code, by what they say. */
const ends = {
  'Two cakes for one': { 5: 891, 6: 99, 29: 10 },
  'We open at eight': { 5: 270, 6: 30 },
  'We open now': { 5: 9, 6: 1 },
  'Are you there?': { 131: 200 },
  'Fresh rolls': { 5: 837, 6: 93, 29: 10 },
} satisfies Ends

const acts = { texts: 260, presses: 200, files: 100, places: 30 }
const refusals = { opted_out: 120, recipient_invalid: 5 }

test('a day of a shop: every count agrees with the client, the phones, the callbacks and the admin API', async (t) => {
  const beganAt = performance.now()
  const shop = await openShop(t)
  const { clock, phone } = shop
  const comesTo = (says: keyof typeof ends, end: Ends[string] = ends[says]) => shop.comesTo(says, end)
  await shop.faults([{ fault: 'window' }])
  await each(readers, (msisdn) => phone(msisdn, { autoRead: true }))
  await each(switchedOff, (msisdn) => phone(msisdn, { online: false }))
  await each(elsewhere, (msisdn) => phone(msisdn, { onWhatsApp: false }))

  // Nine o'clock: the campaign. Five of the numbers on the list are none.
  await shop.sendTemplate(
    [...people, ...['1', '2', '3', '4', '5'].map((end) => `no number ${end}`)],
    'Two cakes for one',
  )
  await comesTo('Two cakes for one', { 4: 20, 5: 873, 6: 97, 29: 10 })

  await clock(hour)
  await each(writers, (msisdn) => shop.writes(msisdn, 'texts', { type: 'text', text: 'When do you open?' }))
  await each(askers, (msisdn) => shop.presses(msisdn, 1))
  await each(decliners, (msisdn) => shop.presses(msisdn, 3))
  const media = { contentType: 'image/png', data: Buffer.from('a cake').toString('base64') }
  await each(photographers, (msisdn) => shop.writes(msisdn, 'files', { type: 'media', media }))
  const location = { latitude: -33.9, longitude: 18.4, name: 'At the door' }
  await each(guides, (msisdn) => shop.writes(msisdn, 'places', { type: 'location', location }))
  await each(leavers, (msisdn) => shop.writes(msisdn, 'texts', { type: 'text', text: 'Stop!' }))
  await eventually(
    async () => isDeepStrictEqual(shop.heard(), acts),
    'what people did is told',
    60_000,
  ).catch(() => {})
  assert.deepEqual(shop.heard(), acts)

  await clock(hour)
  await shop.send([...writers, ...photographers, ...leavers], 'We open at eight')
  await comesTo('We open at eight')
  await clock(9 * hour)
  await each(switchedOff, (msisdn) => phone(msisdn, { online: true }))
  await comesTo('Two cakes for one')

  // The night: the clock is all that moves.
  await shop.settled()
  const told = shop.callbacks.length
  await clock(11 * hour)
  await shop.settled()
  assert.equal(shop.callbacks.length, told)

  // The next morning, first less than a day after people wrote, then more.
  assert.equal(await shop.isOpen('27999700000'), true)
  await shop.send(some(0, 10), 'We open now')
  await comesTo('We open now')
  await clock(4 * hour)
  assert.equal(await shop.isOpen('27999700000'), false)
  await shop.send(writers, 'Are you there?')
  await comesTo('Are you there?')
  await shop.sendTemplate(people, 'Fresh rolls')
  await comesTo('Fresh rolls')
  await shop.settled()

  const byMetrics = await shop.metrics()
  assert.deepEqual(await shop.endsByClient(), ends, 'the client, asking for the status of each')
  assert.deepEqual(shop.endsByCallbacks(), ends, 'the callbacks')
  assert.deepEqual(await shop.endsByAdmin(), ends, 'the admin API')
  const phones = await shop.onPhones(people)
  assert.deepEqual(phones.ends, arrivedOf(ends), 'the phones, which show only what arrived')

  assert.deepEqual(shop.done, acts, 'what the phones’ users did')
  assert.deepEqual(phones.acts, acts, 'what the phones show of it')
  assert.deepEqual(shop.heard(), acts, 'what the business was told of it')
  const [toldOfPeople, toldOfStatuses] = [await shop.events('message'), await shop.events('status')]
  assert.deepEqual(actsIn(toldOfPeople), acts, 'what the admin API has of it')
  assert.equal(byMetrics('waypost_received_total{kind="mo"}'), toldOfPeople.length)
  assert.equal(byMetrics('waypost_file_fetches_total{outcome="fetched"}'), acts.files)

  assert.deepEqual(shop.refused, refusalsByCode(), 'what the client was refused')
  for (const [reason, times] of Object.entries(refusals))
    assert.equal(byMetrics(`waypost_mt_refused_total{reason="${reason}"}`), times, reason)
  assert.equal(byMetrics('waypost_mt_accepted_total{generation="one"}'), shop.accepted.size)

  assert.deepEqual(
    countsOf(eventsIn(shop.callbacks).flatMap(codesIn)),
    countsOf(toldOfStatuses.flatMap(codesIn)),
  )
  const events = eventsIn(shop.callbacks).length
  assert.equal(events, toldOfPeople.length + toldOfStatuses.length)
  assert.deepEqual(await shop.callbackStates(), { delivered: events })
  t.diagnostic(
    `${shop.accepted.size} messages, ${toldOfPeople.length} acts of people, ${events} events told in ${Math.round((performance.now() - beganAt) / 1000)} s`,
  )
})

/** Phones show nothing of what failed. */
const arrivedOf = (ends: Ends): Ends =>
  Object.fromEntries(
    Object.entries(ends).flatMap(([says, { 5: delivered = 0, 6: read = 0 }]) =>
      delivered + read > 0 ? [[says, { 5: delivered, 6: read }]] : [],
    ),
  )

/** The client knows reasons by their codes. */
const refusalsByCode = () => ({ 23: refusals.recipient_invalid, 26: refusals.opted_out })
