/** POST /credit-card/charge (wire.md 4.2-4.4), for every payment type. */
import {
  chargeConflict,
  chargeRequest,
  chargeResponse,
  describeErrors,
} from '@gerbang/wire/schemas'
import type { ChargeCommand, Payment, Payments } from '../../../payments/index.ts'
import type { Clock } from '../../../primitives/clock.ts'
import type { ClaimingRoute } from '../door/door.ts'
import { answerOfOperation } from '../operation-answer.ts'
import { type ChargeInputDeps, parseCharge } from './charge-input.ts'
import { toChargeResponse } from './charge-response.ts'

type Input = Omit<ChargeCommand, 'merchant' | 'claim'>

export type ChargeRouteDeps = ChargeInputDeps & {
  readonly payments: Payments
  readonly clock: Clock
  /** Told of each charge that was answered. */
  readonly onCharged: (payment: Payment) => void
}

export function chargeRoute(deps: ChargeRouteDeps): ClaimingRoute<Input> {
  const { payments, clock } = deps
  return {
    url: '/credit-card/charge',
    summary: 'Charge a card',
    description: `Charges a card: a sale, a hold (AUTHORIZE), by instalments, by mail or telephone (MOTO), or a payment of a billing agreement (RECURRING). SALE, AUTHORIZE and INSTALLMENT need an authenticated cardholder where the merchant has 3-D Secure. A decline by the bank is a 200 with \`payment.status\` FAILED; a lost answer is PENDING, and its end comes by notification and order status.\n\nErrors:\n\n${describeErrors(
      [
        'email',
        'amount',
        'expiry',
        'authentication_id_malformed',
        'authentication_id',
        'authentication_twice',
        'authentication_reused',
        'country',
        'card_number_length',
        'luhn',
        'card_token',
        'save_without_customer',
        'installment_plan',
        'billing_unknown',
        'billing_mismatch',
        'billing_ordinal',
        'feature_not_active',
        'field_required',
        'field_invalid',
        'field_length',
        'request_id_used',
        'no_route',
        'line_item_quantity',
        'line_items_total',
        'double_request',
        'conflict',
        'precondition_failed',
      ],
    )}`,
    request: chargeRequest,
    response: chargeResponse,
    conflict: chargeConflict,
    scope: 'transaction',
    emptyClientId: 'empty_client_id',
    parse: (body, merchant) => parseCharge(body, { merchant, now: clock.now(), deps }),
    invoiceNumberOf: (input) => input.invoiceNumber,
    handle: async (input, { merchant }, claim) => {
      const result = await payments.charge({ ...input, merchant, claim })
      if (result.kind === 'duplicate') return undefined
      deps.onCharged(result.payment)
      return toChargeResponse(result.payment)
    },
    answerOf: answerOfOperation(payments, clock, ({ payment }) => toChargeResponse(payment)),
  }
}
