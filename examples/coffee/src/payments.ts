/**
 * How an order is paid by the token of the customer's card, and given back. What is not known is
 * asked for, and is never paid again as something new.
 */
import {
  GerbangConnectionError,
  GerbangSnapError,
  type KkiNotification,
  type KkiStatusResponse,
  type SnapClient,
} from '@gerbang/client'
import { isUnbound, textOfRefusal } from './customer-texts.ts'
import type { Customer, Order, OrderState } from './customers.ts'

const rupiah = (order: Order) => ({ value: `${order.drink.price}.00`, currency: 'IDR' }) as const

/** Pays an order that was not sent yet; however often it is tapped. */
export async function payOrder(
  gerbang: SnapClient,
  customer: Customer,
  order: Order,
): Promise<void> {
  const { card } = customer
  if (order.state !== 'not-sent' || card.kind !== 'bound') return
  order.state = 'paying'
  try {
    const { isPending } = await gerbang.payByKki({
      partnerReferenceNo: order.partnerReferenceNo,
      bankCardToken: card.bankCardToken,
      amount: rupiah(order),
      additionalInfo: {
        lineItems: [{ name: order.drink.name, price: rupiah(order).value, quantity: '1' }],
      },
    })
    settle(order, isPending ? 'pending' : 'paid')
  } catch (error) {
    if (error instanceof GerbangSnapError && isUnbound(error)) {
      customer.card = { kind: 'none', problem: 'Your card is not bound any more: bind it again.' }
    }
    learnFrom(order, error)
  }
}

function learnFrom(order: Order, error: unknown): void {
  if (error instanceof GerbangSnapError) {
    const { httpStatus, responseCode } = error
    // The gateway does not know either, or this number has come before: the status tells.
    if (httpStatus >= 500 || httpStatus === 409) settle(order, 'pending')
    else refuse(order, responseCode)
    return
  }
  const isSent = !(error instanceof GerbangConnectionError) || error.sent
  settle(order, isSent ? 'pending' : 'not-sent')
  if (!(error instanceof GerbangConnectionError)) throw error
}

/** Asks how an order stands that waits for something; leaves it as it is where nobody can say. */
export async function askStatus(gerbang: SnapClient, order: Order): Promise<void> {
  const isUnexplained = order.state === 'refused' && order.problem === undefined
  if (order.state !== 'pending' && order.refund !== 'pending' && !isUnexplained) return
  const { partnerReferenceNo: originalPartnerReferenceNo } = order
  try {
    believe(order, (await gerbang.paymentStatus({ originalPartnerReferenceNo })).body)
  } catch (error) {
    if (error instanceof GerbangSnapError) {
      // Transaction Not Found: the payment never arrived.
      if (error.responseCode === '4045501') settle(order, 'not-sent')
    } else if (!(error instanceof GerbangConnectionError)) throw error
  }
}

/** Gives an order back, whole. Where the answer is lost the same refund is simply sent again. */
export async function refundOrder(gerbang: SnapClient, order: Order): Promise<void> {
  if (order.state !== 'paid' || order.refund === 'done') return
  order.refund = 'pending'
  try {
    const { isPending } = await gerbang.refund({
      originalPartnerReferenceNo: order.partnerReferenceNo,
      partnerRefundNo: order.partnerRefundNo,
      refundAmount: rupiah(order),
    })
    if (!isPending) order.refund = 'done'
  } catch (error) {
    if (error instanceof GerbangSnapError && error.httpStatus < 500) order.refund = 'refused'
    else if (!(error instanceof GerbangSnapError || error instanceof GerbangConnectionError)) {
      throw error
    }
  }
}

/** Believes a verified notification; false where it is not about the order as it was sold. */
export function takePayment(order: Order, notification: KkiNotification, now: Date): boolean {
  const { amount, additionalInfo, latestTransactionStatus } = notification
  if (amount?.value !== rupiah(order).value) return false
  order.notifiedAt = now
  if (additionalInfo.refundNo !== undefined) {
    if (additionalInfo.partnerRefundNo !== order.partnerRefundNo) return false
    order.refund = additionalInfo.refundStatus === '00' ? 'done' : 'refused'
  }
  // Why it was refused is asked for when the customer looks.
  settle(order, latestTransactionStatus === '06' ? 'refused' : 'paid')
  return true
}

function believe(order: Order, status: KkiStatusResponse): void {
  const { latestTransactionStatus, originalResponseCode, refundHistory } = status
  if (latestTransactionStatus === '06') refuse(order, originalResponseCode)
  if (latestTransactionStatus === '00' || latestTransactionStatus === '04') settle(order, 'paid')
  const refund = refundHistory.find((one) => one.partnerReferenceNo === order.partnerRefundNo)
  if (refund?.refundStatus === '00') order.refund = 'done'
  if (refund?.refundStatus === '06') order.refund = 'refused'
}

function refuse(order: Order, responseCode: string): void {
  settle(order, 'refused')
  order.problem ??= textOfRefusal(responseCode)
}

/** Paid and refused stay: answer, notification and status may come in any order. */
function settle(order: Order, state: OrderState): void {
  if (order.state !== 'paid' && order.state !== 'refused') order.state = state
}
