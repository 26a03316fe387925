/**
 * What outlives a killed gateway: an app on the same database of which nothing runs by itself, so
 * that it takes up what was left when the test says so.
 */
import assert from 'node:assert/strict'
import type { Database } from '../../packages/gateway/src/platform/database/index.ts'
import type { GatewayProcess } from './process.ts'
import { control, type World } from './world.ts'

const asking = ['operations', 'binding_messages'] as const

/** A gateway that was asked something on whose way it dies: nobody is answered. */
export async function assertKilled(
  dying: GatewayProcess,
  answer?: { readonly text: string },
): Promise<void> {
  assert.equal(answer, undefined, `it answered: ${answer?.text}`)
  assert.equal(await dying.ended, null, 'it was not killed')
}

/** The time of the dead runs out, and then ten minutes pass: whatever was left is found out. */
export async function survive(world: World): Promise<void> {
  await endTimeOfDead(world.database)
  const answer = await control(world, 'POST', '/sandbox/clock', { advanceMs: 600_000 })
  assert.equal(answer.status, 200, answer.text)
}

/** What the dead asked and held is left to them for some seconds of real time: nobody waits for those. */
export async function endTimeOfDead(database: Database): Promise<void> {
  const now = new Date()
  for (const table of asking) {
    await database`
      update ${database(table)}
      set ask_until = least(ask_until, ${now})
      where state in ('asked', 'unknown')`
  }
  await endLeases(database)
}

/** What the dead held while others go on asking. */
export async function endLeases(database: Database): Promise<void> {
  for (const table of [...asking, 'notifications']) {
    await database`
      update ${database(table)} set leased_until = null where leased_until is not null`
  }
}

/** Whoever looks next looks at everything that is unfinished, however lately it was asked. */
export async function hurryLooks(database: Database): Promise<void> {
  await endTimeOfDead(database)
  for (const table of asking) {
    await database`
      update ${database(table)} set look_at = created_at where state in ('asked', 'unknown')`
  }
}
