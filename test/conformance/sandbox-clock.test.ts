/** The clock of the control surface (sandbox.md, Time). */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { setTimeout } from 'node:timers/promises'
import { cards, checkBody, control, createWorld, paths, post } from '../harness/world.ts'

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

test('advances that come at once are all made', async () => {
  const { offsetMs } = await readClock()
  const answers = await Promise.all(Array.from({ length: 10 }, () => advance(1_000)))
  assert.equal((await readClock()).offsetMs, offsetMs + 10_000)
  assert.equal(new Set(answers.map((answer) => answer.offsetMs)).size, 10)
})

test('advances of two processes are all made', async () => {
  const other = await createWorld({ shares: world })
  const { offsetMs } = await readClock()
  const advances = Array.from({ length: 10 }, (_, i) =>
    control(i % 2 ? world : other, 'POST', '/sandbox/clock', { advanceMs: 1_000 }),
  )
  await Promise.all(advances)
  for (const one of [world, other]) {
    while (one.clock.offsetMs() < offsetMs + 10_000) await setTimeout(2)
    assert.equal(one.clock.offsetMs(), offsetMs + 10_000)
  }
})

test('it goes ten years ahead in all and no farther, and a payment still works there', async () => {
  await control(world, 'POST', '/sandbox/reset')
  const tenYearsMs = 315_360_000_000
  await advance(tenYearsMs - 1_000)
  const refused = await control(world, 'POST', '/sandbox/clock', { advanceMs: 1_001 })
  assert.equal(refused.status, 400)
  assert.match(refused.body.error.message, /more than 10 years ahead.*reset/)
  assert.equal((await advance(1_000)).offsetMs, tenYearsMs)
  assert.equal((await control(world, 'POST', '/sandbox/clock', { advanceMs: 1 })).status, 400)
  const answer = await post(world, paths.check, {
    ...checkBody(),
    card: { number: cards.frictionless, expiry: '1299' },
  })
  assert.equal(answer.status, 200, answer.text)
  await control(world, 'POST', '/sandbox/reset')
})
