/** The issuer's app as HTML. Its links are relative: a proxy may have put the gateway below a path. */
import { type Html, html } from '../../platform/html.ts'
import { money } from '../../primitives/money.ts'
import { type IssuerAppTexts, issuerAppTexts } from './issuer-app-texts.ts'
import { detailList, joined, page } from './page.ts'
import type { Language } from './page-texts.ts'
import { rupiahText } from './rupiah-text.ts'

/** A payment that a cardholder decides, or decided. */
export type IssuerPayment = {
  readonly referenceNo: string
  readonly partnerReferenceNo: string
  readonly amountMinor: bigint
  readonly maskedCardNumber: string
  readonly state: 'waiting' | 'approved' | 'declined' | 'expired' | 'reversed'
  /** Null where it does not wait. */
  readonly waitsUntil: Date | null
}

export type PaymentView = {
  readonly payment: IssuerPayment
  readonly merchantName: string
  readonly now: Date
}

/** The payments that wait, each with its form. Stands at the path that theirs begin with. */
export function listPage(language: Language, views: readonly PaymentView[]): Html {
  const texts = issuerAppTexts[language]
  const items = views.map((view) => {
    const path = `issuer-app/${encodeURIComponent(view.payment.referenceNo)}`
    return html`<li>
${paymentDetails(texts, view)}
${choice(texts, view, html` action="${path}"`)}
</li>`
  })
  const list =
    views.length === 0
      ? html`<p role="status">${texts.nothingWaits}</p>`
      : html`<ul class="payments">
${joined(items)}
</ul>`
  return page(
    language,
    texts.title,
    html`<p>${texts.intro}</p>
${list}
<p class="hint">${texts.hint}</p>`,
  )
}

/** One payment: with its form while it waits, then with what became of it. */
export function paymentPage(language: Language, view: PaymentView): Html {
  const texts = issuerAppTexts[language]
  const { state } = view.payment
  const details = paymentDetails(texts, view)
  return state === 'waiting'
    ? pageWithLink(language, texts.question, html`${details}\n${choice(texts, view, html``)}`)
    : pageWithLink(
        language,
        texts[state].title,
        html`<p role="status">${texts[state].text}</p>\n${details}`,
      )
}

/** Where there is no such payment. */
export function unknownPaymentPage(language: Language): Html {
  const { title, text } = issuerAppTexts[language].unknownPayment
  return pageWithLink(language, title, html`<p>${text}</p>`)
}

function pageWithLink(language: Language, title: string, content: Html): Html {
  const { allPayments } = issuerAppTexts[language]
  return page(language, title, html`${content}\n<p><a href="../issuer-app">${allPayments}</a></p>`)
}

function paymentDetails(texts: IssuerAppTexts, { payment, merchantName, now }: PaymentView): Html {
  const { waitsUntil } = payment
  return detailList([
    { label: texts.merchant, value: merchantName },
    { label: texts.amount, value: rupiahText(money(payment.amountMinor, 'IDR')), isAmount: true },
    { label: texts.number, value: payment.partnerReferenceNo },
    { label: texts.card, value: payment.maskedCardNumber },
    ...(waitsUntil ? [{ label: texts.timeLeft, value: minutesAndSeconds(waitsUntil, now) }] : []),
  ])
}

function choice(texts: IssuerAppTexts, { payment }: PaymentView, action: Html): Html {
  return html`<form method="post"${action} class="choice" aria-label="${payment.partnerReferenceNo}">
<button type="submit" name="decision" value="approve">${texts.approve}</button>
<button type="submit" name="decision" value="decline" class="quiet">${texts.decline}</button>
</form>`
}

/** `4:05` */
function minutesAndSeconds(until: Date, now: Date): string {
  const seconds = Math.max(Math.ceil((until.getTime() - now.getTime()) / 1_000), 0)
  return `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, '0')}`
}
