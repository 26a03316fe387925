import type { Fragment } from 'postgres'
import type { Database } from '../platform/database/index.ts'
import type { MerchantId, OperationId } from '../primitives/id.ts'
import { type Money, money } from '../primitives/money.ts'
import type { Agreement, Billing, Frequency, Variability } from './agreement.ts'

type Row = {
  billingNumber: string
  variability: Variability
  frequency: Frequency | null
  amountMinor: bigint
  currency: 'IDR'
  billingTransactionId: string | null
}

export async function findAgreement(
  database: Database,
  merchantId: MerchantId,
  billingNumber: string,
): Promise<Agreement | undefined> {
  const [row] = await database<Row[]>`
    select billing_number as "billingNumber", variability, frequency, currency,
      amount_minor as "amountMinor", billing_transaction_id as "billingTransactionId"
    from billing_agreements
    where merchant_id = ${merchantId} and billing_number = ${billingNumber}`
  return (
    row && {
      billingNumber: row.billingNumber,
      variability: row.variability,
      frequency: row.frequency ?? undefined,
      amount: money(row.amountMinor, row.currency),
      billingTransactionId: row.billingTransactionId ?? undefined,
    }
  )
}

/** An approved payment of an agreement. */
export type AgreedPayment = {
  readonly operationId: OperationId
  readonly merchantId: MerchantId
  readonly billing: Billing
  readonly amount: Money
  /** What the acquirer answered to this payment. */
  readonly billingTransactionId: string | undefined
  readonly settledAt: Date
}

/**
 * Agreements as a CTE of a settle statement, each where `settled` (a CTE) has the `operation_id` of
 * a payment that made it; hand over approved payments only. The terms of an agreement never change;
 * an acquirer's new id does, where a first payment was given back and made again.
 */
export function keepAgreements(
  database: Database,
  payments: readonly AgreedPayment[],
  settled: Fragment,
): Fragment {
  const rows = payments.map(({ billing, amount, ...payment }) => ({
    operation_id: payment.operationId,
    merchant_id: payment.merchantId,
    billing_number: billing.billingNumber,
    ordinal: billing.ordinal,
    variability: billing.variability,
    frequency: billing.frequency,
    currency: amount.currency,
    amount_minor: String(amount.minor),
    billing_transaction_id: transactionIdOf(billing, payment.billingTransactionId),
    created_at: payment.settledAt,
  }))
  return database`
    insert into billing_agreements (
      merchant_id, billing_number, variability, frequency, currency, amount_minor,
      billing_transaction_id, created_at
    )
    -- One row for an agreement, in one order everywhere.
    select distinct on (merchant_id, billing_number)
      merchant_id, billing_number, variability, frequency, currency, amount_minor,
      billing_transaction_id, created_at
    from jsonb_to_recordset(${JSON.stringify(rows)}::text::jsonb) as agreed(
      operation_id text, merchant_id text, billing_number text, ordinal integer, variability text,
      frequency text, currency text, amount_minor bigint, billing_transaction_id text,
      created_at timestamptz)
    join ${settled} using (operation_id)
    order by merchant_id, billing_number, ordinal, operation_id
    on conflict (merchant_id, billing_number) do update
      set billing_transaction_id = excluded.billing_transaction_id
      where excluded.billing_transaction_id is not null`
}

/** The first payment brings the acquirer's; what was agreed elsewhere is known from the merchant only. */
function transactionIdOf(billing: Billing, answered: string | undefined): string | undefined {
  if (billing.isMigration) return answered ?? billing.billingTransactionId
  return billing.ordinal === 1 ? answered : undefined
}
