/**
 * Three bookings of a hotel, which holds an amount and takes it later. One guest checks out and pays
 * less than was held, one cancels, one never comes. Every signature is verified, and a wrong step
 * throws.
 */
import type { TransactionReport } from '@gerbang/client'
import { expectEqual, expectPresent } from '@gerbang/example-demo/expectations'
import {
  expectRefusal,
  expiryAfter,
  receiveNotification,
  type Story,
  type StoryOptions,
  tellStory,
} from '@gerbang/example-demo/story'

/** Its holder is authenticated without a question. */
const cardNumber = '4111111111111111'
/** A hold lives 7 days. */
const daysUntilReleased = 8

type Booking = {
  readonly invoiceNumber: string
  readonly amount: number
  /** What the hold is captured by. */
  readonly authorizeId: string
  /** Request-Id of the charge: what money is given back by. */
  readonly requestId: string
}

/** Runs the whole story; throws as `tellStory`. */
export async function runHotel(options: StoryOptions): Promise<void> {
  await tellStory(options, async (story) => {
    const guest = await book(story, 'Check in', 1_500_000)
    await cancelBooking(story, await book(story, 'Another guest books', 900_000))
    await checkOut(story, guest, 1_250_000)
    await refundMinibar(story, guest, 200_000)
    await waitForNoShow(story, await book(story, 'A third guest books', 700_000))
    return 'One stay paid and refunded in part, one booking voided, one hold released.'
  })
}

async function book(story: Story, title: string, amount: number): Promise<Booking> {
  const { narrator, client, site, sandbox } = story
  narrator.step(`${title}: authenticate the cardholder`)
  const invoiceNumber = `ROOM-${Date.now()}`
  const order = { invoice_number: invoiceNumber, amount }
  const card = { number: cardNumber, expiry: expiryAfter(await sandbox.now()) }
  const check = await client.checkThreeDSecure({
    order,
    card,
    three_dsecure: { callback_url_success: site.successUrl, callback_url_failed: site.failedUrl },
  })
  narrator.verifiedAnswer(check)
  const { authentication_id } = check.body.three_dsecure

  narrator.step('Hold the amount')
  const hold = await client.charge({
    order,
    three_dsecure: { authentication_id },
    payment: { type: 'AUTHORIZE' },
    card: { ...card, cvv: '123' },
  })
  narrator.verifiedAnswer(hold)
  const { payment } = hold.body
  expectEqual('payment.status', 'SUCCESS', payment.status)
  const authorizeId = expectPresent('payment.authorize_id', payment.authorize_id)
  narrator.note('Nothing is taken yet: the order is PENDING.')
  const notification = await receiveNotification(story, invoiceNumber, 'PENDING')
  expectEqual('authorize_id of the notification', authorizeId, notification.authorize_id)
  return { invoiceNumber, amount, authorizeId, requestId: payment.request_id }
}

async function cancelBooking(story: Story, booking: Booking): Promise<void> {
  story.narrator.step('The booking is cancelled: give the hold back')
  await giveBack(story, booking, booking.amount, 'VOID')
  await expectStatus(story, booking, 'REFUNDED')
  story.narrator.step('What was given back is not captured any more')
  await expectRefusal(story, 'Authorization has been voided', () => capture(story, booking))
}

async function checkOut(story: Story, booking: Booking, bill: number): Promise<void> {
  story.narrator.step('Check out: capture what the stay cost, less than was held')
  const answer = await capture(story, booking, bill)
  expectEqual('payment.status', 'SUCCESS', answer.payment.status)
  expectEqual('order.amount', bill, answer.order.amount)
  await receiveNotification(story, booking.invoiceNumber, 'SUCCESS')
  await expectStatus(story, booking, 'SUCCESS')
}

async function refundMinibar(story: Story, booking: Booking, amount: number): Promise<void> {
  story.narrator.step('The minibar was not the guest’s: a part is given back after the settlement')
  const beforeSettlement = 'Refund amount must be equal to the transaction amount before settlement'
  await expectRefusal(story, beforeSettlement, () => refund(story, booking, amount))
  await story.sandbox.settle()
  await giveBack(story, booking, amount, 'PARTIAL_REFUND')
}

async function waitForNoShow(story: Story, booking: Booking): Promise<void> {
  const { narrator, sandbox } = story
  narrator.step(`The guest never comes: ${daysUntilReleased} days go by on the sandbox’s clock`)
  await sandbox.advanceDays(daysUntilReleased)
  await expectRefusal(story, 'Authorization has expired', () => capture(story, booking))
  await expectStatus(story, booking, 'FAILED')
}

async function capture({ narrator, client }: Story, booking: Booking, amount = booking.amount) {
  const payment = { authorize_id: booking.authorizeId, capture_amount: amount }
  const answer = await client.capture({ payment })
  narrator.verifiedAnswer(answer)
  return answer.body
}

/** Who gives back does not choose how; the gateway tells. */
async function giveBack(
  story: Story,
  booking: Booking,
  amount: number,
  type: string,
): Promise<void> {
  const answer = await refund(story, booking, amount)
  expectEqual('refund.type', type, answer.refund.type)
  expectEqual('refund.status', 'SUCCESS', answer.refund.status)
  const notification = await receiveNotification(story, booking.invoiceNumber, 'REFUNDED')
  expectEqual('refund.amount of the notification', amount, notification.refund?.amount)
}

async function refund({ narrator, client }: Story, booking: Booking, amount: number) {
  const answer = await client.refund({
    order: { invoice_number: booking.invoiceNumber },
    payment: { original_request_id: booking.requestId },
    refund: { amount },
  })
  narrator.verifiedAnswer(answer)
  return answer.body
}

async function expectStatus(
  { narrator, client }: Story,
  { invoiceNumber }: Booking,
  expected: TransactionReport['transaction']['status'],
): Promise<void> {
  const answer = await client.orderStatus(invoiceNumber)
  narrator.verifiedAnswer(answer)
  expectEqual('transaction.status', expected, answer.body.transaction.status)
}
