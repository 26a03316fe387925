/** What tells the sandbox's acquirers apart, and what they do when the line to the book breaks. */
import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import { createTestDatabase } from '../../../../../../test/harness/database.ts'
import { systemClock } from '../../../primitives/clock.ts'
import { systemRandom } from '../../../primitives/random.ts'
import { createDesk, messageKinds } from '../conformance/world.ts'
import type { PaymentTerms } from '../contract.ts'
import { createAcquirerSimulator } from './index.ts'
import { type SimulatedAcquirerId, worldOf } from './world.ts'

const testDatabase = await createTestDatabase()
after(() => testDatabase.drop())
const deps = { clock: systemClock(), random: systemRandom }
const simulator = createAcquirerSimulator({ ...deps, database: testDatabase.connect(2) })
const deskOf = (acquirerId: SimulatedAcquirerId) => createDesk(worldOf(simulator, acquirerId))

const recurring = (ordinal: number): PaymentTerms => ({
  kind: 'recurring',
  billingNumber: 'bill-1',
  ordinal,
  variability: 'FIXED',
})

test('the first approved recurring payment at Bank Mandiri has a billing transaction id', async () => {
  const desk = deskOf('BANK_MANDIRI')
  const sale = desk.first('sale', undefined, { terms: recurring(1) })
  const outcome = await sale.send()
  assert.ok(outcome.kind === 'approved')
  assert.match(outcome.billingTransactionId ?? '', /^\d{22}$/)
  // A lost answer is found whole: by a repeat and by an inquiry.
  assert.deepEqual(await sale.send(), outcome)
  assert.deepEqual(await desk.inquire(sale), outcome)
  const other = await desk.first('sale', undefined, { terms: recurring(1) }).send()
  assert.ok(other.kind === 'approved')
  assert.notEqual(other.billingTransactionId, outcome.billingTransactionId)
})

test('a refused first recurring payment has none', async () => {
  const desk = deskOf('BANK_MANDIRI')
  const sale = desk.first('sale', undefined, { terms: recurring(1) })
  await simulator.steerNext('MCH-1', { responseCode: '51' })
  const outcome = await sale.send()
  assert.ok(outcome.kind === 'refused' && !('billingTransactionId' in outcome))
  const rows = await testDatabase.connect(1)`
    select billing_transaction_id from sandbox.acquirer_messages
    where rrn = ${sale.command.references.rrn}`
  assert.deepEqual(rows[0]?.['billing_transaction_id'], null)
})

for (const [acquirerId, terms, what] of [
  ['BANK_MANDIRI', recurring(2), 'a following recurring payment'],
  ['BANK_MANDIRI', { kind: 'moto' }, 'a payment by mail or telephone'],
  ['BANK_MANDIRI', { kind: 'installment', planId: '1232131', tenor: 3 }, 'an instalment payment'],
  ['BANK_MANDIRI', undefined, 'a plain sale'],
  ['BANK_CIMB', recurring(1), 'a first recurring payment'],
  ['BNI', recurring(1), 'a first recurring payment'],
] as const) {
  test(`${what} at ${acquirerId} has no billing transaction id`, async () => {
    const outcome = await deskOf(acquirerId).first('sale', undefined, { terms }).send()
    assert.ok(outcome.kind === 'approved')
    assert.equal(outcome.billingTransactionId, undefined)
  })
}

test('only BANK_CIMB takes no refund messages: it refuses them, and the book shows it', async () => {
  const all = { inquiry: true, void: true, partialReversal: true, onlineRefund: true }
  assert.deepEqual(simulator.acquirer('BNI').capabilities, all)
  assert.deepEqual(simulator.acquirer('BANK_MANDIRI').capabilities, all)
  const cimb = simulator.acquirer('BANK_CIMB')
  assert.deepEqual(cimb.capabilities, { ...all, onlineRefund: false })
  const desk = deskOf('BANK_CIMB')
  const refund = desk.follow('refund', await desk.approved(desk.first('sale')))
  const outcome = await refund.send()
  assert.ok(outcome.kind === 'refused' && outcome.responseCode === '57')
  const messages = await simulator.messages('MCH-1', refund.command.invoiceNumber)
  assert.deepEqual(
    messages.map(({ kind, responseCode }) => `${kind} ${responseCode}`),
    ['sale 00', 'refund 57'],
  )
})

test('the same references at another acquirer or of another kind are another message', async () => {
  const sale = deskOf('BNI').first('sale')
  const { references } = sale.command
  await deskOf('BNI').approved(sale)
  await deskOf('BNI').approved(deskOf('BNI').first('authorize', undefined, { references }))
  const elsewhere = deskOf('BANK_CIMB').first('sale', undefined, { references })
  assert.equal((await deskOf('BANK_CIMB').inquire(elsewhere)).kind, 'not_found')
  await deskOf('BANK_CIMB').approved(elsewhere)
})

test('every message about a card shows its mask', async () => {
  const desk = deskOf('BNI')
  const late = desk.first('sale')
  await desk.reverse(late)
  assert.equal((await late.send()).kind, 'refused')
  const hold = await desk.approved(desk.first('authorize'))
  const capture = await desk.approved(desk.follow('capture', hold))
  await desk.inquire(capture)
  await desk.approved(desk.follow('refund', capture))
  await desk.reverse(capture)
  const messages = await simulator.messages('MCH-1', hold.command.invoiceNumber)
  const kinds = ['authorize', 'capture', 'inquiry', 'refund', 'reversal']
  assert.deepEqual(
    messages.map(({ kind, maskedCardNumber }) => [kind, maskedCardNumber]),
    kinds.map((kind) => [kind, '411111******1111']),
  )
  const ofLate = await simulator.messages('MCH-1', late.command.invoiceNumber)
  assert.deepEqual(
    ofLate.map(({ kind, maskedCardNumber }) => [kind, maskedCardNumber]),
    // Nobody had told the acquirer a card when the reversal came.
    [
      ['reversal', ''],
      ['sale', '411111******1111'],
    ],
  )
})

test('where the line to the book is broken every verb answers unknown and none throws', async () => {
  const database = testDatabase.connect(1)
  const broken = createAcquirerSimulator({ ...deps, database })
  const desk = createDesk(worldOf(broken, 'BNI'))
  const working = deskOf('BNI')
  const sale = await working.approved(working.first('sale'))
  await database.end()
  for (const kind of messageKinds) {
    const message =
      kind === 'sale' || kind === 'authorize' ? desk.first(kind) : desk.follow(kind, sale)
    const outcome = await message.send()
    assert.ok(outcome.kind === 'unknown')
    assert.match(outcome.reason, /line broke/)
  }
  assert.equal((await desk.inquire(sale)).kind, 'unknown')
  assert.equal((await desk.reverse(sale)).kind, 'unknown')
  const { mid, tid } = sale.command
  const batch = { mid, tid, batchId: 'bat_broken' }
  const closed = await broken.acquirer('BNI').closeBatch(batch, AbortSignal.timeout(1_000))
  assert.equal(closed.kind, 'unknown')
})
