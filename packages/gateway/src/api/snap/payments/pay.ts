/**
 * POST /direct-debit/core/v1/debit/payment-host-to-host (wire.md 7.3). The documents have four
 * variants without names; what is sent tells which it is: a card by CPAN and OTT, with or without a
 * binding, or a bound card, with or without what the merchant knows of the cardholder's device.
 */
import { kkiPayRequest, kkiPayResponse } from '@gerbang/wire/schemas'
import type { PayByKkiCommand, Payment, Payments } from '../../../payments/index.ts'
import { keptOf } from '../../cards/additional-info.ts'
import type { SnapAnswer, SnapBody, TransactRoute } from '../door/door.ts'
import { booleanAt, malformed, mandatoryText, missing, textAt, valueAt } from '../fields.ts'
import {
  amountAt,
  checkChannel,
  cpanAt,
  customerIdRule,
  externalIdRule,
  onceAt,
  ottPattern,
  referenceRule,
} from '../kki-fields.ts'
import { refuse } from '../kki-responses.ts'

export type PayDeps = {
  readonly payments: Pick<Payments, 'payByKki'>
  readonly onChanged: (payment: Payment) => void
}

type Input = Omit<PayByKkiCommand, 'merchant' | 'claim' | 'externalId'>

export function payRoute({ payments, onChanged }: PayDeps): TransactRoute<Input> {
  return {
    service: 'pay',
    summary: 'Pay',
    description: `Kartu Kredit Indonesia: pays with the CPAN and an OTT of the issuer’s app, or with a
bankCardToken. With \`additionalInfo.isBindAndPay\` a payment by CPAN also binds the card. A 202 is
not yet decided: wait for the notification, or ask the status.`,
    request: kkiPayRequest,
    response: kkiPayResponse,
    parse: parsePayment,
    handle: async (input, { merchant, externalId }, claim) => {
      const result = await payments.payByKki({ ...input, merchant, externalId, claim })
      if (result.kind === 'duplicate') return undefined
      onChanged(result.payment)
      return answerOf(result.payment, result.bankCardToken)
    },
  }
}

function parsePayment(body: SnapBody): Input {
  const partnerReferenceNo = mandatoryText(body, 'partnerReferenceNo', referenceRule)
  const source = sourceOf(body)
  const amount = amountAt(body, 'amount')
  checkChannel(body)
  return {
    partnerReferenceNo,
    source,
    amount,
    customer: customerOf(body, source),
    ...itemsOf(body),
  }
}

/** A number wins over a token, as with cards; but only where its OTT is there too. */
function sourceOf(body: SnapBody): Input['source'] {
  const cpan = cpanAt(body, 'chargeToken')
  const ott = onceAt(body, 'otp', ottPattern)
  const bankCardToken = textAt(body, 'bankCardToken', referenceRule)
  const binds = booleanAt(body, 'additionalInfo.isBindAndPay')
  if (cpan && ott) return { kind: 'card', cpan, ott, binds }
  if (bankCardToken === undefined) missing(cpan ? 'otp' : 'chargeToken')
  const deviceId = textAt(body, 'additionalInfo.deviceId', referenceRule)
  const originalRequestId = textAt(body, 'additionalInfo.originalRequestId', externalIdRule)
  const device = deviceId === undefined ? undefined : { deviceId, originalRequestId }
  return { kind: 'token', bankCardToken, device }
}

function customerOf(body: SnapBody, source: Input['source']): Input['customer'] {
  const path = 'additionalInfo.customer.customerId'
  const binds = source.kind === 'card' && source.binds
  const id = binds
    ? mandatoryText(body, path, customerIdRule)
    : textAt(body, path, { maximum: customerIdRule.maximum, mayBeNumber: true })
  const name = textAt(body, 'additionalInfo.customer.customerName', { maximum: 70 })
  return id === undefined ? undefined : { id, name }
}

function itemsOf(body: SnapBody): Pick<Input, 'lineItems'> {
  const path = 'additionalInfo.lineItems'
  const items = valueAt(body, path)
  if (items !== undefined && !Array.isArray(items)) malformed(path)
  return { lineItems: items && keptOf(items) }
}

function answerOf(payment: Payment, bankCardToken: string | undefined): SnapAnswer {
  if (payment.state === 'refused') refuse(payment.responseCode)
  const custIdMerchant = payment.customer?.['id']
  return {
    row: payment.state === 'pending' ? 'in_progress' : 'successful',
    members: {
      referenceNo: payment.referenceNo,
      partnerReferenceNo: payment.invoiceNumber,
      webRedirectUrl: '',
      ...(bankCardToken === undefined
        ? {}
        : { bankCardToken, additionalInfo: { custIdMerchant, status: 'SUCCESS' } }),
    },
  }
}
