/**
 * A recurring billing agreement (wire.md 4.4): the first approved payment makes it, and those that
 * follow must keep to it. Whether a payment of the same ordinal is open or paid, the database
 * decides where the payment begins (`payments_one_per_ordinal`).
 */
import type { Money } from '../primitives/money.ts'
import { problems } from '../primitives/problem.ts'

export const variabilities = ['FIXED', 'VARIABLE'] as const
export type Variability = (typeof variabilities)[number]

export const frequencies = ['DAILY', 'WEEKLY', 'MONTHLY', 'YEARLY', 'OTHER'] as const
export type Frequency = (typeof frequencies)[number]

/** The seed says 23, and its own sample has 25: a maximum that no merchant will meet. */
export const longestBillingNumber = 64

/** What a merchant says of the agreement in a charge; kept with the payment. */
export type Billing = {
  readonly billingNumber: string
  /** Which payment of the agreement this is, from 1 up (`number_of_payments`). */
  readonly ordinal: number
  readonly variability: Variability
  readonly frequency?: Frequency | undefined
  /** Bank Mandiri's, as it answered to the first payment. */
  readonly billingTransactionId?: string | undefined
  /** `additional_info.migration_process`: the agreement was made at another gateway. */
  readonly isMigration: boolean
}

export type Agreement = {
  readonly billingNumber: string
  readonly variability: Variability
  readonly frequency: Frequency | undefined
  /** Of the payment that made it. */
  readonly amount: Money
  readonly billingTransactionId: string | undefined
}

/** `field` is the member of the request that does not keep to the agreement. */
export const agreementProblems = problems({
  agreement_not_found: { says: 'No approved payment has made this agreement.' },
  agreement_broken: { says: 'The payment does not keep to its agreement.' },
  billing_transaction_id_missing: { says: 'The acquirer wants its billing transaction id.' },
  ordinal_taken: { says: 'A payment of this ordinal is open or paid.' },
})

/** Whether a payment may be made under its agreement; undefined is an agreement that is not there. */
export function checkAgreement(
  agreement: Agreement | undefined,
  billing: Billing,
  amount: Money,
): void {
  if (!agreement) {
    if (billing.ordinal === 1 || billing.isMigration) return
    throw agreementProblems.agreement_not_found({ field: 'billing.billing_number' })
  }
  if (billing.variability !== agreement.variability) throw broken('billing.amount_variability')
  if (agreement.variability === 'FIXED' && amount.minor !== agreement.amount.minor) {
    throw broken('order.amount')
  }
  if (isOther(billing.frequency, agreement.frequency)) throw broken('billing.payment_frequency')
  checkTransactionId(agreement, billing)
}

/** "If returned, Merchant must save the value and send it" from the second payment on (seed). */
function checkTransactionId(agreement: Agreement, billing: Billing): void {
  const field = 'billing.billing_transaction_id'
  const wanted = agreement.billingTransactionId
  if (wanted === undefined || billing.ordinal === 1) return
  if (billing.billingTransactionId === undefined) {
    throw agreementProblems.billing_transaction_id_missing({ field })
  }
  if (billing.billingTransactionId !== wanted) throw broken(field)
}

const broken = (field: string) => agreementProblems.agreement_broken({ field })

/** What either of them leaves out is no contradiction. */
function isOther(given: string | undefined, agreed: string | undefined): boolean {
  return given !== undefined && agreed !== undefined && given !== agreed
}
