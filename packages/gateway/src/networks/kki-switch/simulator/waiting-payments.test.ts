/** What the issuer's app shows of the simulated switch's book. */
import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import { createTestDatabase } from '../../../../../../test/harness/database.ts'
import { money, rupiah } from '../../../primitives/money.ts'
import { systemRandom } from '../../../primitives/random.ts'
import { createDesk, taken } from '../conformance/world.ts'
import { createKkiSimulator } from './index.ts'
import { createStillClock, testKeyRing, worldOf } from './world.ts'

const testDatabase = await createTestDatabase()
after(() => testDatabase.drop())
const clock = createStillClock()
const simulator = createKkiSimulator({
  database: testDatabase.connect(2),
  clock,
  random: systemRandom,
  keyRing: testKeyRing,
})
const desk = createDesk(worldOf(simulator, clock))

/** A payment that waits. */
const waiting = async (minor = 900_200n) => (await taken(desk.pay({}, money(minor, 'IDR')))).command
const numbersShown = async () =>
  (await simulator.pendingPayments()).map(({ referenceNo }) => referenceNo)
const stateOf = async (referenceNo: string) => (await simulator.findPayment(referenceNo))?.state

test('a payment that waits is shown with all that its cardholder wants to know', async () => {
  const command = await waiting(999_999_999_999_900_250n)
  const [shown] = await simulator.pendingPayments()
  assert.deepEqual(
    { ...shown },
    {
      referenceNo: command.referenceNo,
      partnerReferenceNo: command.partnerReferenceNo,
      subMerchantId: command.subMerchantId,
      amountMinor: 999_999_999_999_900_250n,
      maskedCardNumber: '936000******0000',
      state: 'waiting',
      waitsUntil: new Date(clock.now().getTime() + 300_000),
    },
  )
  assert.deepEqual(await simulator.findPayment(command.referenceNo), shown)
})

test('what waits is shown newest first, whatever else the switch received', async () => {
  const first = await waiting()
  await desk.pay().send()
  await desk.pay({}, rupiah(9_051n)).send()
  await desk.bind().send()
  const second = await waiting()
  clock.moveBy(1_000)
  const third = await waiting()
  const numbers = [third, second, first].map(({ referenceNo }) => referenceNo)
  assert.deepEqual((await numbersShown()).slice(0, 3), numbers)
})

test('a payment is waited for until it is decided, taken back or too old', async () => {
  const [approved, declined, reversed, expired] = [
    await waiting(),
    await waiting(),
    await taken(desk.pay({}, rupiah(9_002n))),
    await waiting(),
  ]
  await simulator.confirm(approved.referenceNo, true)
  await simulator.confirm(declined.referenceNo, false)
  await desk.reverse(reversed)
  assert.equal(await stateOf(expired.referenceNo), 'waiting')
  clock.moveBy(300_000)
  assert.deepEqual(await numbersShown(), [])
  assert.equal(await stateOf(approved.referenceNo), 'approved')
  assert.equal(await stateOf(declined.referenceNo), 'declined')
  assert.equal(await stateOf(reversed.command.referenceNo), 'reversed')
  const late = await simulator.findPayment(expired.referenceNo)
  assert.deepEqual([late?.state, late?.waitsUntil], ['expired', null])
})

test('a payment that did not wait is shown as it was answered', async () => {
  const paid = desk.pay()
  const refused = desk.pay({}, rupiah(9_051n))
  await Promise.all([paid.send(), refused.send()])
  assert.equal(await stateOf(paid.command.referenceNo), 'approved')
  assert.equal(await stateOf(refused.command.referenceNo), 'declined')
})

test('a number that no payment has is not found, nor one that was taken back before it came', async () => {
  assert.equal(await simulator.findPayment('REF-nobody'), undefined)
  const lost = desk.pay()
  await desk.reverse(lost)
  assert.equal(await simulator.findPayment(lost.command.referenceNo), undefined)
})

test('a flood shows its fifty newest', async () => {
  const commands = []
  for (let i = 0; i < 52; i++) commands.push(await waiting())
  const newest = commands.slice(2).map(({ referenceNo }) => referenceNo)
  assert.deepEqual(await numbersShown(), newest.reverse())
})
