/**
 * Two processes share the simulated switch's book: the suite again, each message to the other
 * process than the one before, so that repeats and all that comes at once meet in the database.
 */
import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import { createTestDatabase } from '../../../../../../test/harness/database.ts'
import { systemRandom } from '../../../primitives/random.ts'
import { createDesk, percent, taken } from '../conformance/world.ts'
import { testKkiSwitch } from '../conformance.ts'
import type { KkiSwitch } from '../contract.ts'
import { createKkiSimulator, type KkiSimulator } from './index.ts'
import { createStillClock, testKeyRing, worldOf } from './world.ts'

const testDatabase = await createTestDatabase()
after(() => testDatabase.drop())
const clock = createStillClock()
// Everything also works with a pool of one connection (design.md 2).
const processOf = (connections: number): KkiSimulator =>
  createKkiSimulator({
    database: testDatabase.connect(connections),
    clock,
    random: systemRandom,
    keyRing: testKeyRing,
  })
const [one, other] = [processOf(1), processOf(3)]

/** Two connectors as one: each call goes to the other of them than the call before. */
function takingTurns(mine: KkiSwitch, theirs: KkiSwitch): KkiSwitch {
  let turn = 0
  const next = () => (turn++ % 2 === 0 ? mine : theirs)
  return {
    capabilities: mine.capabilities,
    bind: (...given) => next().bind(...given),
    verifyOtp: (...given) => next().verifyOtp(...given),
    unbind: (...given) => next().unbind(...given),
    pay: (...given) => next().pay(...given),
    refund: (...given) => next().refund(...given),
    inquire: (...given) => next().inquire(...given),
    reverse: (...given) => next().reverse(...given),
    onDecided: mine.onDecided,
  }
}

const kkiSwitch = takingTurns(one.kkiSwitch, other.kkiSwitch)
const world = worldOf(one, clock, kkiSwitch)
testKkiSwitch('two processes', world)

test('what two processes gave back at once is what stands', async () => {
  const desk = createDesk(world)
  const payment = await taken(desk.pay())
  const refunds = Array.from({ length: 12 }, () => desk.refund(payment, percent(30n)))
  await Promise.all(refunds.map((refund) => refund.send()))
  const { subMerchantId, partnerReferenceNo, references } = payment.command
  assert.deepEqual(
    [...(await other.standing(subMerchantId, partnerReferenceNo))],
    [{ rrn: references.rrn, paid: percent(100n).minor, refunded: percent(90n).minor }],
  )
})

test('nothing stands of what was refused, waits or was reversed', async () => {
  const desk = createDesk(world)
  const { partnerReferenceNo, subMerchantId } = world.newPayment()
  await one.steerNext(subMerchantId, { responseCode: '05' })
  await desk.pay({ partnerReferenceNo }).send()
  await one.steerNext(subMerchantId, { waits: true })
  await desk.pay({ partnerReferenceNo }).send()
  const reversed = await taken(desk.pay({ partnerReferenceNo }))
  await taken(desk.refund(reversed))
  await desk.reverse(reversed)
  const standing = await other.standing(subMerchantId, partnerReferenceNo)
  assert.deepEqual(
    standing.map(({ paid, refunded }) => [paid, refunded]),
    Array(3).fill([0n, 0n]),
  )
})

test('an instruction steers one message, whichever process it comes to', async () => {
  const desk = createDesk(world)
  const { subMerchantId } = world.newPayment()
  await other.steerNext(subMerchantId, { responseCode: '05' })
  await one.steerNext(subMerchantId, { responseCode: '51' })
  const outcomes = await Promise.all(Array.from({ length: 20 }, () => desk.pay().send()))
  const refusals = outcomes.flatMap((one) => (one.kind === 'refused' ? [one.responseCode] : []))
  assert.deepEqual(refusals.toSorted(), ['05', '51'])
})

test('where the line to the book is broken every verb answers unknown and none throws', async () => {
  const database = testDatabase.connect(1)
  const broken = createKkiSimulator({ database, clock, random: systemRandom, keyRing: testKeyRing })
  const desk = createDesk(worldOf(broken, clock))
  await database.end()
  const [binding, payment] = [desk.bind(), desk.pay()]
  const messages = [
    binding,
    desk.tryOtp(binding),
    desk.unbind(binding.command, 'an account'),
    payment,
    desk.refund(payment),
  ]
  for (const message of messages) {
    const outcome = await message.send()
    assert.ok(outcome.kind === 'unknown')
    assert.match(outcome.reason, /line broke/)
  }
  assert.equal((await desk.inquire(payment)).kind, 'unknown')
  assert.equal((await desk.reverse(payment)).kind, 'unknown')
})
