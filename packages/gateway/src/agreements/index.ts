/**
 * Agreements: what later payments are held to. Recurring billing agreements are made by their first
 * approved payment; instalment plans are what a bank offers to a merchant. What a payment says of
 * its agreement (`Billing`) is kept with the payment; an index over it lets one open or paid payment
 * of each ordinal stand (`ordinalConstraint`).
 */
export {
  type Agreement,
  agreementProblems,
  type Billing,
  checkAgreement,
  type Frequency,
  frequencies,
  longestBillingNumber,
  type Variability,
  variabilities,
} from './agreement.ts'
export { type AgreedPayment, findAgreement, keepAgreements } from './agreements.store.ts'
export { choosePlan, type Installment } from './installment-plans.ts'

/** Table emptied by a sandbox reset. */
export const agreementTables = ['billing_agreements'] as const

/** What aborts the statement that begins a payment whose ordinal is taken. */
export const ordinalConstraint = 'payments_one_per_ordinal'

/** What two payments that begin in one statement must not share. */
export function ordinalKey(merchantId: string, billingNumber: string, ordinal: number): string {
  return JSON.stringify(['ordinal', merchantId, billingNumber, ordinal])
}
