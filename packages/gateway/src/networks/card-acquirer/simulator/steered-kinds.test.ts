/** Every kind of message follows the test amounts and instructions of sandbox.md by its own. */
import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import { createTestDatabase } from '../../../../../../test/harness/database.ts'
import { systemClock } from '../../../primitives/clock.ts'
import { rupiah } from '../../../primitives/money.ts'
import { systemRandom } from '../../../primitives/random.ts'
import { createDesk, messageKinds, named, type Prepared } from '../conformance/world.ts'
import type { AcquirerOutcome, MessageKind } from '../contract.ts'
import { createAcquirerSimulator } from './index.ts'
import { worldOf } from './world.ts'

const testDatabase = await createTestDatabase()
after(() => testDatabase.drop())
const system = systemClock()
/** The delays that answers were given; the clock runs a hundred times as fast. */
const delays: number[] = []
const simulator = createAcquirerSimulator({
  database: testDatabase.connect(2),
  clock: {
    ...system,
    startTimer: (milliseconds, ring) => {
      delays.push(milliseconds)
      return system.startTimer(milliseconds / 100, ring)
    },
  },
  random: systemRandom,
})
const subMerchantId = 'MCH-1'
const desk = createDesk(worldOf(simulator, 'BNI'))
const steerNext = simulator.steerNext.bind(simulator, subMerchantId)

/** `approved 00`, `refused 51` or `unknown`. */
const brief = (outcome: AcquirerOutcome) =>
  outcome.kind === 'unknown' ? outcome.kind : `${outcome.kind} ${outcome.responseCode}`

/** A message of this kind and amount; what it is about was sent with an amount that steers nothing. */
async function prepare(kind: MessageKind, amount: bigint): Promise<Prepared> {
  if (kind === 'sale' || kind === 'authorize') return desk.first(kind, rupiah(amount))
  const first = kind === 'capture' ? 'authorize' : 'sale'
  if (kind !== 'void') {
    return desk.follow(
      kind,
      await desk.approved(desk.first(first, rupiah(500_000n))),
      rupiah(amount),
    )
  }
  // A void is of the whole, so its amount is that of a sale whose own steering was overruled.
  await steerNext({ responseCode: '00' })
  return desk.follow(kind, await desk.approved(desk.first(first, rupiah(amount))))
}

const received = async ({ kind, command }: Prepared) =>
  (await simulator.messages(subMerchantId, command.invoiceNumber)).filter(
    (one) => one.kind === kind,
  )

for (const kind of messageKinds) {
  for (const [amount, expected] of [
    [19_000n, 'approved 00'],
    [19_008n, 'approved 08'],
    [19_010n, 'approved 10'],
    [19_011n, 'approved 11'],
    [19_005n, 'refused 05'],
    [19_051n, 'refused 51'],
    [19_091n, 'refused 91'],
    [19_100n, 'approved 00'],
    [90_519n, 'approved 00'],
  ] as const) {
    test(`${named[kind]} of ${amount} is ${expected}`, async () => {
      const prepared = await prepare(kind, amount)
      assert.equal(brief(await prepared.send()), expected)
      const [message] = await received(prepared)
      assert.equal(message?.responseCode, expected.slice(-2))
      assert.equal(message?.approvalCode === null, expected.startsWith('refused'))
    })
  }

  test(`${named[kind]} of …9068 is approved in the book, and its answer is lost`, async () => {
    const prepared = await prepare(kind, 19_068n)
    assert.equal(brief(await prepared.send(AbortSignal.timeout(50))), 'unknown')
    const [message] = await received(prepared)
    assert.equal(message?.responseCode, '00')
    assert.equal((await desk.inquire(prepared)).kind, 'approved')
  })

  test(`${named[kind]} of …9069 never reaches the book`, async () => {
    const prepared = await prepare(kind, 19_069n)
    assert.equal(brief(await prepared.send(AbortSignal.timeout(50))), 'unknown')
    assert.equal((await received(prepared)).length, 0)
    assert.equal((await desk.inquire(prepared)).kind, 'not_found')
  })

  test(`${named[kind]} of …9096 is answered after 3 s`, async () => {
    const prepared = await prepare(kind, 19_096n)
    delays.length = 0
    assert.equal(brief(await prepared.send()), 'approved 00')
    assert.deepEqual(delays, [3_000])
  })

  test(`an instruction goes before the amount of ${named[kind]}, and steers one message`, async () => {
    for (const responseCode of ['51', '68', '69', '96']) {
      const prepared = await prepare(kind, 19_008n)
      await steerNext({ responseCode })
      assert.equal(brief(await prepared.send()), `refused ${responseCode}`)
      const next = await prepare(kind, 19_008n)
      assert.equal(brief(await next.send()), 'approved 08')
    }
  })

  for (const [lose, count] of [
    ['answer', 1],
    ['request', 0],
  ] as const) {
    test(`an instruction loses the ${lose} of ${named[kind]}`, async () => {
      const prepared = await prepare(kind, 19_100n)
      await steerNext({ lose })
      assert.equal(brief(await prepared.send(AbortSignal.timeout(50))), 'unknown')
      assert.equal((await received(prepared)).length, count)
    })
  }

  test(`an instruction delays the answer to ${named[kind]}`, async () => {
    const prepared = await prepare(kind, 19_100n)
    await steerNext({ delayMs: 600 })
    delays.length = 0
    assert.equal(brief(await prepared.send()), 'approved 00')
    assert.deepEqual(delays, [600])
  })
}

test('inquiries, reversals and the end of a batch are never steered, and leave instructions', async () => {
  for (const amount of [19_051n, 19_068n, 19_069n]) {
    await steerNext({ responseCode: '00' })
    const sale = await desk.approved(desk.first('sale', rupiah(amount)))
    await steerNext({ lose: 'request' })
    assert.equal((await desk.inquire(sale)).kind, 'approved')
    assert.deepEqual(await desk.reverse(sale), { kind: 'acknowledged' })
    await desk.closeBatch(sale, `bat_${amount}`)
    const next = await desk.first('sale').send(AbortSignal.timeout(50))
    assert.equal(next.kind, 'unknown')
  }
})

test('steering cannot approve what the book does not allow', async () => {
  const sale = await desk.approved(desk.first('sale', rupiah(10_000n)))
  await steerNext({ responseCode: '00' })
  assert.equal(brief(await desk.follow('refund', sale, rupiah(19_008n)).send()), 'refused 61')
})
