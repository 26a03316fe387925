/** The clock of the control surface (sandbox.md, Time). */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { control, createWorld } from '../harness/world.ts'

const world = await createWorld()
const twelveHoursMs = 43_200_000

const readClock = async () => (await control(world, 'GET', '/sandbox/clock')).body
const advance = async (advanceMs: number) =>
  (await control(world, 'POST', '/sandbox/clock', { advanceMs })).body

test('the clock is moved by exactly what was asked for, again and again', async () => {
  assert.equal((await readClock()).offsetMs, 0)
  for (const times of [1, 2, 3]) {
    const before = Date.now()
    const { now, offsetMs } = await advance(twelveHoursMs)
    assert.equal(offsetMs, times * twelveHoursMs)
    const ahead = new Date(now).getTime() - offsetMs
    assert.ok(ahead >= before - 1 && ahead <= Date.now() + 1, `${ahead - before} ms`)
  }
})

test('to advance by nothing does what is due and moves nothing', async () => {
  const { offsetMs } = await readClock()
  assert.equal((await advance(0)).offsetMs, offsetMs)
})

test('a reset brings the clock back to real time', async () => {
  await advance(1)
  await control(world, 'POST', '/sandbox/reset')
  assert.equal((await readClock()).offsetMs, 0)
})
