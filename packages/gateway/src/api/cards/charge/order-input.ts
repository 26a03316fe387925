/** The `order`, `customer` and `additional_info` of a charge. */
import { isCountry } from '@gerbang/wire'
import type { Merchant, MerchantSettings } from '../../../merchants/index.ts'
import type { ChargeCommand } from '../../../payments/index.ts'
import { type Money, wholeRupiah } from '../../../primitives/money.ts'
import { hasCredentials } from '../../../primitives/url.ts'
import { CardError } from '../card-error.ts'
import {
  amountOf,
  type Members,
  memberOf,
  objectOf,
  requiredTextOf,
  textOf,
  wholeNumberOf,
} from '../fields.ts'

export function orderOf(
  order: Members | undefined,
  merchant: Merchant,
): Pick<ChargeCommand, 'amount' | 'invoiceNumber' | 'descriptor'> {
  const amount = amountOf(order)
  const invoiceNumber = requiredTextOf(order, 'order.invoice_number', 64)
  checkLineItems(order, amount)
  return { amount, invoiceNumber, descriptor: descriptorOf(order, merchant) }
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
    const path = `order.line_items.${position}`
    const item = objectOf({ [position]: value }, path)
    const field = (name: string) => `${path}.${name}`
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

export function customerOf(customer: Members | undefined): Record<string, string> | undefined {
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

/**
 * `additional_info.override_notification_url`: another host for this payment's notification. Works
 * only where a URL is configured and both have the same path (wire.md 5.1), in live mode by https and
 * for hosts that the operator listed, and never with a user name or password; otherwise the configured
 * URL is told, as at DOKU.
 */
export function notificationUrlOf(
  additionalInfo: unknown,
  { notificationUrl }: Pick<MerchantSettings, 'notificationUrl'>,
  allowedHosts: readonly string[] | undefined,
): string | undefined {
  const override = overrideUrlOf(additionalInfo)
  if (!override || notificationUrl === null) return undefined
  const isLive = allowedHosts !== undefined
  const isAllowed =
    (isLive ? ['https:'] : ['https:', 'http:']).includes(override.protocol) &&
    !hasCredentials(override) &&
    override.pathname === new URL(notificationUrl).pathname &&
    (!isLive || allowedHosts.includes(override.host))
  return isAllowed ? override.href : undefined
}

/** As long as a URL of the settings. */
const longestUrl = 2_048

/** The URL that a request names for its payment's notification, as it is called; undefined for none. */
export function overrideUrlOf(additionalInfo: unknown): URL | undefined {
  if (typeof additionalInfo !== 'object' || additionalInfo === null) return undefined
  const given = Reflect.get(additionalInfo, 'override_notification_url')
  if (typeof given !== 'string' || !URL.canParse(given)) return undefined
  const override = new URL(given)
  return override.href.length <= longestUrl ? override : undefined
}
