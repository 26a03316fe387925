/** How a customer's card is bound, in both ways, and unbound again. */
import { openPage, submitForm, visit } from '../browser.ts'
import { expectEqual, expectPresent, WrongStep } from '../wrong-step.ts'
import { expectAnswer, type KkiStory, receiveKkiNotification } from './story.ts'

/** The one-time password of the sandbox. */
const otp = '123456'

type Card = { readonly cpan: string; readonly custIdMerchant: string }

/** Host to host: the merchant asks the customer for the one-time password. Gives the token. */
export async function bindHostToHost(
  story: KkiStory,
  { cpan, custIdMerchant }: Card,
): Promise<string> {
  const { narrator, client } = story
  narrator.step('Bind a card, host to host: the card is sent encrypted')
  narrator.note('The first call gets an access token, signed with our private key.')
  const request = { card: { cpan }, custIdMerchant, phoneNo: '6281234567890' }
  const begun = expectAnswer(story, '2000100', await client.bindCard(request, { channelId: 'H2H' }))

  narrator.step('Pass the one-time password on, which the issuer has sent to the customer')
  const { authCode } = begun.additionalInfo
  const bound = expectAnswer(story, '2000400', await client.verifyOtp({ otp, authCode }))
  const bankCardToken = expectPresent('bankCardToken', bound.bankCardToken)
  await expectToken(story, begun.referenceNo, bankCardToken)
  return bankCardToken
}

/** On the gateway's page: the merchant never sees the one-time password. */
export async function bindOnPage(story: KkiStory, { cpan, custIdMerchant }: Card): Promise<void> {
  const { narrator, client, site } = story
  narrator.step('Bind another card, on the gateway’s page')
  const urls = { successRegistrationUrl: site.boundUrl, failedRegistrationUrl: site.notBoundUrl }
  const request = { card: { cpan }, custIdMerchant, additionalInfo: urls }
  const begun = expectAnswer(story, '2000100', await client.bindCard(request))
  const url = expectPresent('redirectUrl', begun.redirectUrl)

  narrator.step(`Open ${url}, as the customer’s browser does`)
  const page = await openPage(url)
  narrator.note('On the page stands:')
  for (const line of page.lines) narrator.note(`  │ ${line}`)
  narrator.sent('POST', page.form.action)
  const answer = await submitForm(page, { otp })
  narrator.received(`${answer.status} Location: ${answer.location ?? '(none)'}`)
  expectEqual('HTTP status of the one-time password', 303, answer.status)
  const back = `${site.boundUrl}?referenceNo=${begun.referenceNo}&status=SUCCESS`
  expectEqual('where the browser is sent', back, answer.location)
  const { status, lines } = await visit(back)
  narrator.received(`${status} ${lines.at(-1) ?? ''}`)
  narrator.note('Anybody may open that address: only the notification brings the token.')
  await expectToken(story, begun.referenceNo)
}

async function expectToken(story: KkiStory, originalReferenceNo: string, expected?: string) {
  const notification = await receiveKkiNotification(story, { originalReferenceNo }, '00')
  const { bankCardToken } = notification.additionalInfo
  expectPresent('bankCardToken of the notification', bankCardToken)
  if (expected !== undefined) {
    expectEqual('bankCardToken of the notification', expected, bankCardToken)
  }
}

/** Unbinds a card, and waits until the network has ended its tokens. */
export async function unbind(story: KkiStory, bankCardToken: string): Promise<void> {
  const { narrator, client } = story
  narrator.step('Unbind the first card: all its tokens at this merchant pay no more')
  const unbound = expectAnswer(story, '2000500', await client.unbindCard({ bankCardToken }))
  expectEqual('additionalInfo.status', 'PENDING', unbound.additionalInfo.status)

  narrator.step('Read the events until the network has ended the tokens')
  const event = await eventOf(story, unbound.referenceNo)
  narrator.received('200, with the event', event)
}

/** The network takes a second. */
const eventTimeoutMs = 30_000
const pauseMs = 500

async function eventOf({ callSandbox }: KkiStory, referenceNo: string): Promise<unknown> {
  const end = Date.now() + eventTimeoutMs
  let after = ''
  while (Date.now() < end) {
    const { events, cursor } = await callSandbox('GET', `/sandbox/events?limit=1000${after}`)
    const found = eventsOf(events).find(
      ({ type, data }) => type === 'kki.card.unbound' && data?.referenceNo === referenceNo,
    )
    if (found) return found
    after = `&after=${String(cursor)}`
    await new Promise((resolve) => setTimeout(resolve, pauseMs))
  }
  throw new WrongStep('the events', `kki.card.unbound of ${referenceNo}`, 'nothing')
}

type Event = { readonly type?: unknown; readonly data?: { readonly referenceNo?: unknown } }

function eventsOf(events: unknown): readonly Event[] {
  return Array.isArray(events) ? events : []
}
