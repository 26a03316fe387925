import assert from 'node:assert/strict'
import { test } from 'node:test'
import { systemClock } from './clock.ts'
import { createIds } from './id.ts'
import { systemRandom } from './random.ts'

test('ids show their kind, never repeat, and sort by the time of their making', () => {
  let now = Date.UTC(2026, 10, 21)
  const clock = { ...systemClock(), realNow: () => new Date(now) }
  const ids = createIds(clock, systemRandom)
  assert.match(ids.next('payment'), /^pay_[0-9a-f]{32}$/)
  assert.match(ids.next('operation'), /^op_[0-9a-f]{32}$/)
  const made = Array.from({ length: 1_000 }, () => {
    now += 1
    return ids.next('card') as string
  })
  assert.equal(new Set(made).size, 1_000)
  assert.deepEqual(made.toSorted(), made)
})
