/**
 * The shop's orders, in memory: what is bought, how its payment stands, and never a card number.
 * An order's id is the only key to its pages, so it cannot be guessed.
 */
import { randomBytes, randomUUID } from 'node:crypto'

export type Product = {
  readonly id: string
  readonly name: string
  /** Whole rupiah. */
  readonly price: number
  /** What the sandbox's acquirer answers to this amount. */
  readonly note: string
}

export type PaymentState =
  | { readonly kind: 'awaiting-authentication'; readonly authenticationUrl?: string }
  | { readonly kind: 'charging' }
  | { readonly kind: 'paid'; readonly approvalCode: string; readonly card: string }
  | { readonly kind: 'declined'; readonly code: string }
  /** The outcome is not known yet: the gateway, or a later look at the status, will tell. */
  | { readonly kind: 'pending'; readonly reason: string }
  /** The gateway never charged: it refused the request; the message is for the customer. */
  | { readonly kind: 'refused'; readonly message: string }
  /** The charge never arrived at the gateway, so it may be sent again. */
  | { readonly kind: 'not-charged' }

export type Order = {
  readonly id: string
  readonly invoiceNumber: string
  /** Chosen before the charge and kept: a repeated charge is then the same request, paid once. */
  readonly chargeRequestId: string
  readonly product: Product
  readonly createdAt: Date
  authenticationId?: string
  state: PaymentState
  notification?: { readonly status: string; readonly receivedAt: Date }
}

export type Orders = {
  place(product: Product): Order
  find(id: string): Order | undefined
  findByInvoice(invoiceNumber: string): Order | undefined
}

/** More than a person clicks through in a day; older orders are forgotten. */
const maxOrders = 1000

export function createOrders(now: () => Date = () => new Date()): Orders {
  const orders = new Map<string, Order>()
  return {
    place: (product) => {
      const order: Order = {
        id: randomBytes(24).toString('base64url'),
        // 15 characters fit one line of a phone; cards that go to Bank Mandiri allow 30.
        invoiceNumber: `SHOP-${randomBytes(5).toString('hex').toUpperCase()}`,
        chargeRequestId: randomUUID(),
        product,
        createdAt: now(),
        state: { kind: 'awaiting-authentication' },
      }
      orders.set(order.id, order)
      const [oldest] = orders.keys()
      if (orders.size > maxOrders && oldest !== undefined) orders.delete(oldest)
      return order
    },
    find: (id) => orders.get(id),
    findByInvoice: (invoiceNumber) =>
      [...orders.values()].find((order) => order.invoiceNumber === invoiceNumber),
  }
}

/**
 * Moves an order to what was learnt of its payment. Paid and declined stay: the answer of the
 * charge, the notification and a look at the status may come in any order.
 */
export function settle(order: Order, state: PaymentState): void {
  if (order.state.kind === 'paid' || order.state.kind === 'declined') return
  order.state = state
}
