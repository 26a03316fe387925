/** begin of captures and refunds, repeated as after a lost connection: the database answers nobody. */
import assert from 'node:assert/strict'
import { randomBytes, randomUUID } from 'node:crypto'
import { after, test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import {
  beginCharge,
  merchantId,
  newBegin,
  settleOperation,
} from '../../../../../test/harness/charges.ts'
import { createTestDatabase } from '../../../../../test/harness/database.ts'
import { inTransaction } from '../../platform/database/index.ts'
import { later, systemClock } from '../../primitives/clock.ts'
import { createIds } from '../../primitives/id.ts'
import { rupiah } from '../../primitives/money.ts'
import { systemRandom } from '../../primitives/random.ts'
import { settlementOf } from '../outcome.ts'
import { newOperation, type OperationOfPayment } from '../payment.ts'
import { type BeginFollowUp, beginFollowUp } from './follow-up.store.ts'
import { findByOperation } from './payments.store.ts'

const testDatabase = await createTestDatabase()
after(() => testDatabase.drop())
const database = testDatabase.connect(8)
const ids = createIds(systemClock(), systemRandom)

const approval = { kind: 'approved', responseCode: '00', approvalCode: '777777' } as const

async function find(operationId: string): Promise<OperationOfPayment> {
  const found = await findByOperation(database, merchantId, operationId)
  assert.ok(found)
  return found
}

/** A charge of 90,000 that was approved: a sale that is settled, or a hold. */
async function charged(kind: 'sale' | 'authorize') {
  const begin = newBegin()
  const operation = { ...begin.operation, kind }
  const payment =
    kind === 'sale'
      ? begin.payment
      : { ...begin.payment, captureUntil: later(new Date(), 86_400_000) }
  await beginCharge(database, { ...begin, payment, operation })
  await settleOperation(database, settlementOf({ payment, operation }, approval, new Date()))
  if (kind === 'sale') {
    await database`update payments set batch_id = 'b' where payment_id = ${payment.paymentId}`
  }
  return find(operation.operationId)
}

function followUp(
  { payment, operation: original }: OperationOfPayment,
  kind: 'capture' | 'refund',
  amount = 30_000n,
): BeginFollowUp {
  const now = new Date()
  const requestId = randomUUID()
  return {
    payment,
    operation: newOperation({
      operationId: ids.next('operation'),
      kind,
      amount: rupiah(amount),
      references: original.references,
      askUntil: later(now, 5_000),
      originalOperationId: original.operationId,
      requestId,
      refundType: kind === 'refund' ? 'PARTIAL_REFUND' : undefined,
      createdAt: now,
    }),
    lookAt: now,
    claim: {
      merchantId,
      scope: 'transaction',
      requestId,
      route: '/a-route',
      bodyMac: randomBytes(32),
      signatureMac: randomBytes(32),
      supersedes: undefined,
    },
    requestExpiresAt: later(now, 86_400_000),
  }
}

const minor = (amount: bigint) => amount * 100n

test('a refund that is begun again reserves its amount once', async () => {
  const sale = await charged('sale')
  const begin = followUp(sale, 'refund')
  assert.equal(await beginFollowUp(database, begin), 'begun')
  assert.equal(await beginFollowUp(database, begin), 'begun')
  const { payment } = await find(sale.operation.operationId)
  assert.equal(payment.reserved.minor, minor(30_000n))
})

test('a refund that is begun again while its first begin still runs reserves its amount once', async () => {
  const sale = await charged('sale')
  const begin = followUp(sale, 'refund')
  const begun: Promise<unknown>[] = []
  await inTransaction(database, async (other) => {
    await other`select from payments where payment_id = ${sale.payment.paymentId} for update`
    for (let i = 0; i < 2; i++) {
      begun.push(beginFollowUp(database, begin))
      await sleep(100)
    }
  })
  assert.deepEqual(await Promise.all(begun), ['begun', 'begun'])
  const { payment } = await find(sale.operation.operationId)
  assert.equal(payment.reserved.minor, minor(30_000n))
})

test('a capture that is begun again after it was refused leaves the payment free', async () => {
  const hold = await charged('authorize')
  const begin = followUp(hold, 'capture')
  assert.equal(await beginFollowUp(database, begin), 'begun')
  const { operationId } = begin.operation
  const refusal = { kind: 'refused', responseCode: 'TO' } as const
  await settleOperation(database, settlementOf(await find(operationId), refusal, new Date()))
  assert.equal(await beginFollowUp(database, begin), 'begun')
  const { payment } = await find(operationId)
  assert.deepEqual([payment.state, payment.openOperationId], ['authorized', undefined])
})

test('a capture that is begun again after it was approved is not told of another capture', async () => {
  const hold = await charged('authorize')
  const begin = followUp(hold, 'capture')
  await beginFollowUp(database, begin)
  const asked = await find(begin.operation.operationId)
  await settleOperation(database, settlementOf(asked, approval, new Date()))
  assert.equal(await beginFollowUp(database, begin), 'begun')
})

test('what cannot be had leaves neither claim nor operation', async () => {
  const sale = await charged('sale')
  const begin = followUp(sale, 'refund', 90_001n)
  assert.equal(await beginFollowUp(database, begin), 'taken')
  const [row] = await database`
    select (select count(*)::int from requests where request_id = ${begin.claim.requestId}) as claims,
      (select count(*)::int from operations
        where operation_id = ${begin.operation.operationId}) as operations`
  assert.deepEqual({ ...row }, { claims: 0, operations: 0 })
  const { payment } = await find(sale.operation.operationId)
  assert.equal(payment.reserved.minor, 0n)
})
