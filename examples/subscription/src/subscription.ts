/**
 * A magazine that is paid by the month: the first payment saves the card and makes the billing
 * agreement, the following ones are charged by token when the merchant's calendar says so. One month
 * is declined and charged again. The sandbox's clock moves the months.
 */
import type { ChargeResponse } from '@gerbang/client'
import { expectEqual, expectPresent } from '@gerbang/example-demo/expectations'
import {
  expectRefusal,
  expiryAfter,
  receiveNotification,
  type Story,
  type StoryOptions,
  tellStory,
} from '@gerbang/example-demo/story'

/** Bank Mandiri's: its recurring payments have a billing_transaction_id. */
const cardNumber = '4137190000009008'
const price = 150_000
/** What ends in 9051 is declined with 51, insufficient funds. */
const priceThatIsDeclined = 179_051

/** All that the merchant keeps of a subscriber: no card number. */
type Subscription = {
  readonly key: string
  readonly customer: { readonly id: string }
  readonly token: string
  /** The terms never change: VARIABLE, because some issues have a supplement. */
  readonly billing: {
    readonly billing_number: string
    readonly amount_variability: 'VARIABLE'
    readonly payment_frequency: 'MONTHLY'
    readonly billing_transaction_id?: string
  }
}

/** Runs the whole story; throws as `tellStory`. */
export async function runSubscription(options: StoryOptions): Promise<void> {
  await tellStory(options, async (story) => {
    const subscription = await subscribe(story)
    await nextIssue(story, 31)
    await chargeIssue(story, subscription, { issue: 2, amount: price })
    await nextIssue(story, 31)
    await recoverDeclinedIssue(story, subscription)
    await cancel(story, subscription)
    return 'Three issues paid with one saved card, one of them at the second try; then cancelled.'
  })
}

async function subscribe(story: Story): Promise<Subscription> {
  const { narrator, client, sandbox } = story
  narrator.step('Subscribe: the first payment saves the card and makes the agreement')
  const key = String(Date.now())
  const customer = { id: `READER-${key}` }
  const invoiceNumber = `ISSUE-1-${key}`
  const terms = {
    billing_number: `magazine-${key}`,
    amount_variability: 'VARIABLE',
    payment_frequency: 'MONTHLY',
  } as const
  const answer = await client.charge({
    order: { invoice_number: invoiceNumber, amount: price },
    customer: { ...customer, name: 'Alisa Mikhailovna' },
    payment: { type: 'RECURRING' },
    card: { number: cardNumber, expiry: expiryAfter(await sandbox.now()), save: true },
    billing: { ...terms, number_of_payments: 1 },
  })
  narrator.verifiedAnswer(answer)
  expectEqual('payment.status', 'SUCCESS', answer.body.payment.status)
  const token = expectPresent('card.token', answer.body.card.token)
  const billing_transaction_id = expectPresent(
    'billing.billing_transaction_id',
    answer.body.billing?.billing_transaction_id,
  )
  narrator.step('Receive the notification, which tells the token as well')
  const notification = await receiveNotification(story, invoiceNumber, 'SUCCESS')
  expectEqual('card.token of the notification', token, notification.card?.token)
  return { key, customer, token, billing: { ...terms, billing_transaction_id } }
}

async function nextIssue({ narrator, sandbox }: Story, days: number): Promise<void> {
  narrator.step(`Wait ${days} days: the sandbox’s clock moves`)
  await sandbox.advanceDays(days)
}

type Charge = {
  readonly issue: number
  readonly amount: number
  readonly attempt?: number
  readonly expected?: 'SUCCESS' | 'FAILED'
}

/** Charges an issue by token, and waits until the notification tells the same. */
async function chargeIssue(
  story: Story,
  { key, customer, token, billing }: Subscription,
  { issue, amount, attempt = 1, expected = 'SUCCESS' }: Charge,
): Promise<ChargeResponse> {
  const { narrator, client } = story
  narrator.step(`Charge issue ${issue} by token${attempt > 1 ? ', again' : ''}`)
  // Each try is an order of its own; the number of the payment says which issue it is for.
  const invoiceNumber = `ISSUE-${issue}-${key}-${attempt}`
  const answer = await client.charge({
    order: { invoice_number: invoiceNumber, amount },
    customer,
    payment: { type: 'RECURRING' },
    card: { token },
    billing: { ...billing, number_of_payments: issue },
  })
  narrator.verifiedAnswer(answer)
  expectEqual('payment.status', expected, answer.body.payment.status)
  const notification = await receiveNotification(story, invoiceNumber, expected)
  const { billing_number, number_of_payments } = notification.billing ?? {}
  expectEqual('billing.billing_number of the notification', billing.billing_number, billing_number)
  expectEqual('billing.number_of_payments of the notification', issue, number_of_payments)
  return answer.body
}

async function recoverDeclinedIssue(story: Story, subscription: Subscription): Promise<void> {
  const issue = 3
  const declined = await chargeIssue(story, subscription, {
    issue,
    amount: priceThatIsDeclined,
    expected: 'FAILED',
  })
  expectEqual('payment.response_code', '51', declined.payment.response_code)
  expectEqual('error.code', 'PAYMENT_FAILED', declined.error?.code)
  story.narrator.note('Not enough money: leave the supplement out, and try again in three days.')
  await nextIssue(story, 3)
  await chargeIssue(story, subscription, { issue, amount: price, attempt: 2 })
  story.narrator.note('An issue is paid once: charging it a third time has to be refused.')
  const paidBefore = 'This payment of the billing agreement was made before'
  const again = { issue, amount: price, attempt: 3 }
  await expectRefusal(story, paidBefore, () => chargeIssue(story, subscription, again))
}

async function cancel(story: Story, subscription: Subscription): Promise<void> {
  const { narrator, client } = story
  const { customer, token } = subscription
  narrator.step('Cancel: delete the token')
  const deleted = await client.deleteToken({ token: { id: token } })
  narrator.verifiedAnswer(deleted)
  expectEqual('token.status', 'INACTIVE', deleted.body.token.status)
  const list = await client.listTokens({ customer })
  narrator.verifiedAnswer(list)
  expectEqual('the number of saved cards', 0, list.body.tokens.length)
  narrator.note('A deleted token has to be charged no more.')
  await expectRefusal(story, 'Card token is not found', () =>
    chargeIssue(story, subscription, { issue: 4, amount: price }),
  )
}
