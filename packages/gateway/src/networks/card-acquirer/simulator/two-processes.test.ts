/**
 * Two processes share the simulated acquirer's book: the suite again, each message to the other
 * process than the one before, so that repeats and all that comes at once meet in the database.
 */
import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import { createTestDatabase } from '../../../../../../test/harness/database.ts'
import { systemClock } from '../../../primitives/clock.ts'
import { systemRandom } from '../../../primitives/random.ts'
import { createDesk, percent } from '../conformance/world.ts'
import { testCardAcquirer } from '../conformance.ts'
import type { CardAcquirer } from '../contract.ts'
import { createAcquirerSimulator } from './index.ts'
import { worldOf } from './world.ts'

const testDatabase = await createTestDatabase()
after(() => testDatabase.drop())
// Everything also works with a pool of one connection (design.md 2).
const [one, other] = [1, 3].map((connections) =>
  createAcquirerSimulator({
    database: testDatabase.connect(connections),
    clock: systemClock(),
    random: systemRandom,
  }),
)
assert.ok(one && other)

/** Two connectors as one: each call goes to the other of them than the call before. */
function takingTurns([mine, theirs]: readonly [CardAcquirer, CardAcquirer]): CardAcquirer {
  let turn = 0
  const next = () => (turn++ % 2 === 0 ? mine : theirs)
  return {
    acquirerId: mine.acquirerId,
    capabilities: mine.capabilities,
    sale: (...given) => next().sale(...given),
    authorize: (...given) => next().authorize(...given),
    capture: (...given) => next().capture(...given),
    void: (...given) => next().void(...given),
    refund: (...given) => next().refund(...given),
    inquire: (...given) => next().inquire(...given),
    reverse: (...given) => next().reverse(...given),
    closeBatch: (...given) => next().closeBatch(...given),
  }
}

const acquirer = takingTurns([one.acquirer('BNI'), other.acquirer('BNI')])
const world = worldOf(one, 'BNI', { acquirer })
testCardAcquirer('two processes', world)

test('what two processes approved at once is what stands', async () => {
  const desk = createDesk(world)
  for (let round = 0; round < 10; round++) {
    const authorization = await desk.approved(desk.first('authorize'))
    const captures = [60n, 70n, 80n, 90n].map((part) =>
      desk.follow('capture', authorization, percent(part)),
    )
    const outcomes = await Promise.all(captures.map((capture) => capture.send()))
    const winners = captures.filter((_, i) => outcomes[i]?.kind === 'approved')
    const [capture] = winners
    assert.ok(capture && winners.length === 1)
    const refunds = Array.from({ length: 12 }, () => desk.follow('refund', capture, percent(10n)))
    const refunded = await Promise.all(refunds.map((refund) => refund.send()))
    const count = refunded.filter(({ kind }) => kind === 'approved').length
    assert.equal(count, Number(capture.command.amount.minor / percent(10n).minor))
    const { subMerchantId, invoiceNumber, references } = authorization.command
    assert.deepEqual(
      [...(await one.standing(subMerchantId, invoiceNumber))],
      [
        {
          kind: 'authorize',
          rrn: references.rrn,
          authorized: percent(100n).minor,
          captured: capture.command.amount.minor,
          refunded: percent(10n).minor * BigInt(count),
        },
      ],
    )
  }
})

test('an instruction steers one message, whichever process it comes to', async () => {
  const subMerchantId = 'MCH-steered'
  const desk = createDesk(worldOf(one, 'BNI', { acquirer, subMerchantId }))
  await other.steerNext(subMerchantId, { responseCode: '05' })
  await one.steerNext(subMerchantId, { responseCode: '51' })
  const outcomes = await Promise.all(Array.from({ length: 20 }, () => desk.first('sale').send()))
  const refusals = outcomes.flatMap((one) => (one.kind === 'refused' ? [one.responseCode] : []))
  assert.deepEqual(refusals.toSorted(), ['05', '51'])
})

test('a batch that both processes close at once is closed once', async () => {
  const desk = createDesk(world)
  const sale = await desk.approved(desk.first('sale'))
  await Promise.all(Array.from({ length: 10 }, () => desk.closeBatch(sale, 'bat_of_both')))
  const outcome = await desk.follow('void', sale).send()
  assert.ok(outcome.kind === 'refused' && outcome.batchClosed)
  const next = await desk.approved(desk.first('sale'))
  await desk.closeBatch(sale, 'bat_of_both')
  await desk.approved(desk.follow('void', next))
})
