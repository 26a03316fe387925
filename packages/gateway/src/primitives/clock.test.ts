import assert from 'node:assert/strict'
import { test } from 'node:test'
import { setImmediate as turn } from 'node:timers/promises'
import { type Clock, later, sleep, systemClock, withDeadline } from './clock.ts'

/** Timers that ring when the test says so. */
function handTimers() {
  const timers = new Map<() => void, number>()
  const clock: Clock = {
    ...systemClock(),
    startTimer: (milliseconds, ring) => {
      timers.set(ring, milliseconds)
      return () => timers.delete(ring)
    },
  }
  return { clock, timers, ringAll: () => [...timers.keys()].forEach((ring) => void ring()) }
}

test('business time is real time plus the offset, which may change', () => {
  let offset = 0
  const clock = systemClock(() => offset)
  const difference = () => clock.now().getTime() - clock.realNow().getTime()
  assert.ok(Math.abs(difference()) < 1_000)
  offset = 3_600_000
  assert.ok(Math.abs(difference() - 3_600_000) < 1_000)
})

test('a timer rings once, and one that was cancelled never', async () => {
  const clock = systemClock()
  let rings = 0
  const cancel = clock.startTimer(1, () => {
    rings += 100
  })
  cancel()
  await new Promise<void>((resolve) => {
    clock.startTimer(5, () => {
      rings += 1
      resolve()
    })
  })
  assert.equal(rings, 1)
})

test('a sleep ends when its timer rings', async () => {
  const { clock, timers, ringAll } = handTimers()
  const asleep = sleep(clock, 250)
  assert.deepEqual([...timers.values()], [250])
  ringAll()
  await asleep
})

test('a sleep that is aborted rejects with the reason and leaves no timer', async () => {
  const { clock, timers } = handTimers()
  const controller = new AbortController()
  const asleep = sleep(clock, 250, controller.signal)
  controller.abort(new Error('enough'))
  await assert.rejects(asleep, /enough/)
  assert.equal(timers.size, 0)
  await assert.rejects(sleep(clock, 250, controller.signal), /enough/)
  assert.equal(timers.size, 0)
})

test('work within its deadline gives its result and leaves no timer', async () => {
  const { clock, timers } = handTimers()
  assert.equal(await withDeadline(clock, 100, async (deadline) => deadline.aborted), false)
  assert.equal(timers.size, 0)
})

test('work that fails leaves no timer either', async () => {
  const { clock, timers } = handTimers()
  const failing = withDeadline(clock, 100, () => Promise.reject(new Error('broken')))
  await assert.rejects(failing, /broken/)
  assert.equal(timers.size, 0)
})

test('a deadline that is over aborts the signal, and says how long it was', async () => {
  const { clock, ringAll } = handTimers()
  const work = withDeadline(clock, 100, async (deadline) => {
    while (!deadline.aborted) await turn()
    return String(deadline.reason)
  })
  ringAll()
  assert.equal(await work, 'Error: no answer within 100 ms')
})

test('later is another instant, and leaves the first as it is', () => {
  const instant = new Date('2026-12-31T23:59:59.500Z')
  assert.equal(later(instant, 1_000).toISOString(), '2027-01-01T00:00:00.500Z')
  assert.equal(instant.toISOString(), '2026-12-31T23:59:59.500Z')
})
