/** POST /credit-card/charge (wire.md 4.2): SALE. */
import { isCountry, JsonNumber, type JsonValue } from '@gerbang/wire'
import {
  chargeConflict,
  chargeRequest,
  chargeResponse,
  describeErrors,
  paymentTypes,
} from '@gerbang/wire/schemas'
import type { Merchant } from '../../merchants/index.ts'
import type { ChargeCommand, Payment, Payments } from '../../payments/index.ts'
import type { Clock } from '../../primitives/clock.ts'
import { type Money, wholeRupiah } from '../../primitives/money.ts'
import { Secret } from '../../primitives/secret.ts'
import { describeCard } from '../../routing/index.ts'
import type { CardDetails } from '../../vault/index.ts'
import { CardError } from './card-error.ts'
import { toChargeResponse } from './charge-response.ts'
import type { ClaimingRoute } from './door.ts'
import {
  amountOf,
  bodyObject,
  cardOf,
  type Members,
  memberOf,
  objectOf,
  requiredTextOf,
  textOf,
  wholeNumberOf,
} from './fields.ts'

type Input = Omit<ChargeCommand, 'merchant' | 'claim'>

export type ChargeRouteDeps = {
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
    description: `Charges a card after its cardholder was authenticated. A decline by the bank is a 200 with \`payment.status\` FAILED; a lost answer is PENDING, and its end comes by notification and order status.\n\nErrors:\n\n${describeErrors(
      [
        'email',
        'amount',
        'expiry',
        'authentication_id_malformed',
        'authentication_id',
        'country',
        'card_number_length',
        'luhn',
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
    parse: (body, merchant) => parseCharge(body, merchant, clock.now()),
    invoiceNumberOf: (input) => input.invoiceNumber,
    handle: async (input, { merchant }, claim) => {
      const result = await payments.charge({ ...input, merchant, claim })
      if (result.kind === 'duplicate') return undefined
      deps.onCharged(result.payment)
      return toChargeResponse(result.payment)
    },
    answerOf: async (merchant, holder) => {
      const found = await payments.findByOperation(merchant.merchantId, holder.operationId)
      if (!found) return undefined
      const { operation, payment } = found
      const isAnswered = operation.state !== 'asked' || operation.askUntil <= clock.realNow()
      return {
        isSettled: operation.state === 'approved' || operation.state === 'refused',
        members: isAnswered ? toChargeResponse(payment) : undefined,
      }
    },
  }
}

function parseCharge(body: JsonValue, merchant: Merchant, now: Date): Input {
  const members = bodyObject(body)
  const type = paymentTypeOf(objectOf(members, 'payment'))
  const order = objectOf(members, 'order')
  const amount = amountOf(order)
  const invoiceNumber = requiredTextOf(order, 'order.invoice_number', 64)
  checkLineItems(order, amount)
  const customer = customerOf(objectOf(members, 'customer'))
  const cardMembers = objectOf(members, 'card')
  const card = cardOf(cardMembers, 'card_number_length', now)
  return {
    type,
    amount,
    invoiceNumber,
    descriptor: descriptorOf(order, merchant),
    customer,
    additionalInfo: plain(memberOf(members, 'additional_info')),
    authenticationId: authenticationIdOf(objectOf(members, 'three_dsecure'), merchant, card),
    card,
    cvv: cvvOf(cardMembers, card),
  }
}

function paymentTypeOf(payment: Members | undefined): 'SALE' {
  const type = requiredTextOf(payment, 'payment.type', 20)
  if (!paymentTypes.some((known) => known === type)) {
    throw new CardError('field_invalid', { field: 'payment.type' })
  }
  if (type !== 'SALE') throw new CardError('feature_not_active', { feature: type })
  return type
}

function descriptorOf(order: Members | undefined, merchant: Merchant): string | undefined {
  const descriptor = textOf(order, 'order.descriptor', 22)
  if (descriptor !== undefined && !merchant.settings.descriptor) {
    throw new CardError('feature_not_active', { feature: 'order.descriptor' })
  }
  return descriptor
}

/** Each item needs a quantity; where all have a price, they must add up to the amount. */
function checkLineItems(order: Members | undefined, amount: Money): void {
  const items = memberOf(order, 'line_items')
  if (items === undefined) return
  if (!Array.isArray(items)) throw new CardError('field_invalid', { field: 'order.line_items' })
  let total = 0n
  let isPriced = items.length > 0
  for (const [index, value] of items.entries()) {
    const position = index + 1
    const item = objectOf({ item: value }, 'item')
    const field = (name: string) => `order.line_items.${position}.${name}`
    textOf(item, field('name'), 255)
    const givenQuantity = memberOf(item, 'quantity')
    if (givenQuantity === undefined) throw new CardError('line_item_quantity', { position })
    const quantity = wholeNumberOf(givenQuantity, field('quantity'), 4)
    const givenPrice = memberOf(item, 'price')
    if (givenPrice === undefined) isPriced = false
    else total += quantity * wholeNumberOf(givenPrice, field('price'), 12)
  }
  if (isPriced && total !== BigInt(wholeRupiah(amount))) throw new CardError('line_items_total')
}

function customerOf(customer: Members | undefined): Record<string, string> | undefined {
  if (!customer) return undefined
  const fields = {
    id: textOf(customer, 'customer.id', 50),
    name: textOf(customer, 'customer.name', 255),
    email: textOf(customer, 'customer.email', 128),
    phone: textOf(customer, 'customer.phone', 16),
    address: textOf(customer, 'customer.address', 400),
    country: textOf(customer, 'customer.country', 60),
  }
  if (fields.email !== undefined && !/^[^\s@]+@[^\s@.]+(\.[^\s@.]+)+$/.test(fields.email)) {
    throw new CardError('email')
  }
  if (fields.country !== undefined && !isCountry(fields.country)) throw new CardError('country')
  const given = Object.entries(fields).filter((field): field is [string, string] => !!field[1])
  return given.length > 0 ? Object.fromEntries(given) : undefined
}

/** A SALE of a 3-D Secure merchant needs an authentication; another needs at least a card. */
function authenticationIdOf(
  threeDSecure: Members | undefined,
  merchant: Merchant,
  card: CardDetails | undefined,
): string | undefined {
  const id = memberOf(threeDSecure, 'authentication_id')
  if (id === undefined) {
    if (merchant.settings.threeDSecure) throw new CardError('authentication_id')
    if (!card) throw new CardError('field_required', { field: 'card.number' })
    return undefined
  }
  if (typeof id !== 'string' || !/^[0-9a-f]{64}$/.test(id)) {
    throw new CardError('authentication_id_malformed')
  }
  return id
}

/** Mandatory beside a card number (seed, charge); 4 digits for AMEX, 3 for the others. */
function cvvOf(
  members: Members | undefined,
  card: CardDetails | undefined,
): Secret<string> | undefined {
  const given = memberOf(members, 'cvv')
  if (given === undefined) {
    if (card) throw new CardError('field_required', { field: 'card.cvv' })
    return undefined
  }
  const cvv = given instanceof JsonNumber ? given.source : given
  const brand = card?.number.reveal(describeCard)?.brand
  const form = brand === undefined ? /^[0-9]{3,4}$/ : brand === 'AMEX' ? /^[0-9]{4}$/ : /^[0-9]{3}$/
  if (typeof cvv !== 'string' || !form.test(cvv)) {
    throw new CardError('field_invalid', { field: 'card.cvv' })
  }
  return new Secret(cvv)
}

/** The value without our wrapping of numbers, as it is stored and echoed. */
function plain(value: JsonValue | undefined): unknown {
  return value === undefined ? undefined : JSON.parse(JSON.stringify(value))
}
