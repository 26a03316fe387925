/** Plans are made once, for an empty table; what the settlement reads must not grow with it. */
import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import {
  announceWithNewIds,
  merchantId,
  newBegin,
  settlementOf,
} from '../../../../../test/harness/charges.ts'
import { createTestDatabase } from '../../../../../test/harness/database.ts'
import { rowsRead } from '../../../../../test/harness/rows-read.ts'
import type { OperationOfPayment } from '../payment.ts'
import {
  findBatchLines,
  findBatchTotals,
  findUnsettledAccounts,
  isAnythingUnsettled,
  releaseHeld,
  takePayments,
  takeRefunds,
} from './batch.store.ts'
import { beginCharges } from './begin.store.ts'
import { findManualRefund, findRefundable } from './payments.store.ts'
import { settleOperations } from './settle.store.ts'

const testDatabase = await createTestDatabase()
after(() => testDatabase.drop())
// One connection, so that all statements run by the plans that the first of them made.
const database = testDatabase.connect(1)
const account = { acquirerId: 'BNI', mid: '000100012345', tid: '10001234' }

/** Captured payments, each with a manual refund that is approved. */
async function pay(count: number): Promise<OperationOfPayment[]> {
  const begins = Array.from({ length: count }, () => newBegin())
  await beginCharges(database, begins)
  const settlements = begins.map((begin) => settlementOf(begin, 'approve'))
  await settleOperations(database, announceWithNewIds, settlements)
  for (const { payment, operation } of begins) {
    await database`
      insert into operations (
        merchant_id, operation_id, payment_id, kind, state, amount_minor, ask_until, stan, rrn,
        transmitted_at, original_operation_id, request_id, refund_type, created_at, settled_at
      )
      select merchant_id, operation_id || '-refund', payment_id, 'refund', 'approved', 100,
        ask_until, stan, rrn, transmitted_at, operation_id, request_id || '-refund',
        'MANUAL_PARTIAL_REFUND', created_at, created_at
      from operations
      where merchant_id = ${payment.merchantId} and operation_id = ${operation.operationId}`
  }
  return begins
}

let lastBatch = 0

/** Everything that the settlement asks of payments, about a batch of its own. */
async function settle(): Promise<number> {
  lastBatch += 1
  const batchId = `bat_${lastBatch}`
  const batch = database`select now() + interval '1 day' as cut_off_at`
  const taking = { ...account, batchId, batch, after: '', limit: 1_000 }
  assert.ok(await isAnythingUnsettled(database))
  assert.equal((await findUnsettledAccounts(database, new Date())).length, 1)
  const payments = await takePayments(database, taking)
  assert.equal((await takeRefunds(database, taking)).length, payments.length)
  assert.equal(Number((await findBatchTotals(database, batchId)).paymentCount), payments.length)
  assert.equal((await findBatchLines(database, batchId, merchantId)).length, 2 * payments.length)
  return payments.length
}

const tables = ['payments', 'operations']

async function readBy(work: () => Promise<unknown>): Promise<number> {
  const before = await rowsRead(database, tables)
  await work()
  return (await rowsRead(database, tables)) - before
}

/** What a refund, a release and a decision look up. */
async function lookUp({ payment, operation }: OperationOfPayment): Promise<void> {
  const { invoiceNumber, requestId } = payment
  assert.ok(await findRefundable(database, merchantId, invoiceNumber, requestId))
  assert.equal(await releaseHeld(database, merchantId, invoiceNumber), 0)
  const refund = await findManualRefund(database, merchantId, `${requestId}-refund`)
  assert.equal(refund?.operation.operationId, `${operation.operationId}-refund`)
}

test('a settled payment is found among 400 by as many rows as alone, and 400 are settled by 400 times those of one', async () => {
  const [first] = await pay(1)
  assert.ok(first)
  const oneSettled = await readBy(settle)
  const alone = await readBy(() => lookUp(first))
  const paid = await pay(400)
  const allSettled = await readBy(settle)
  const among = await readBy(() => lookUp(paid[200] ?? first))
  // Versions of a row that were not vacuumed yet may be passed on the way; never the table.
  assert.ok(among <= alone + 10, `${alone} rows alone, ${among} among 400`)
  // Entries of what was changed a moment ago may be passed on the way; all rows for each one would
  // be a hundred times as many.
  assert.ok(allSettled <= 400 * (oneSettled + 10), `${oneSettled} for one, ${allSettled} for 400`)
})
