/** What a payment type adds: `payment.tenor` and `plan_id`, or `billing` (wire.md 4.2, 4.4). */
import {
  type Billing,
  frequencies,
  longestBillingNumber,
  variabilities,
} from '../../../agreements/index.ts'
import type { PaymentType } from '../../../merchants/index.ts'
import type { ChargeTerms } from '../../../payments/index.ts'
import { CardError } from '../card-error.ts'
import { type Members, memberOf, requiredTextOf, textOf, wholeNumberOf } from '../fields.ts'

export function termsOf(
  type: PaymentType,
  payment: Members | undefined,
  billing: Members | undefined,
  additionalInfo: unknown,
): ChargeTerms | undefined {
  switch (type) {
    case 'SALE':
    case 'AUTHORIZE':
      return undefined
    case 'INSTALLMENT':
      return installmentOf(payment)
    case 'MOTO':
      return { kind: 'moto' }
    case 'RECURRING':
      return { kind: 'recurring', ...billingOf(billing, additionalInfo) }
  }
}

function installmentOf(payment: Members | undefined): ChargeTerms {
  const field = 'payment.tenor'
  const given = memberOf(payment, 'tenor')
  if (given === undefined) throw new CardError('field_required', { field })
  const tenor = Number(wholeNumberOf(given, field, 3))
  if (tenor === 0) throw new CardError('field_invalid', { field })
  return { kind: 'installment', tenor, planId: textOf(payment, 'payment.plan_id', 64) }
}

function billingOf(billing: Members | undefined, additionalInfo: unknown): Billing {
  return {
    billingNumber: requiredTextOf(billing, 'billing.billing_number', longestBillingNumber),
    ordinal: ordinalOf(billing),
    variability: oneOf(
      requiredTextOf(billing, 'billing.amount_variability', 16),
      'billing.amount_variability',
      variabilities,
    ),
    frequency: oneOf(
      textOf(billing, 'billing.payment_frequency', 16),
      'billing.payment_frequency',
      frequencies,
    ),
    billingTransactionId: textOf(billing, 'billing.billing_transaction_id', 100),
    isMigration: isMigration(additionalInfo),
  }
}

/** `number_of_payments` in samples and answers, `number_of_payment` in the table. */
function ordinalOf(billing: Members | undefined): number {
  const field = 'billing.number_of_payments'
  const given = memberOf(billing, 'number_of_payments') ?? memberOf(billing, 'number_of_payment')
  if (given === undefined) throw new CardError('field_required', { field })
  const ordinal = Number(wholeNumberOf(given, field, 6))
  if (ordinal === 0) throw new CardError('field_invalid', { field })
  return ordinal
}

function oneOf<Text extends string, Given extends string | undefined>(
  given: Given,
  field: string,
  known: readonly Text[],
): Text | Extract<Given, undefined> {
  if (given === undefined) return undefined as Extract<Given, undefined>
  const found = known.find((text) => text === given.toUpperCase())
  if (!found) throw new CardError('field_invalid', { field })
  return found
}

function isMigration(additionalInfo: unknown): boolean {
  return (
    typeof additionalInfo === 'object' &&
    additionalInfo !== null &&
    Reflect.get(additionalInfo, 'migration_process') === true
  )
}
