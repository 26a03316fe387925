import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import { createTestDatabase } from '../../../../../test/harness/database.ts'
import { createSandboxClock, type SandboxClock } from './sandbox-clock.ts'

/** Two processes on one database. */
async function twoClocks() {
  const testDatabase = await createTestDatabase()
  const [one, two] = [
    await createSandboxClock(testDatabase.connect(1)),
    await createSandboxClock(testDatabase.connect(1)),
  ]
  after(async () => {
    await Promise.all([one.stop(), two.stop()])
    await testDatabase.drop()
  })
  return { testDatabase, one, two }
}

const hourMs = 3_600_000
const inHours = (clock: SandboxClock, hours: number) =>
  new Date(clock.now().getTime() + hours * hourMs)

/** The other process hears of it a moment later. */
async function hears(clock: SandboxClock, offsetMs: number) {
  while (clock.offsetMs() !== offsetMs) await new Promise((resolve) => setTimeout(resolve, 2))
}

test('after a move both processes have the same offset, and real time stays', async () => {
  const { one, two } = await twoClocks()
  assert.equal(one.offsetMs(), 0)
  await one.moveTo(inHours(one, 12))
  assert.ok(Math.abs(one.offsetMs() - 12 * hourMs) < 1_000)
  await hears(two, one.offsetMs())
  assert.ok(two.now().getTime() - two.realNow().getTime() >= 11 * hourMs)
  assert.ok(Math.abs(two.realNow().getTime() - Date.now()) < 1_000)
})

test('a process that starts later has the offset too', async () => {
  const { testDatabase, one } = await twoClocks()
  await one.moveTo(inHours(one, 1))
  const late = await createSandboxClock(testDatabase.connect(1))
  assert.equal(late.offsetMs(), one.offsetMs())
  await late.stop()
})

test('an instant that is past moves nothing', async () => {
  const { one } = await twoClocks()
  await one.moveTo(inHours(one, 2))
  const offset = one.offsetMs()
  await one.moveTo(inHours(one, -1))
  assert.equal(one.offsetMs(), offset)
})

test('of two moves at once the farther one holds, for both', async () => {
  for (let round = 1; round <= 5; round++) {
    const { one, two } = await twoClocks()
    const near = inHours(one, round)
    const far = inHours(one, round + 1)
    await Promise.all([one.moveTo(far), two.moveTo(near)])
    const offset = one.offsetMs()
    assert.ok(Math.abs(offset - (round + 1) * hourMs) < 1_000)
    await hears(two, offset)
  }
})

test('a reset brings both back to real time', async () => {
  const { one, two } = await twoClocks()
  await one.moveTo(inHours(one, 5))
  await hears(two, one.offsetMs())
  await two.reset()
  assert.equal(two.offsetMs(), 0)
  await hears(one, 0)
  await one.moveTo(inHours(one, 1))
  assert.ok(Math.abs(one.offsetMs() - hourMs) < 1_000)
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
