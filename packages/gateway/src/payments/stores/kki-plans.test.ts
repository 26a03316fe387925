/** What a KKI payment reads must not grow with the payments and bindings that there are of its merchant. */
import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { after, test } from 'node:test'
import { merchantId, newKkiBegin } from '../../../../../test/harness/charges.ts'
import { createTestDatabase } from '../../../../../test/harness/database.ts'
import { newBinding } from '../../../../../test/harness/new-binding.ts'
import { assertReadsByKey, type Measure } from '../../../../../test/harness/rows-read.ts'
import { claimOpen, putOff } from '../../platform/looking/index.ts'
import { later, systemClock } from '../../primitives/clock.ts'
import { createIds } from '../../primitives/id.ts'
import { systemRandom } from '../../primitives/random.ts'
import { settlementOf } from '../outcome.ts'
import { newOperation, type OperationOfPayment } from '../payment.ts'
import { type BeginKkiPayment, beginKkiPayment } from './begin-kki.store.ts'
import { beginFollowUp } from './follow-up.store.ts'
import {
  findKkiPayment,
  findKkiRefund,
  findKkiStatus,
  hurryOperation,
} from './kki-payments.store.ts'
import { loseOperation, settleOperations } from './settle.store.ts'
import { openOperations } from './unfinished.store.ts'

const testDatabase = await createTestDatabase()
after(() => testDatabase.drop())
// One connection, so that all statements run by the plans that the first of them made.
const database = testDatabase.connect(1)
const ids = createIds(systemClock(), systemRandom)
const now = new Date()
const soon = later(now, 3_600_000)

const begin = async (payment: BeginKkiPayment) =>
  assert.equal(await beginKkiPayment(database, payment), 'begun')

function approval(asked: OperationOfPayment) {
  const decision = { kind: 'approved', responseCode: '00', approvalCode: '777777' } as const
  const sealedAccount = asked.payment.bindsCard ? randomBytes(60) : undefined
  return settlementOf(asked, decision, now, { sealedAccount })
}

async function approve(...asked: OperationOfPayment[]): Promise<void> {
  const settled = await settleOperations(database, () => [], asked.map(approval))
  assert.ok(settled.every(Boolean))
}

/** Two customers bind one card by payments that are settled at once; the first pays by it. */
async function bindAndPay(measure: Measure): Promise<BeginKkiPayment> {
  const cardFingerprint = randomBytes(32)
  const payments = [1, 2].map(() => {
    const paid = newBinding(merchantId, { cardFingerprint, byPayment: true })
    return newKkiBegin({ newBinding: paid })
  })
  const [first, second] = payments
  assert.ok(first && second)
  await begin(second)
  await measure('a payment that binds', () => begin(first))
  await measure('the end of two', () => approve(first, second))
  const byToken = newKkiBegin({ bindingId: first.payment.bindingId })
  await measure('a payment by a bound card', () => begin(byToken))
  return byToken
}

async function waitForTheCardholder(measure: Measure, asked: BeginKkiPayment): Promise<void> {
  const { operationId, references } = asked.operation
  const pending = { merchantId, operationId, lookAt: soon, answeredAt: now }
  await measure('a payment that waits', async () =>
    assert.ok(await loseOperation(database, pending)),
  )
  await measure('its hint', () => hurryOperation(database, references.rrn, now))
  await measure('a claim by the resolver', async () => {
    const options = { now, realNow: new Date(), leaseUntil: soon, limit: 20 }
    assert.equal((await claimOpen(database, openOperations, options)).length, 1)
  })
  await measure('its putting off', () =>
    putOff(database, openOperations, { merchantId, id: operationId }, soon),
  )
  await approve(asked)
}

async function find(measure: Measure, { payment }: BeginKkiPayment): Promise<void> {
  const { invoiceNumber: partnerReferenceNo, referenceNo, requestId: externalId } = payment
  for (const name of [
    { partnerReferenceNo },
    { referenceNo },
    { externalId },
    { partnerReferenceNo, referenceNo },
    { partnerReferenceNo, externalId },
    { referenceNo, externalId },
    { partnerReferenceNo, referenceNo, externalId },
  ]) {
    await measure(`a look-up by ${Object.keys(name)}`, async () =>
      assert.ok(await findKkiPayment(database, merchantId, name)),
    )
  }
}

async function refund(measure: Measure, { payment, operation }: BeginKkiPayment): Promise<void> {
  const partnerReferenceNo = ids.next('reference')
  const asked = newOperation({
    operationId: ids.next('operation'),
    kind: 'refund',
    amount: payment.amount,
    references: operation.references,
    askUntil: now,
    originalOperationId: operation.operationId,
    refundType: 'FULL_REFUND',
    referenceNo: ids.next('reference'),
    partnerReferenceNo,
    createdAt: now,
  })
  const { claim, requestExpiresAt } = newKkiBegin()
  const begun = { payment, operation: asked, lookAt: soon, claim, requestExpiresAt }
  await measure('a refund', async () => assert.equal(await beginFollowUp(database, begun), 'begun'))
  await measure('a look-up of it', async () =>
    assert.ok(await findKkiRefund(database, merchantId, partnerReferenceNo)),
  )
  await measure('the status', async () => {
    const name = { partnerReferenceNo: payment.invoiceNumber }
    assert.equal((await findKkiStatus(database, merchantId, name))?.refunds.length, 1)
  })
  const paid = await findKkiPayment(database, merchantId, { referenceNo: payment.referenceNo })
  assert.ok(paid)
  await measure('its end', () => approve({ payment: paid, operation: asked }))
}

/** Payments that are paid and that wait, each with a refund, and bound cards, of the same merchant. */
async function crowd(): Promise<void> {
  await database`
    with paid as (
      insert into payments (
        merchant_id, payment_id, state, channel, type, request_id, invoice_number, reference_no,
        currency, amount_minor, authorized_minor, captured_minor, card_id, card_description,
        acquirer_id, mid, tid, authentication_needed, verification_status, verification_reason,
        charge_operation_id, void_closed, invoice_exclusive, created_at
      )
      select ${merchantId}, 'pay_' || n, (array['pending', 'captured'])[n % 2 + 1],
        'KARTU_KREDIT_INDONESIA', 'SALE', 'crowd' || n, 'CROWD' || n, 'crowd' || n, 'IDR', 100,
        n % 2 * 100, n % 2 * 100, '', '{}', 'ALTO', '', '', false, 'APPROVE', '', 'op_' || n, true,
        false, ${now}::timestamptz
      from generate_series(1, 2000) as n
      returning *
    ),
    asked as (
      insert into operations (
        merchant_id, operation_id, payment_id, kind, state, amount_minor, ask_until, look_at,
        stan, rrn, transmitted_at, created_at, partner_reference_no
      )
      select merchant_id, payment_id || kind, payment_id, kind,
        case state when 'captured' then 'approved' else 'unknown' end, 100, ${now}::timestamptz,
        ${later(soon, 1)}::timestamptz, '000000', lpad(payment_id, 12), ${now}::timestamptz,
        ${now}::timestamptz, case kind when 'refund' then payment_id end
      from paid
      cross join unnest(array['sale', 'refund']) as kind
    )
    insert into bindings (
      merchant_id, binding_id, state, reference_no, external_id, cust_id_merchant,
      card_fingerprint, masked_cpan, issuer, acquirer_id, mid, tid, by_payment, token_fingerprint,
      sealed_token, created_at
    )
    select merchant_id, payment_id, (array['pending', 'bound', 'unbound'])[ascii(right(payment_id, 1)) % 3 + 1],
      payment_id, '', payment_id, sha256(payment_id::bytea), '', '', 'ALTO', '', '', true,
      sha256(payment_id::bytea), '', ${now}::timestamptz
    from paid`
}

test('every statement of a KKI payment reads as many rows among 2,000 as among none', async () => {
  const tables = ['requests', 'payments', 'operations', 'bindings', 'kki_cards']
  await assertReadsByKey(database, tables, {
    crowd,
    life: async (measure) => {
      const plain = newKkiBegin()
      await measure('a payment', () => begin(plain))
      await measure('its end', () => approve(plain))
      await waitForTheCardholder(measure, await bindAndPay(measure))
      await find(measure, plain)
      await refund(measure, plain)
    },
  })
})
