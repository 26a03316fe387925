/**
 * Kartu Kredit Indonesia from the merchant's chair: a customer binds cards, pays in each way,
 * confirms a payment in the issuer's app, gets a part back, and unbinds. Everything goes over HTTP to
 * a running gateway; every notification is verified, and a wrong step throws.
 */
import type { StoryOptions } from '../story.ts'
import { bindHostToHost, bindOnPage, unbind } from './bindings.ts'
import { askStatus, payByCard, payByToken, payWithConfirmation, refundPart } from './payments.ts'
import { tellKkiStory } from './story.ts'

/** Of the sandbox: one of Bank Rakyat Indonesia, one of Bank Mandiri. */
const cpan = '9360001609987000000'
const otherCpan = '9360000812345678901'

/** Runs the whole story; throws as `tellStory`. */
export async function runKkiDemo(options: StoryOptions): Promise<void> {
  const now = Date.now()
  const custIdMerchant = `CUST${now}`
  const invoice = (number: number, amount: string) => ({
    partnerReferenceNo: `DEMO-KKI-${now}-${number}`,
    amount,
  })
  const first = invoice(1, '50000.00')
  const refunded = '20000.00'
  await tellKkiStory(options, async (story) => {
    const bankCardToken = await bindHostToHost(story, { cpan, custIdMerchant })
    await payByToken(story, bankCardToken, first)
    await payByCard(story, cpan, invoice(2, '11500.00'))
    await payWithConfirmation(story, bankCardToken, invoice(3, '19002.00'))
    await bindOnPage(story, { cpan: otherCpan, custIdMerchant })
    await refundPart(story, first, refunded)
    await askStatus(story, first, refunded)
    await unbind(story, bankCardToken)
    return (
      'Two cards bound, three payments, one of them refunded in part, one card unbound: every ' +
      'notification verified.'
    )
  })
}
