/**
 * The café's customers, in memory: who they are to the gateway, the token of their card (never its
 * number), and what they ordered. Who knows a customer's key is the customer: it is kept in a cookie.
 */
import { randomBytes } from 'node:crypto'
import { type Drink, menu } from './menu.ts'

export type Card =
  | { readonly kind: 'none'; readonly problem?: string }
  /** Being bound: the one-time password is asked for on the gateway's page. */
  | { readonly kind: 'asked'; readonly lastDigits: string; readonly pageUrl: string }
  | { readonly kind: 'bound'; readonly lastDigits: string; readonly bankCardToken: string }

export type OrderState =
  | 'paying'
  | 'paid'
  /** Nobody knows yet: the cardholder, the issuer or the line has not answered. */
  | 'pending'
  | 'refused'
  /** The payment never arrived at the gateway, and may be sent again. */
  | 'not-sent'

export type Order = {
  readonly id: string
  /** Pays once, for ever: a repeated tap is the same payment. */
  readonly partnerReferenceNo: string
  /** Gives back once. */
  readonly partnerRefundNo: string
  readonly drink: Drink
  readonly createdAt: Date
  state: OrderState
  /** Why it was refused, for the customer. */
  problem?: string
  refund?: 'pending' | 'done' | 'refused'
  /** When the gateway's notification came. */
  notifiedAt?: Date
}

export type Customer = {
  readonly key: string
  /** The merchant's name for the customer. */
  readonly custIdMerchant: string
  card: Card
  /** Newest first. */
  readonly orders: Order[]
  /** Orders that stand on a page as a button, and were not tapped yet. */
  readonly offers: Map<string, Drink>
}

export type Customers = {
  welcome(): Customer
  find(key: string | undefined): Customer | undefined
  findByName(custIdMerchant: string | undefined): Customer | undefined
  findOrder(partnerReferenceNo: string | undefined): Order | undefined
}

/** More than come in a day; older ones are forgotten. */
const mostCustomers = 1_000
const mostOffers = 20 * menu.length

export function createCustomers(): Customers {
  const customers = new Map<string, Customer>()
  const all = () => [...customers.values()]
  return {
    welcome: () => {
      const customer: Customer = {
        key: randomBytes(24).toString('base64url'),
        custIdMerchant: `CUST${randomBytes(8).toString('hex')}`,
        card: { kind: 'none' },
        orders: [],
        offers: new Map(),
      }
      customers.set(customer.key, customer)
      forgetOldest(customers, mostCustomers)
      return customer
    },
    find: (key = '') => customers.get(key),
    findByName: (name) => all().find(({ custIdMerchant }) => custIdMerchant === name),
    findOrder: (number) =>
      all()
        .flatMap(({ orders }) => orders)
        .find(({ partnerReferenceNo }) => partnerReferenceNo === number),
  }
}

/** The number of an order to be: whoever taps it twice orders once. */
export function offer({ offers }: Customer, drink: Drink): string {
  const id = randomBytes(5).toString('hex')
  offers.set(id, drink)
  forgetOldest(offers, mostOffers)
  return id
}

/** The order of this number, placed now if it was only offered; undefined where it was not. */
export function place(customer: Customer, id: string, now: Date): Order | undefined {
  const placed = customer.orders.find((order) => order.id === id)
  if (placed) return placed
  const drink = customer.offers.get(id)
  if (!drink) return undefined
  customer.offers.delete(id)
  const order: Order = {
    id,
    partnerReferenceNo: `CAFE-${id.toUpperCase()}`,
    partnerRefundNo: `BACK-${id.toUpperCase()}`,
    drink,
    createdAt: now,
    state: 'not-sent',
  }
  customer.orders.unshift(order)
  return order
}

function forgetOldest(map: Map<string, unknown>, most: number): void {
  const [oldest] = map.keys()
  if (map.size > most && oldest !== undefined) map.delete(oldest)
}
