import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import {
  beginCharge,
  merchantId,
  newBegin,
  settlementOf,
  settleOperation,
} from '../../../../../test/harness/charges.ts'
import { createTestDatabase } from '../../../../../test/harness/database.ts'
import { findByOperation } from './payments.store.ts'
import { loseOperation } from './settle.store.ts'

const testDatabase = await createTestDatabase()
after(() => testDatabase.drop())
const database = testDatabase.connect(8)

async function begun() {
  const begin = newBegin({ notificationUrl: 'https://merchant.example/notify' })
  await beginCharge(database, begin)
  const { paymentId } = begin.payment
  return {
    begin,
    approval: settlementOf(begin, 'approve'),
    refusal: settlementOf(begin, 'refuse'),
    row: async () => {
      const [row] = await database`
        select p.state as payment, o.state as operation, captured_minor::text as captured,
          p.approval_code as code, version,
          (select count(*)::int from notifications n where n.payment_id = p.payment_id) as told
        from payments p
        join operations o using (merchant_id, payment_id)
        where p.payment_id = ${paymentId}`
      return { ...row }
    },
  }
}

const captured = {
  payment: 'captured',
  operation: 'approved',
  captured: '9000000',
  code: '777777',
  version: 2,
  told: 1,
}
const refused = {
  payment: 'refused',
  operation: 'refused',
  captured: '0',
  code: null,
  version: 2,
  told: 1,
}

test('an approval captures the payment and writes one notification', async () => {
  const { approval, row } = await begun()
  assert.equal(await settleOperation(database, approval), true)
  assert.deepEqual(await row(), captured)
})

test('a refusal refuses the payment and writes one notification', async () => {
  const { refusal, row } = await begun()
  assert.equal(await settleOperation(database, refusal), true)
  assert.deepEqual(await row(), refused)
})

test('lost connection: a settle that is repeated settles once and tells the merchant once', async () => {
  const { begin, approval, row } = await begun()
  assert.equal(await settleOperation(database, approval), true)
  assert.equal(await settleOperation(database, approval), false)
  assert.deepEqual(await row(), captured)
  const found = await findByOperation(database, merchantId, begin.operation.operationId)
  assert.equal(found?.payment.approvalCode, '777777')
})

test('two settles at once: one wins, and the payment is what the winner says', async () => {
  for (let round = 0; round < 10; round++) {
    const { approval, refusal, row } = await begun()
    const settles = [approval, refusal, approval, refusal]
    const won = await Promise.all(settles.map((settle) => settleOperation(database, settle)))
    assert.equal(won.filter(Boolean).length, 1)
    assert.deepEqual(await row(), won.indexOf(true) % 2 === 0 ? captured : refused)
  }
})

test('a lost answer leaves the payment pending and tells nobody, until it is settled', async () => {
  const { begin, approval, row } = await begun()
  assert.equal(
    await loseOperation(database, {
      merchantId,
      operationId: begin.operation.operationId,
      lookAt: new Date(),
    }),
    true,
  )
  const pending = { payment: 'pending', operation: 'unknown', captured: '0', code: null }
  assert.deepEqual(await row(), { ...pending, version: 1, told: 0 })
  assert.equal(await settleOperation(database, approval), true)
  assert.deepEqual(await row(), captured)
})

test('an answer that is lost after all does not unsettle what is settled', async () => {
  const { begin, approval, row } = await begun()
  await settleOperation(database, approval)
  assert.equal(
    await loseOperation(database, {
      merchantId,
      operationId: begin.operation.operationId,
      lookAt: new Date(),
    }),
    false,
  )
  assert.deepEqual(await row(), captured)
})

test('another merchant settles nothing', async () => {
  const { begin, approval, row } = await begun()
  const elsewhere = 'mer_another' as typeof merchantId
  assert.equal(await settleOperation(database, { ...approval, merchantId: elsewhere }), false)
  assert.equal(
    await loseOperation(database, {
      merchantId: elsewhere,
      operationId: begin.operation.operationId,
      lookAt: new Date(),
    }),
    false,
  )
  assert.equal((await row())['operation'], 'asked')
})

test('without a notification URL nothing is written to be told', async () => {
  const begin = newBegin()
  await beginCharge(database, begin)
  assert.equal(await settleOperation(database, settlementOf(begin, 'approve')), true)
  const told = await database`
    select from notifications where payment_id = ${begin.payment.paymentId}`
  assert.equal(told.length, 0)
})

test('a settle after a reset ends without a trace', async () => {
  const { begin, approval } = await begun()
  await database`truncate requests, cards, payments, operations, notifications`
  assert.equal(await settleOperation(database, approval), false)
  assert.equal(await findByOperation(database, merchantId, begin.operation.operationId), undefined)
  const [row] = await database`
    select (select count(*)::int from payments) + (select count(*)::int from operations)
      + (select count(*)::int from notifications) as rows`
  assert.equal(row?.['rows'], 0)
})

test('a settled invoice is free for the next charge, unless it may be paid once only', async () => {
  for (const invoiceExclusive of [false, true]) {
    const invoiceNumber = `INV-again-${invoiceExclusive}`
    const first = newBegin({ invoiceNumber, invoiceExclusive })
    await beginCharge(database, first)
    await settleOperation(database, settlementOf(first, 'approve'))
    const next = beginCharge(database, newBegin({ invoiceNumber, invoiceExclusive }))
    if (invoiceExclusive) await assert.rejects(next, { problem: 'double_request' })
    else assert.equal((await next).kind, 'begun')
  }
})
