/** A card number is thrown away once nothing can need it, and not before (design.md 6). */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { charge, check } from '../../../../test/conformance/calls.ts'
import { absentBody } from '../../../../test/conformance/cards-life/calls.ts'
import { checkBody, createWorld, type World } from '../../../../test/harness/world.ts'
import { needsCard } from '../payments/index.ts'
import { later } from '../primitives/clock.ts'
import { purgeWork } from './index.ts'

const dayMs = 86_400_000

/** As the background work does `days` from now; nothing else falls due on the way. */
async function purge(world: World, days: number) {
  const { database } = world
  const isNeeded = (at: Date) => needsCard(database, later(at, -180 * dayMs))
  await purgeWork({ database, isNeeded }).runDue(later(world.clock.now(), days * dayMs))
}

const cardsOf = async (world: World) =>
  Number((await world.database`select count(*) as count from cards`)[0]?.['count'])

const cases = [
  ['checked and never charged', 'check', 0.9 / 24, 1, 1.1 / 24, 0],
  ['refused', { amount: 19_051 }, 0.9 / 24, 1, 1.1 / 24, 0],
  ['pending', { amount: 19_068 }, 179, 1, 400, 1],
  ['paid', {}, 179, 1, 181, 0],
  ['saved', { save: true }, 179, 1, 400, 1],
] as const
for (const [what, wish, earlier, then, late, end] of cases) {
  test(`the card of a payment that is ${what} is kept for as long as it may be needed`, async () => {
    const world = await createWorld()
    await world.app.jobs.stop()
    if (wish === 'check') await check(world, checkBody())
    else {
      const { save = false, amount = 90_000 } = wish as { save?: boolean; amount?: number }
      const body = absentBody('MOTO', { amount })
      const card = { ...body.card, save }
      await charge(world, { ...body, card, customer: { id: 'CUST-1' } })
    }
    assert.equal(await cardsOf(world), 1)
    for (const [days, left] of [
      [earlier, then],
      [late, end],
    ] as const) {
      await purge(world, days)
      assert.equal(await cardsOf(world), left, `after ${days} days`)
    }
  })
}
