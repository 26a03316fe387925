/** A merchant who does not answer holds up nobody but himself. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { MerchantId } from '../../../packages/gateway/src/primitives/id.ts'
import { createWorld } from '../../harness/world.ts'
import { anotherMerchant } from '../calls.ts'
import { startMerchantServer } from '../merchant-server.ts'
import { createQueue, until } from './queue.ts'

const world = await createWorld()
await world.app.jobs.stop()

async function newMerchant(): Promise<MerchantId> {
  const { clientId } = await anotherMerchant(world, {})
  const merchant = await world.app.merchants.findByClientId(clientId)
  assert.ok(merchant)
  return merchant.merchantId
}

const times = <T>(count: number, value: T): T[] => Array.from({ length: count }, () => value)

async function stateOf(merchantId: MerchantId) {
  const rows = await world.database<{ state: string; held: boolean; count: bigint }[]>`
    select state, leased_until is not null as held, count(*)
    from notifications
    where merchant_id = ${merchantId}
    group by state, held`
  return Object.fromEntries(
    rows.map(({ state, held, count }) => [held ? 'under way' : state, Number(count)]),
  )
}

async function attemptsOf(merchantId: MerchantId): Promise<number> {
  const rows = await world.database`
    select 1 from notification_attempts where merchant_id = ${merchantId}`
  return rows.length
}

test('while an endpoint stalls with 500 due, 100 of another merchant are all delivered', async () => {
  const [stalled, other] = [await newMerchant(), await newMerchant()]
  const silent = await startMerchantServer()
  silent.answer = () => {}
  const answering = await startMerchantServer()
  const queue = createQueue(world)
  // The older ones first: by age alone they would have all places.
  const earlier = new Date(world.clock.now().getTime() - 60_000)
  const { url } = silent
  await queue.announce(times(500, { merchantId: stalled, url, dueAt: earlier }))
  await queue.announce(times(100, { merchantId: other, url: answering.url }))
  await queue.notifications.delivery.runDue(world.clock.now())
  await until(async () => (await stateOf(other))['delivered'] === 100)
  assert.equal(answering.received.length, 100)
  const { due = 0, 'under way': underWay = 0 } = await stateOf(stalled)
  assert.equal(due + underWay, 500)
  assert.equal(await attemptsOf(stalled), 0, 'the stalled ones were over first')
  assert.ok(underWay > 0 && underWay <= 32, `${underWay} under way`)
})

test('however many merchants stall, the next one is delivered', async () => {
  const silent = await startMerchantServer()
  silent.answer = () => {}
  const answering = await startMerchantServer()
  const queue = createQueue(world)
  const stalled: MerchantId[] = []
  for (let i = 0; i < 40; i++) {
    const merchantId = await newMerchant()
    stalled.push(merchantId)
    await queue.announce(times(50, { merchantId, url: silent.url }))
  }
  await queue.notifications.delivery.runDue(world.clock.now())
  await until(() => silent.received.length >= 40)
  const other = await newMerchant()
  await queue.announce(times(20, { merchantId: other, url: answering.url }))
  await queue.notifications.delivery.runDue(world.clock.now())
  await until(async () => (await stateOf(other))['delivered'] === 20)
  assert.equal(answering.received.length, 20)
  for (const merchantId of stalled) assert.equal(await attemptsOf(merchantId), 0)
})

test('while one host of a merchant stalls with 500 due, what goes to his others comes at once', async () => {
  const merchantId = await newMerchant()
  const silent = await startMerchantServer()
  silent.answer = () => {}
  const answering = [await startMerchantServer(), await startMerchantServer()]
  const queue = createQueue(world)
  const earlier = new Date(world.clock.now().getTime() - 60_000)
  await queue.announce(times(500, { merchantId, url: silent.url, dueAt: earlier }))
  await queue.notifications.delivery.runDue(world.clock.now())
  await until(() => silent.received.length > 0)
  for (const { url } of answering) {
    await queue.announce(times(20, { merchantId, url: `${url}/?of=one` }))
  }
  await queue.notifications.delivery.runDue(world.clock.now())
  await until(async () => (await stateOf(merchantId))['delivered'] === 40)
  assert.deepEqual(
    answering.map(({ received }) => received.length),
    [20, 20],
  )
  assert.equal(await attemptsOf(merchantId), 40, 'the stalled ones were over first')
  const { 'under way': underWay = 0 } = await stateOf(merchantId)
  assert.ok(underWay > 8 && underWay <= 16, `${underWay} under way`)
})

test('hosts are counted by whatever name', async () => {
  const merchantId = await newMerchant()
  const queue = createQueue(world, { targets: 'any', resolve: async () => [] })
  const hosts = ['__proto__', 'constructor', 'x'.repeat(300)]
  await queue.announce(hosts.map((host) => ({ merchantId, url: `http://${host}/` })))
  await queue.deliver()
  assert.equal(await attemptsOf(merchantId), 3)
})

test('a merchant alone is not held up by his share', async () => {
  const merchantId = await newMerchant()
  const answering = await startMerchantServer()
  const queue = createQueue(world)
  await queue.announce(times(200, { merchantId, url: answering.url }))
  await queue.deliver()
  assert.equal(answering.received.length, 200)
  assert.equal((await stateOf(merchantId))['delivered'], 200)
})
