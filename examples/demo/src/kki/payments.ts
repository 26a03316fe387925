/** How a merchant pays by KKI, and gives back. */
import { expectEqual, WrongStep } from '../wrong-step.ts'
import { expectAnswer, type KkiStory, receiveKkiNotification } from './story.ts'

export type Invoice = { readonly partnerReferenceNo: string; readonly amount: string }

const rupiah = (value: string) => ({ value, currency: 'IDR' }) as const

export async function payByToken(
  story: KkiStory,
  bankCardToken: string,
  { partnerReferenceNo, amount }: Invoice,
): Promise<void> {
  story.narrator.step('Pay by the token: nothing is asked of the customer')
  const lineItems = [{ name: 'Gayo coffee', price: amount, quantity: '1' }]
  const request = {
    partnerReferenceNo,
    bankCardToken,
    amount: rupiah(amount),
    additionalInfo: { lineItems },
  }
  const paid = expectAnswer(story, '2005400', await story.client.payByKki(request))
  await receiveKkiNotification(story, { originalReferenceNo: paid.referenceNo }, '00')
}

/** A card that is not bound: its CPAN, and a one-time token that the customer reads in the app. */
export async function payByCard(
  story: KkiStory,
  cpan: string,
  { partnerReferenceNo, amount }: Invoice,
): Promise<void> {
  const { narrator, client, callSandbox } = story
  narrator.step('Get a one-time token (OTT) in the issuer’s app, as the customer does')
  const { ott } = await callSandbox('POST', '/sandbox/kki/otts', { cpan })
  if (typeof ott !== 'string') throw new WrongStep('the OTT', '8 digits', ott)
  narrator.received('200', { ott })

  narrator.step('Pay by CPAN and OTT')
  const request = { partnerReferenceNo, chargeToken: cpan, otp: ott, amount: rupiah(amount) }
  const paid = expectAnswer(story, '2005400', await client.payByKki(request))
  await receiveKkiNotification(story, { originalReferenceNo: paid.referenceNo }, '00')
}

/** An amount ending in 9002 waits for its cardholder. */
export async function payWithConfirmation(
  story: KkiStory,
  bankCardToken: string,
  { partnerReferenceNo, amount }: Invoice,
): Promise<void> {
  const { narrator, client, callSandbox, gatewayUrl } = story
  narrator.step('Pay an amount that the cardholder must confirm: the payment is pending')
  const request = { partnerReferenceNo, bankCardToken, amount: rupiah(amount) }
  const { referenceNo } = expectAnswer(story, '2025400', await client.payByKki(request))
  const pending = await client.paymentStatus({ originalPartnerReferenceNo: partnerReferenceNo })
  const { latestTransactionStatus } = expectAnswer(story, '2005500', pending)
  expectEqual('latestTransactionStatus', '03', latestTransactionStatus)

  narrator.step('Approve it in the issuer’s app, as the cardholder does')
  narrator.note(`In a browser: ${new URL('/issuer-app', gatewayUrl).href}`)
  await callSandbox('POST', `/sandbox/kki/confirmations/${referenceNo}`, { approve: true })
  await receiveKkiNotification(story, { originalReferenceNo: referenceNo }, '00')
}

export async function refundPart(
  story: KkiStory,
  { partnerReferenceNo }: Invoice,
  amount: string,
): Promise<void> {
  const { narrator, client } = story
  narrator.step('Give a part of the first payment back')
  const request = {
    originalPartnerReferenceNo: partnerReferenceNo,
    partnerRefundNo: `REF-${partnerReferenceNo}`,
    refundAmount: rupiah(amount),
    reason: 'One cup was cold',
  }
  const { refundNo, originalReferenceNo } = expectAnswer(
    story,
    '2005800',
    await client.refund(request),
  )
  const told = await receiveKkiNotification(story, { originalReferenceNo, refundNo }, '00')
  expectEqual('refundStatus of the notification', '00', told.additionalInfo.refundStatus)
}

export async function askStatus(
  story: KkiStory,
  { partnerReferenceNo }: Invoice,
  refunded: string,
): Promise<void> {
  const { narrator, client } = story
  narrator.step('Ask how the first payment stands')
  const answer = await client.paymentStatus({ originalPartnerReferenceNo: partnerReferenceNo })
  const { latestTransactionStatus, refundHistory } = expectAnswer(story, '2005500', answer)
  expectEqual('latestTransactionStatus', '00', latestTransactionStatus)
  const refunds = refundHistory.map(({ refundAmount }) => refundAmount.value)
  expectEqual('the refunds', refunded, refunds.join())
}
