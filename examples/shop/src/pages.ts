/** The shop's pages: plain HTML that works without JavaScript. */
import { futureExpiry, products, testCards } from './catalogue.ts'
import { textOfDecline } from './customer-texts.ts'
import { Html, html } from './html.ts'
import type { Order, PaymentState } from './orders.ts'
import { pagesOf, rupiah } from './web.ts'

/** Seconds between looks at an order that still waits for something. */
const page = pagesOf({
  name: 'Toko Gerbang',
  footer: 'An example shop. Nothing is sold; use test cards only.',
})
/** After this long a waiting page stops refreshing itself; the gateway's own tries are slower. */
const refreshForMs = 120_000

/** What a customer entered before a problem. The CVV is not part of it: it is asked again. */
export type Entered = {
  readonly product: string | undefined
  readonly testCard: string
  readonly number: string
  readonly expiry: string
}

/**
 * The product and card form, as it was filled in before a problem. A card number is shown again only
 * where it is a published test card; a customer's own is asked again.
 */
export function checkoutPage(options: {
  now: Date
  problem?: string
  entered?: Entered | undefined
}): string {
  const { entered, problem } = options
  const product = entered?.product ?? products[0].id
  const isTestCard = testCards.some(({ number }) => number === entered?.number)
  const cardNumber = entered ? (isTestCard ? entered.number : '') : testCards[0].number
  return page(
    'Checkout',
    html`<h1>Checkout</h1>
      ${problem ? html`<p class="alert" role="alert">${problem}</p>` : undefined}
      <form method="post" action="/checkout">
        <fieldset>
          <legend>What would you like?</legend>
          ${products.map(
            ({ id, name, note, price }) => html`<label class="product">
              <input type="radio" name="product" value="${id}" ${checked(id === product)}>
              <span>${name}<small>${note}</small></span>
              <strong class="whole">${rupiah(price)}</strong>
            </label>`,
          )}
        </fieldset>
        <fieldset>
          <legend>Card</legend>
          <label>Test card
            <select name="test_card">
              <option value="">None: the number below</option>
              ${testCards.map(
                ({ number, meaning }) =>
                  html`<option value="${number}" ${selected(number === entered?.testCard)}
                    >…${number.slice(-4)} ${meaning}</option>`,
              )}
            </select>
          </label>
          <label>Card number
            <input name="card_number" value="${cardNumber}" inputmode="numeric"
              autocomplete="cc-number" maxlength="23" required>
          </label>
          <div class="pair">
            <label>Expiry (MM/YY)
              <input name="expiry" value="${entered?.expiry ?? futureExpiry(options.now)}"
                inputmode="numeric" autocomplete="cc-exp" maxlength="5"
                pattern="[0-9]{2}/?[0-9]{2}" required>
            </label>
            <label>CVV
              <input name="cvv" value="123" inputmode="numeric" autocomplete="cc-csc"
                maxlength="4" pattern="[0-9]{3,4}" required>
            </label>
          </div>
        </fieldset>
        <button>Pay</button>
      </form>`,
  )
}

/** How an order stands, and whether its notification has come. */
export function orderPage(order: Order, now: Date): string {
  const { title, tone, text, action } = describe(order)
  const waits = order.state.kind === 'pending' || order.state.kind === 'charging'
  const settled = order.state.kind === 'paid' || order.state.kind === 'declined'
  const mayChange = waits || (settled && order.notification === undefined)
  const isYoung = now.getTime() - order.createdAt.getTime() < refreshForMs
  return page(
    title,
    html`<h1 class="${tone}">${title}</h1>
      <p>${text}</p>
      <dl>
        <dt>Order</dt><dd class="whole">${order.invoiceNumber}</dd>
        <dt>${order.product.name}</dt><dd class="whole">${rupiah(order.product.price)}</dd>
        ${details(order.state)}
        ${notificationRow(order)}
      </dl>
      <a class="button" href="${action.href}">${action.label}</a>`,
    mayChange && isYoung,
  )
}

/** Where the bank's page sends a cardholder who could not be authenticated. */
export function authenticationFailedPage(order: Order): string {
  return page(
    'Not confirmed',
    html`<h1 class="bad">Your bank could not confirm the payment</h1>
      <p>Nothing was charged. The one-time password was wrong, you left the bank’s page, or the bank
        said no. You can try again, or take another card.</p>
      <dl>
        <dt>Order</dt><dd class="whole">${order.invoiceNumber}</dd>
        <dt>${order.product.name}</dt><dd class="whole">${rupiah(order.product.price)}</dd>
      </dl>
      <a class="button" href="/">Try again</a>`,
  )
}

export function problemPage(title: string, text: string): string {
  return page(
    title,
    html`<h1 class="bad">${title}</h1><p>${text}</p><a class="button" href="/">To the shop</a>`,
  )
}

type Description = {
  title: string
  tone: 'good' | 'bad' | 'wait'
  text: string
  action: { label: string; href: string }
}

function describe(order: Order): Description {
  const { state } = order
  const again = { label: 'Try again', href: '/' }
  const look = { label: 'Look again', href: `/orders/${order.id}` }
  switch (state.kind) {
    case 'paid': {
      const action = { label: 'Buy something else', href: '/' }
      return { title: 'Paid, thank you!', tone: 'good', text: 'We are packing it.', action }
    }
    case 'declined':
      return { title: 'Declined', tone: 'bad', text: textOfDecline(state.code), action: again }
    case 'refused':
      return { title: 'Not possible', tone: 'bad', text: state.message, action: again }
    case 'pending': {
      const text = `${state.reason} Please do not pay again: we keep asking.`
      return { title: 'Pending', tone: 'wait', text, action: look }
    }
    case 'charging':
      return {
        title: 'One moment',
        tone: 'wait',
        text: 'Your card is being charged.',
        action: look,
      }
    case 'not-charged': {
      const action = { label: 'Charge again', href: `/payment/success/${order.id}` }
      const text = 'The payment did not reach the payment service, so nothing was charged.'
      return { title: 'Not charged yet', tone: 'wait', text, action }
    }
    case 'awaiting-authentication': {
      const action = { label: 'To the bank’s page', href: state.authenticationUrl ?? '/' }
      const text = 'Your bank asks you to confirm the payment.'
      return { title: 'Waiting for you', tone: 'wait', text, action }
    }
  }
}

function details(state: PaymentState): Html | undefined {
  if (state.kind === 'paid') {
    return html`<dt>Card</dt><dd class="whole">${state.card}</dd>
      <dt>Approval code</dt><dd>${state.approvalCode}</dd>`
  }
  if (state.kind !== 'declined') return undefined
  return html`<dt>Bank’s code</dt><dd>${state.code}</dd>`
}

/** What the gateway told of the order, or how to see whether it has meanwhile. */
function notificationRow({ id, state, notification }: Order): Html | undefined {
  const row = (text: Html | string) => html`<dt>Notification</dt><dd>${text}</dd>`
  if (notification) {
    const time = notification.receivedAt.toISOString().slice(11, 19)
    return row(`${notification.status}, verified, at ${time} UTC`)
  }
  switch (state.kind) {
    case 'awaiting-authentication':
      return undefined
    // Only what is settled is told, and this was turned away before anything began.
    case 'refused':
    case 'not-charged':
      return row('none: nothing was begun')
    default:
      return row(html`has not come yet. <a href="/orders/${id}">Look&nbsp;again</a>`)
  }
}

const checked = (isChecked: boolean) => (isChecked ? new Html('checked') : undefined)

const selected = (isSelected: boolean) => (isSelected ? new Html('selected') : undefined)
