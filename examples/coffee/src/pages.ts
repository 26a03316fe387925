/** The café's pages: plain HTML for a phone, which works without JavaScript. */
import { type Html, html } from '@gerbang/example-shop/html'
import { pagesOf, rupiah } from '@gerbang/example-shop/web'
import { type Customer, type Order, offer } from './customers.ts'
import { menu, testCards } from './menu.ts'

/** Seconds between looks at something that waits. */
const page = pagesOf({
  name: 'Kopi Gerbang',
  footer: 'An example café. Nothing is sold; use test cards only.',
})
/** After this long a waiting order stops refreshing itself; the gateway's own tries are slower. */
const refreshForMs = 120_000

export function homePage(customer: Customer): string {
  const { card, orders } = customer
  return page(
    'Menu',
    html`<h1>What would you like?</h1>
      ${card.kind === 'none' ? bindingForm(card.problem) : undefined}
      ${card.kind === 'asked' ? waitingCard(card.pageUrl) : undefined}
      ${card.kind === 'bound' ? tapButtons(customer) : undefined}
      ${orders.length > 0 ? orderList(orders) : undefined}
      ${card.kind === 'bound' ? boundCard(card.lastDigits) : undefined}`,
    card.kind === 'asked',
  )
}

function bindingForm(problem: string | undefined): Html {
  return html`${problem ? html`<p class="alert" role="alert">${problem}</p>` : undefined}
    <p>${menu.map(({ name, price }) => html`<span class="whole">${name} ${rupiah(price)}</span><br>`)}</p>
    <form method="post" action="/card">
      <p>Link your Kartu Kredit Indonesia once, and pay by one tap.</p>
      <label>Card number
        <input name="cpan" list="cards" inputmode="numeric" autocomplete="cc-number" maxlength="24"
          value="${testCards[0]?.cpan}" required>
      </label>
      <datalist id="cards">
        ${testCards.map(({ cpan, meaning }) => html`<option value="${cpan}">${meaning}</option>`)}
      </datalist>
      <button>Link my card</button>
    </form>`
}

function waitingCard(pageUrl: string): Html {
  return html`<p role="status">Your bank is confirming your card.</p>
    <a class="button" href="${pageUrl}">To the bank’s page</a>`
}

function tapButtons(customer: Customer): Html {
  const forms = menu.map(
    (drink) => html`<form method="post" action="/orders">
      <input type="hidden" name="order" value="${offer(customer, drink)}">
      <p><button>${drink.name} <span class="whole">${rupiah(drink.price)}</span></button>
      <small>${drink.note}</small></p>
    </form>`,
  )
  return html`${forms}`
}

function orderList(orders: readonly Order[]): Html {
  const items = orders.slice(0, 5).map(
    (order) => html`<dt><a href="/orders/${order.id}">${order.drink.name}</a></dt>
        <dd>${describe(order).title}</dd>`,
  )
  return html`<h2>Your orders</h2><dl>${items}</dl>`
}

function boundCard(lastDigits: string): Html {
  return html`<h2>Your card</h2>
    <p>The card that ends in ${lastDigits} is linked.</p>
    <form method="post" action="/card/unbind"><button>Unlink it</button></form>`
}

export function orderPage(order: Order, at: { now: Date; issuerAppUrl: string }): string {
  const { title, tone, text } = describe(order)
  const waits = order.state === 'pending' || order.state === 'paying'
  const isYoung = at.now.getTime() - order.createdAt.getTime() < refreshForMs
  const told = order.notifiedAt
    ? html`verified, at ${order.notifiedAt.toISOString().slice(11, 19)} UTC`
    : html`has not come yet`
  return page(
    title,
    html`<h1 class="${tone}">${title}</h1>
      <p role="status">${text}</p>
      ${
        order.state === 'pending'
          ? html`<p class="quiet">In the sandbox the issuer’s app is at
        <a href="${at.issuerAppUrl}">${at.issuerAppUrl}</a>.</p>`
          : undefined
      }
      <dl>
        <dt>Order</dt><dd class="whole">${order.partnerReferenceNo}</dd>
        <dt>${order.drink.name}</dt><dd class="whole">${rupiah(order.drink.price)}</dd>
        <dt>Notification</dt><dd>${told}</dd>
      </dl>
      ${actionOf(order)}
      <p><a class="button" href="/">To the menu</a></p>`,
    (waits || order.refund === 'pending' || order.notifiedAt === undefined) && isYoung,
  )
}

function actionOf(order: Order): Html | undefined {
  if (order.state === 'not-sent') {
    return html`<form method="post" action="/orders">
      <input type="hidden" name="order" value="${order.id}"><button>Pay again</button></form>`
  }
  if (order.state !== 'paid' || order.refund === 'done') return undefined
  return html`<form method="post" action="/orders/${order.id}/refund">
    <p><button>Give it back</button></p></form>`
}

type Description = { title: string; tone: 'good' | 'bad' | 'wait'; text: string }

function describe({ state, problem, refund }: Order): Description {
  if (refund === 'done') {
    return { title: 'Refunded', tone: 'good', text: 'Your money is on its way back.' }
  }
  if (refund === 'pending') {
    return { title: 'Refund pending', tone: 'wait', text: 'Your bank has not answered yet.' }
  }
  switch (state) {
    case 'paid':
      return {
        title: 'Paid, thank you!',
        tone: 'good',
        text: refund === 'refused' ? 'It cannot be given back.' : 'We are making it.',
      }
    case 'pending':
      return {
        title: 'Waiting for your bank',
        tone: 'wait',
        text: 'Please confirm in your bank’s app. Do not order again: we keep asking.',
      }
    case 'paying':
      return { title: 'One moment', tone: 'wait', text: 'Your payment is on its way.' }
    case 'not-sent':
      return { title: 'Not paid yet', tone: 'wait', text: 'Nothing was charged.' }
    case 'refused':
      return { title: 'Not paid', tone: 'bad', text: problem ?? 'Your bank declined.' }
  }
}

export function problemPage(title: string, text: string): string {
  return page(
    title,
    html`<h1 class="bad">${title}</h1><p>${text}</p><a class="button" href="/">To the menu</a>`,
  )
}
