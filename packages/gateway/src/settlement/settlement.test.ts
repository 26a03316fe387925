/** Settlement as a merchant and the sandbox's control surface see it (sandbox.md). */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { advance, anotherMerchant } from '../../../../test/conformance/calls.ts'
import {
  asksBack,
  batchesOf,
  doBooksAgree,
  paymentOf,
  pays,
  reportOf,
  settleNow,
} from '../../../../test/harness/settlements.ts'
import { control, createWorld, cutOffOfTests, newInvoice } from '../../../../test/harness/world.ts'
import { sandboxClientId } from '../api/sandbox/sandbox-merchants.ts'
import { followingCutOff, formatJakartaTime, lastCutOff } from './jakarta-time.ts'

const world = await createWorld()
const { clock } = world
const release = (invoiceNumber: string) =>
  control(world, 'POST', '/sandbox/settlements/release', { invoiceNumber })

// A minute past a cut-off, so that none falls into a test by itself.
const nextCutOff = () => followingCutOff(lastCutOff(clock.now(), cutOffOfTests))
await advance(world, (nextCutOff().getTime() - clock.now().getTime() + 60_000) / 3_600_000)

test('moving the clock over the cut-off in Jakarta closes a batch of each account', async () => {
  const paid = [
    await pays(world),
    await pays(world, { amount: 10_000 }),
    await pays(world, { at: 'BANK_MANDIRI' }),
  ]
  const cutOff = nextCutOff()
  const hours = (cutOff.getTime() - clock.now().getTime()) / 3_600_000
  await advance(world, hours - 0.01)
  assert.deepEqual(await batchesOf(world), [])
  await advance(world, 0.02)
  const batches = await batchesOf(world)
  const seen = batches.map((batch) => [batch.acquirerId, batch.state, batch.payments, batch.net])
  assert.deepEqual(seen.sort(), [
    ['BANK_MANDIRI', 'closed', 1, 90_000],
    ['BNI', 'closed', 2, 100_000],
  ])
  for (const batch of batches) assert.equal(batch.cutOffAt, cutOff.toISOString())
  for (const one of paid) assert.notEqual((await paymentOf(world, one)).batchId, null)
})

test('several days at once are one batch, of the first cut-off', async () => {
  const known = (await batchesOf(world)).length
  const cutOff = nextCutOff()
  await pays(world)
  await advance(world, 72)
  const batches = await batchesOf(world)
  assert.equal(batches.length, known + 1)
  assert.equal(batches[0]?.cutOffAt, cutOff.toISOString())
})

test('settle now closes what is open, and nothing where nothing is', async () => {
  const paid = [await pays(world), await pays(world, { at: 'BANK_CIMB' })]
  const batches = await settleNow(world)
  assert.deepEqual(
    batches.map(({ acquirerId, state, payments }) => [acquirerId, state, payments]),
    [
      ['BANK_CIMB', 'closed', 1],
      ['BNI', 'closed', 1],
    ],
  )
  const ids = batches.map(({ batchId }) => batchId)
  for (const one of paid) assert.ok(ids.includes(String((await paymentOf(world, one)).batchId)))
  assert.deepEqual(await settleNow(world), [])
})

test('a held payment is in no batch until it is released', async () => {
  const held = await pays(world, { hold: true })
  assert.deepEqual(await settleNow(world), [])
  await advance(world, 48)
  assert.equal((await paymentOf(world, held)).batchId, null)

  const released = await release(held.invoice)
  assert.deepEqual(released.body, { invoiceNumber: held.invoice, released: true })
  assert.equal((await paymentOf(world, held)).batchId, null)
  const [batch] = await settleNow(world)
  assert.equal((await paymentOf(world, held)).batchId, batch?.batchId)
  assert.equal((await release(held.invoice)).body.released, false)
})

test('an invoice that nobody knows, or that is another merchant’s, cannot be released', async () => {
  const other = await anotherMerchant(world)
  const { invoice } = await pays(world, { hold: true, as: other })
  for (const invoiceNumber of [newInvoice(), invoice]) {
    const answer = await release(invoiceNumber)
    assert.equal(answer.status, 404)
    assert.equal(answer.body.error.code, 'NOT_FOUND')
  }
  for (const body of [{}, { invoiceNumber: '' }, { invoiceNumber: invoice, all: true }]) {
    assert.equal((await control(world, 'POST', '/sandbox/settlements/release', body)).status, 400)
  }
})

test('what is settled is refunded, not voided, and the refund is in the next batch', async () => {
  const paid = await pays(world, { amount: 50_000 })
  const [batch] = await settleNow(world)
  assert.ok(batch)
  const { type, status } = await asksBack(world, paid, { amount: 20_000 })
  assert.deepEqual([type, status], ['PARTIAL_REFUND', 'SUCCESS'])
  const before = await reportOf(world, batch.batchId)
  assert.deepEqual(
    before.rows.map(({ line, net_amount }) => [line, net_amount]),
    [['CAPTURE', '50000']],
  )

  const [next] = await settleNow(world)
  assert.ok(next)
  const { payments, captured, refunds, refunded, net } = next
  assert.deepEqual([payments, captured, refunds, refunded, net], [0, 0, 1, 20_000, -20_000])
  const { rows } = await reportOf(world, next.batchId)
  assert.equal(rows.length, 1)
  assert.equal(rows[0]?.['line'], 'PARTIAL_REFUND')
  assert.equal(rows[0]?.['invoice_number'], paid.invoice)
  assert.equal(rows[0]?.['net_amount'], '-20000')
  assert.equal((await reportOf(world, batch.batchId)).answer.body, before.answer.body)
  assert.ok(await doBooksAgree(world, paid))
  assert.deepEqual(await settleNow(world), [])
})

test('the report has a line for each payment of the merchant, and none of another', async () => {
  const other = await anotherMerchant(world)
  const ours = await pays(world, { amount: 12_345, invoice: '=cmd,"1"' })
  const theirs = await pays(world, { as: other })
  const [batch] = await settleNow(world)
  assert.ok(batch)
  const { answer } = await reportOf(world, batch.batchId)
  assert.equal(answer.statusCode, 200)
  assert.match(String(answer.headers['content-type']), /^text\/csv/)
  assert.match(
    String(answer.headers['content-disposition']),
    /^attachment; filename="bat_\w+\.csv"$/,
  )
  const [message] = (
    await control(
      world,
      'GET',
      `/sandbox/acquirer/messages?invoiceNumber=${encodeURIComponent(ours.invoice)}`,
    )
  ).body.messages
  const [operation] = await world.database<{ settledAt: Date }[]>`
    select settled_at as "settledAt" from operations where request_id = ${ours.requestId}`
  assert.ok(operation)
  assert.deepEqual(answer.body.split('\r\n'), [
    'batch,client_id,mid,tid,invoice_number,line,payment_type,masked_card_number,brand,' +
      'approval_code,rrn,captured_amount,refunded_amount,net_amount,captured_at,refunded_at',
    `${batch.batchId},${sandboxClientId},000100012345,10001234,"'=cmd,""1""",CAPTURE,MOTO,` +
      `411111******1111,VISA,${message.approvalCode},${message.rrn},12345,0,12345,` +
      `${formatJakartaTime(operation.settledAt)},`,
    '',
  ])
  const { rows } = await reportOf(world, batch.batchId, other.clientId)
  assert.deepEqual(
    rows.map(({ invoice_number, client_id }) => [invoice_number, client_id]),
    [[theirs.invoice, other.clientId]],
  )
})

test('a batch in which the merchant has nothing is not found, nor is one that is none', async () => {
  const stranger = await anotherMerchant(world)
  const [batch] = await batchesOf(world)
  assert.equal(
    (await reportOf(world, String(batch?.batchId), stranger.clientId)).answer.statusCode,
    404,
  )
  assert.equal((await reportOf(world, 'bat_none')).answer.statusCode, 404)
})

test('a refund after the acquirer closed its own batch is no void; both lines are in one batch', async () => {
  const paid = await pays(world, { amount: 70_000 })
  const { acquirer } = world.acquirerSimulator
  const account = { mid: '000100012345', tid: '10001234' }
  await acquirer('BNI').closeBatch({ ...account, batchId: 'theirs' }, new AbortController().signal)
  const { type, status } = await asksBack(world, paid)
  assert.deepEqual([type, status], ['FULL_REFUND', 'SUCCESS'])
  const row = await paymentOf(world, paid)
  assert.deepEqual([row.state, row.voidClosed, row.batchId], ['refunded', true, null])

  const [batch] = await settleNow(world)
  const { payments, captured, refunded, net } = batch ?? {}
  assert.deepEqual([payments, captured, refunded, net], [1, 70_000, 70_000, 0])
  const { rows } = await reportOf(world, String(batch?.batchId))
  assert.deepEqual(
    rows.map(({ line, net_amount }) => [line, net_amount]),
    [
      ['CAPTURE', '70000'],
      ['FULL_REFUND', '-70000'],
    ],
  )
  assert.ok(await doBooksAgree(world, paid))
})

test('a reset empties the batches, and what is paid after it waits for its own cut-off', async () => {
  // Again and again, with background work that is about its business at that moment.
  for (let i = 0; i < 10; i++) {
    await pays(world)
    await advance(world, 30)
    world.app.jobs.wake()
    assert.equal((await control(world, 'POST', '/sandbox/reset')).status, 200)
    assert.deepEqual(await batchesOf(world), [])
    const paid = await pays(world)
    await advance(world, 0)
    assert.equal((await paymentOf(world, paid)).batchId, null)
    const cutOff = nextCutOff()
    await advance(world, 24)
    const [batch] = await batchesOf(world)
    assert.equal(batch?.cutOffAt, cutOff.toISOString())
    assert.equal((await paymentOf(world, paid)).batchId, batch?.batchId)
  }
})
