import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import { createTestDatabase } from '../../../../../test/harness/database.ts'
import { systemRandom } from '../../primitives/random.ts'
import { createSandboxClock, mostAheadMs, type SandboxClock } from './sandbox-clock.ts'

/** Two processes on one database. */
async function twoClocks() {
  const testDatabase = await createTestDatabase()
  const [one, two] = [
    await createSandboxClock(testDatabase.connect(1), systemRandom),
    await createSandboxClock(testDatabase.connect(1), systemRandom),
  ]
  after(async () => {
    for (const clock of [one, two]) clock.stop()
    await testDatabase.drop()
  })
  return { testDatabase, one, two }
}

const hourMs = 3_600_000

/** The other process hears of it a moment later. */
async function hears(clock: SandboxClock, offsetMs: number) {
  while (clock.offsetMs() !== offsetMs) await new Promise((resolve) => setTimeout(resolve, 2))
}

test('after a move both processes have the same offset, and real time stays', async () => {
  const { one, two } = await twoClocks()
  assert.equal(one.offsetMs(), 0)
  assert.equal(await one.moveBy(12 * hourMs), 'moved')
  assert.equal(one.offsetMs(), 12 * hourMs)
  await hears(two, one.offsetMs())
  assert.ok(two.now().getTime() - two.realNow().getTime() >= 11 * hourMs)
  assert.ok(Math.abs(two.realNow().getTime() - Date.now()) < 1_000)
})

test('a process that starts later has the offset too', async () => {
  const { testDatabase, one } = await twoClocks()
  await one.moveBy(hourMs)
  const late = await createSandboxClock(testDatabase.connect(1), systemRandom)
  assert.equal(late.offsetMs(), hourMs)
  late.stop()
})

test('it never goes back but by a reset', async () => {
  const { one } = await twoClocks()
  await one.moveBy(2 * hourMs)
  for (const nothing of [0, -hourMs]) assert.equal(await one.moveBy(nothing), 'moved')
  assert.equal(one.offsetMs(), 2 * hourMs)
})

test('of many moves at once in two processes each one counts', async () => {
  const { one, two } = await twoClocks()
  const moves = Array.from({ length: 20 }, (_, i) => (i % 2 ? one : two).moveBy(1_000))
  assert.ok((await Promise.all(moves)).every((moved) => moved === 'moved'))
  await hears(one, 20_000)
  await hears(two, 20_000)
})

test('it goes no farther than ten years ahead, however many move it at once', async () => {
  const { one, two } = await twoClocks()
  const steps = Array.from({ length: 10 }, (_, i) => (i % 2 ? one : two).moveBy(mostAheadMs / 4))
  const moved = (await Promise.all(steps)).filter((result) => result === 'moved')
  assert.equal(moved.length, 4)
  assert.equal(await one.moveBy(1), 'too_far')
  await hears(one, mostAheadMs)
  await hears(two, mostAheadMs)
})

test('who knows the clock from before a reset of another process moves it no more', async () => {
  const { one, two } = await twoClocks()
  const resets = await one.resets()
  assert.equal(await one.moveBy(hourMs, resets), 'moved')
  await two.reset()
  assert.equal(await one.moveBy(hourMs, resets), 'reset')
  await hears(one, 0)
  assert.equal(await one.moveBy(hourMs, await one.resets()), 'moved')
})

test('a reset brings both back to real time', async () => {
  const { one, two } = await twoClocks()
  await one.moveBy(5 * hourMs)
  await hears(two, one.offsetMs())
  await two.reset()
  assert.equal(two.offsetMs(), 0)
  await hears(one, 0)
  await one.moveBy(hourMs)
  assert.equal(one.offsetMs(), hourMs)
})

test('resets and moves that meet leave every process where the database is', async () => {
  const { testDatabase, one, two } = await twoClocks()
  const database = testDatabase.connect(1)
  for (let round = 0; round < 40; round++) {
    const resets = await one.resets()
    const moves = [one, two, one, two].map((clock) => clock.moveBy(hourMs, resets))
    const moved = await Promise.all([...moves, (round % 2 ? one : two).reset()])
    // Never that it is too far: it is not.
    assert.ok(moved.every((result) => result !== 'too_far'))
    const [row] = await database`select offset_ms as "offsetMs" from sandbox.clock`
    await hears(one, Number(row?.['offsetMs']))
    await hears(two, Number(row?.['offsetMs']))
  }
})

test('a move whose connection is lost counts once', async () => {
  const { testDatabase, one, two } = await twoClocks()
  const admin = testDatabase.connect(1)
  let isOver = false
  const cut = async () => {
    while (!isOver) {
      await admin`
        select pg_terminate_backend(pid) from pg_stat_activity
        where datname = current_database() and pid <> pg_backend_pid()`
      await new Promise((resolve) => setTimeout(resolve, 7))
    }
  }
  const cutting = cut()
  const moveOften = async (clock: SandboxClock) => {
    for (let i = 0; i < 15; i++) assert.equal(await clock.moveBy(1_000), 'moved')
  }
  await Promise.all([moveOften(one), moveOften(two)])
  isOver = true
  await cutting
  const [row] = await admin`select offset_ms as "offsetMs" from sandbox.clock`
  assert.equal(row?.['offsetMs'], 30_000n)
  await hears(one, 30_000)
  await hears(two, 30_000)
})

test('a lost connection is made up for: the move that was missed is read', async () => {
  const { testDatabase, one, two } = await twoClocks()
  const admin = testDatabase.connect(1)
  await admin`
    select pg_terminate_backend(pid) from pg_stat_activity
    where datname = current_database() and pid <> pg_backend_pid()`
  await admin`update sandbox.clock set offset_ms = 777000`
  await hears(one, 777_000)
  await hears(two, 777_000)
})
