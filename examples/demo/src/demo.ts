/**
 * One card payment, from the merchant's chair: check 3-D Secure, let the cardholder enter the
 * one-time password, charge, receive the notification, ask the status. Everything goes over HTTP
 * to a running gateway; every signature is verified, and a wrong step throws.
 */
import type {
  ChargeRequest,
  CheckThreeDSecureRequest,
  CheckThreeDSecureResponse,
} from '@gerbang/client'
import { type OpenPage, openPage, submitForm, visit } from './browser.ts'
import {
  expiryAfter,
  receiveNotification,
  type Story as StoryOf,
  type StoryOptions,
  tellStory,
} from './story.ts'
import { expectEqual, expectPresent } from './wrong-step.ts'

const cardNumber = '5573381011111101'
const amount = 90_000
const oneTimePassword = '123456'

type Story = StoryOf & {
  readonly order: { readonly invoice_number: string; readonly amount: number }
  readonly card: { readonly number: string; readonly expiry: string }
}

/** Runs the whole story; throws as `tellStory`. */
export async function runDemo(options: StoryOptions): Promise<void> {
  const order = { invoice_number: `DEMO-${Date.now()}`, amount }
  await tellStory(options, (story) => {
    const card = { number: cardNumber, expiry: expiryAfter(story.beganAt) }
    return payByCard({ ...story, order, card })
  })
}

async function payByCard(story: Story): Promise<string> {
  const { order } = story
  const authentication = await checkThreeDSecure(story)
  const page = await openAuthenticationPage(story, authentication.authentication_url)
  await enterOneTimePassword(story, page)
  const requestId = await charge(story, authentication.authentication_id)
  await checkNotification(story, requestId)
  await askStatus(story, requestId)
  return (
    `Paid Rp ${order.amount.toLocaleString('id-ID')} for ${order.invoice_number}: authenticated, ` +
    'charged, notified and confirmed; every signature verified.'
  )
}

async function checkThreeDSecure({ narrator, client, site, order, card }: Story) {
  narrator.step('Check whether the card takes part in 3-D Secure')
  const request: CheckThreeDSecureRequest = {
    order,
    card,
    three_dsecure: {
      callback_url_success: site.successUrl,
      callback_url_failed: site.failedUrl,
    },
  }
  const answer = await client.checkThreeDSecure(request)
  narrator.verifiedAnswer(answer)
  const authentication: CheckThreeDSecureResponse['three_dsecure'] = answer.body.three_dsecure
  expectEqual('enrollment_status', true, authentication.enrollment_status)
  const url = expectPresent('authentication_url', authentication.authentication_url)
  return { authentication_id: authentication.authentication_id, authentication_url: url }
}

async function openAuthenticationPage({ narrator }: Story, url: string): Promise<OpenPage> {
  narrator.step('Open the authentication page, as the cardholder’s browser does')
  narrator.sent('GET', url)
  const page = await openPage(url)
  narrator.note('On the page stands:')
  for (const line of page.lines) narrator.note(`  │ ${line}`)
  return page
}

async function enterOneTimePassword(story: Story, page: OpenPage): Promise<void> {
  const { narrator, site } = story
  narrator.step(`Enter the one-time password ${oneTimePassword}`)
  narrator.sent('POST', page.form.action)
  const answer = await submitForm(page, { otp: oneTimePassword })
  narrator.received(`${answer.status} Location: ${answer.location ?? '(none)'}`)
  expectEqual('HTTP status of the one-time password', 303, answer.status)
  expectEqual('where the browser is sent', site.successUrl, answer.location)

  narrator.step('Follow the browser back to the merchant')
  narrator.sent('GET', site.successUrl)
  const { status, lines } = await visit(site.successUrl)
  narrator.received(`${status} ${lines.at(-1) ?? ''}`)
  expectEqual('HTTP status of the merchant’s page', 200, status)
}

async function charge(story: Story, authenticationId: string): Promise<string> {
  const { narrator, client, order, card } = story
  narrator.step('Charge the card')
  const request: ChargeRequest = {
    order,
    customer: { id: 'CUST-0001', name: 'Alisa Mikhailovna', email: 'alisa@gmail.com' },
    three_dsecure: { authentication_id: authenticationId },
    payment: { type: 'SALE' },
    card: { ...card, cvv: '123' },
  }
  const answer = await client.charge(request)
  narrator.verifiedAnswer(answer)
  const { payment } = answer.body
  expectEqual('payment.status', 'SUCCESS', payment.status)
  expectEqual('payment.request_id', answer.requestId, payment.request_id)
  expectEqual('order.amount', order.amount, answer.body.order.amount)
  return answer.requestId
}

async function checkNotification(story: Story, requestId: string): Promise<void> {
  story.narrator.step('Receive the notification')
  const { transaction } = await receiveNotification(story, story.order.invoice_number, 'SUCCESS')
  expectEqual('transaction.original_request_id', requestId, transaction.original_request_id)
}

async function askStatus({ narrator, client, order }: Story, requestId: string): Promise<void> {
  narrator.step('Ask how the payment stands')
  const answer = await client.orderStatus(order.invoice_number)
  narrator.verifiedAnswer(answer)
  const { transaction } = answer.body
  expectEqual('transaction.status', 'SUCCESS', transaction.status)
  expectEqual('transaction.original_request_id', requestId, transaction.original_request_id)
  expectEqual('order.amount', order.amount, answer.body.order.amount)
}
