/**
 * How the shop pays an order: check 3-D Secure, charge once, believe notifications that verify, and
 * ask the status where an answer was lost.
 */
import {
  type Client,
  GerbangConnectionError,
  GerbangError,
  GerbangSignatureError,
  type TransactionReport,
} from '@gerbang/client'
import { textOfRefusal } from './customer-texts.ts'
import { type Order, type PaymentState, settle } from './orders.ts'

export type Card = { readonly number: string; readonly expiry: string; readonly cvv: string }

/**
 * Checks the card and gives the page where the browser goes next: the bank's, or, where the card is
 * not enrolled, the order's, charged already. The card is forgotten when this returns.
 * @throws the errors of @gerbang/client; nothing was charged then
 */
export async function startPayment(
  client: Client,
  order: Order,
  options: { card: Card; shopUrl: string },
): Promise<string> {
  const { card, shopUrl } = options
  const answer = await client.checkThreeDSecure({
    order: { amount: order.product.price, invoice_number: order.invoiceNumber },
    card: { number: card.number, expiry: card.expiry },
    three_dsecure: {
      callback_url_success: `${shopUrl}/payment/success/${order.id}`,
      callback_url_failed: `${shopUrl}/payment/failed/${order.id}`,
    },
  })
  const authentication = answer.body.three_dsecure
  order.authenticationId = authentication.authentication_id
  const authenticationUrl = authentication.authentication_url
  if (authentication.enrollment_status && authenticationUrl) {
    settle(order, { kind: 'awaiting-authentication', authenticationUrl })
    return authenticationUrl
  }
  await chargeOrder(client, order, card.cvv)
  return `${shopUrl}/orders/${order.id}`
}

/**
 * Charges an order by its authentication alone: the gateway keeps the card from check to charge.
 * Only the first call does anything, however often the browser reloads. Never throws for what the
 * gateway or the line does: the order's state tells it.
 * @param cvv at hand only where no bank's page came between; it must not be kept
 */
export async function chargeOrder(client: Client, order: Order, cvv?: string): Promise<void> {
  const { kind } = order.state
  if (kind !== 'awaiting-authentication' && kind !== 'not-charged') return
  if (order.authenticationId === undefined) return
  settle(order, { kind: 'charging' })
  try {
    const { body } = await client.charge(
      {
        order: { amount: order.product.price, invoice_number: order.invoiceNumber },
        three_dsecure: { authentication_id: order.authenticationId },
        payment: { type: 'SALE' },
        ...(cvv && { card: { cvv } }),
      },
      { requestId: order.chargeRequestId },
    )
    settle(order, stateOf(body.payment, body.card.masked))
  } catch (error) {
    settle(order, stateAfter(error))
    if (!isGerbangs(error)) throw error
  }
}

/** Asks how an order stands whose outcome is not known; leaves it as it is where nobody can say. */
export async function askStatus(client: Client, order: Order): Promise<void> {
  if (order.state.kind !== 'pending') return
  try {
    const { body } = await client.orderStatus(order.chargeRequestId)
    believe(order, body)
  } catch (error) {
    const neverArrived = error instanceof GerbangError && error.code === 'TRANSACTION_NOT_FOUND'
    if (neverArrived) settle(order, { kind: 'not-charged' })
    else if (!isGerbangs(error)) throw error
  }
}

/** Takes a notification that was verified; false where it is not about this order as it was sold. */
export function takeNotification(order: Order, report: TransactionReport, now: Date): boolean {
  if (report.order.amount !== order.product.price) return false
  if (report.transaction.original_request_id !== order.chargeRequestId) return false
  order.notification = { status: report.transaction.status, receivedAt: now }
  believe(order, report)
  return true
}

function believe(order: Order, report: TransactionReport): void {
  const { card_payment: payment, transaction } = report
  settle(order, stateOf({ ...payment, status: transaction.status }, payment.masked_card_number))
}

function stateOf(
  payment: {
    status: string
    response_code: string
    approval_code?: string
  },
  maskedCard: string,
): PaymentState {
  if (payment.status === 'SUCCESS') {
    return { kind: 'paid', approvalCode: payment.approval_code ?? '', card: maskedCard }
  }
  if (payment.status === 'FAILED') {
    return { kind: 'declined', code: payment.response_code }
  }
  return { kind: 'pending', reason: 'The bank has not answered yet.' }
}

/** What a failed charge means: refused for good, or an outcome that must be asked. */
function stateAfter(error: unknown): PaymentState {
  if (error instanceof GerbangError) {
    const { httpStatus, body } = error
    // The same Request-Id was sent before: its stored answer comes back, once there is one.
    if (httpStatus === 409 && body?.payment) return stateOf(body.payment, body.card?.masked ?? '')
    const isRefusal = httpStatus < 500 && httpStatus >= 400
    if (isRefusal && httpStatus !== 409 && httpStatus !== 412) {
      return { kind: 'refused', message: textOfRefusal(error) }
    }
  }
  if (error instanceof GerbangConnectionError && !error.sent) return { kind: 'not-charged' }
  return { kind: 'pending', reason: 'We have not heard how your payment went.' }
}

function isGerbangs(error: unknown): boolean {
  return (
    error instanceof GerbangError ||
    error instanceof GerbangConnectionError ||
    error instanceof GerbangSignatureError
  )
}
