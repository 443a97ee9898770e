import assert from 'node:assert/strict'
import { test } from 'node:test'
import { pairs } from './pairs.ts'

const fresh = (to: string) => ({ to, acceptedAt: 0, dueAt: 0 })
const moved = (to: string) => ({ to, acceptedAt: 0, dueAt: 1 })

test('one person gets a burst of 45, then one message in six seconds', () => {
  const own = pairs(true)
  assert.equal(burstAt(own, 0), 45)
  assert.equal(own.turnOf(fresh('1'), 0), 6000)
  assert.ok(own.turnOf(fresh('2'), 0) <= 0, 'others go on')
  own.left('1', 6000)
  assert.equal(own.turnOf(fresh('1'), 6000), 12_000)
})

test('a burst is paid back: after long quiet the next burst is whole again', () => {
  const own = pairs(true)
  for (let i = 0; i < 45; i++) own.left('1', 0)
  assert.equal(burstAt(own, 45 * 6000), 45)
})

test('what does not fit gets turns, one after the other, and each is free when it comes', () => {
  const own = pairs(true)
  burstAt(own, 0)
  const turns = Array.from({ length: 100 }, () => {
    const turn = own.turnOf(fresh('1'), 0)
    own.book('1', turn)
    return turn
  })
  assert.deepEqual(
    turns,
    turns.map((_, index) => 6000 * (index + 1)),
  )
  for (const turn of turns) {
    assert.ok(own.turnOf(moved('1'), turn) <= turn)
    own.left('1', turn)
  }
})

test('a new message does not go before those that wait for their turn', () => {
  const own = pairs(true)
  burstAt(own, 0)
  for (const turn of [6000, 12_000]) own.book('1', turn)
  assert.equal(own.turnOf(fresh('1'), 6000), 18_000)
  assert.ok(own.turnOf(moved('1'), 6000) <= 6000)
})

test('a turn that comes a little early by another clock is still one', () => {
  const own = pairs(true)
  burstAt(own, 0)
  own.book('1', 6000)
  assert.ok(own.turnOf(moved('1'), 5990) <= 5990)
})

test('without the limit only a block holds a person', () => {
  const own = pairs(false)
  for (let i = 0; i < 100; i++) own.left('1', 0)
  assert.ok(own.turnOf(fresh('1'), 0) <= 0)
  own.block('1', 4000)
  own.book('1', 4000)
  assert.equal(own.turnOf(fresh('1'), 0), 4000)
  assert.ok(own.turnOf(fresh('1'), 4000) <= 4000)
})

for (const limited of [true, false])
  test(`people of the past are forgotten, ${limited ? 'with' : 'without'} the limit`, () => {
    const own = pairs(limited)
    for (let person = 0; person < 10_000; person++) {
      own.block(`${person}`, person * 10_000 + 4000)
      own.left(`${person}`, person * 10_000)
    }
    assert.ok(own.size() <= 1001, String(own.size()))
    assert.ok(own.turnOf(fresh('9999'), 99_990_000) > 99_990_000, 'and those of now are not')
  })

/** Sends as much as goes at once. */
function burstAt(own: ReturnType<typeof pairs>, now: number): number {
  let sent = 0
  while (own.turnOf(fresh('1'), now) <= now) {
    own.left('1', now)
    sent++
  }
  return sent
}
