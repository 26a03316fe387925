/** The members of a charge: which are needed, how long they may be, what they must look like. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import {
  authenticated,
  cards,
  chargeBody,
  checkBody,
  createWorld,
  newInvoice,
} from '../../harness/world.ts'
import { anotherMerchant, assertRefused, charge, check, messagesOf, parameter } from '../calls.ts'

const world = await createWorld()
// Without 3-D Secure, so that each body can be charged without a check before it.
const merchant = await anotherMerchant(world, { threeDSecure: false })

type Body = Record<string, unknown>
/** A right body with members of its blocks replaced. */
const bodyWith = (change: Record<string, object | undefined>): Body => {
  const body: Record<string, object | undefined> = chargeBody({})
  const merged = Object.entries(change).map(([name, value]) => [
    name,
    value && { ...body[name], ...value },
  ])
  return { ...body, ...Object.fromEntries(merged) }
}

function refuses(what: string, change: Record<string, object | undefined>, message: string) {
  test(`${what}: ${message}`, async () => {
    const body = bodyWith(change)
    assertRefused(await charge(world, body, merchant), parameter(message))
    const { invoice_number: invoice } = body['order'] as { invoice_number: string }
    if (invoice && invoice.length < 65) {
      assert.deepEqual(await messagesOf(world, invoice, merchant.clientId), [])
    }
  })
}

function takes(what: string, change: Record<string, object | undefined>) {
  test(`taken: ${what}`, async () => {
    const answer = await charge(world, bodyWith(change), merchant)
    assert.equal(answer.body.payment?.status, 'SUCCESS', answer.text)
  })
}

refuses('no payment', { payment: undefined }, 'payment.type is required')
refuses('no payment type', { payment: { type: '' } }, 'payment.type is required')
refuses('another payment type', { payment: { type: 'SALES' } }, 'payment.type is invalid')
refuses('a payment type in lower case', { payment: { type: 'sale' } }, 'payment.type is invalid')
refuses('no invoice', { order: { invoice_number: null } }, 'order.invoice_number is required')
const tooLong = (field: string, maximum: number) =>
  `${field} must not be longer than ${maximum} characters`
for (const [block, name, maximum] of [
  ['order', 'invoice_number', 64],
  ['order', 'descriptor', 22],
  ['customer', 'id', 50],
  ['customer', 'name', 255],
  ['customer', 'phone', 16],
  ['customer', 'address', 400],
] as const) {
  const value = (length: number) => newInvoice().padEnd(length, '1')
  refuses(
    `${maximum + 1} characters`,
    { [block]: { [name]: value(maximum + 1) } },
    tooLong(`${block}.${name}`, maximum),
  )
  takes(`${block}.${name} of ${maximum} characters`, { [block]: { [name]: value(maximum) } })
}

for (const email of [
  'alisa',
  '@gmail.com',
  'alisa@',
  'alisa@gmail',
  'a b@gmail.com',
  'a@b@gmail.com',
  'alisa@.com',
  'alisa@gmail.',
]) {
  refuses(`e-mail ${email}`, { customer: { email } }, 'Invalid Format Email')
}
for (const email of [
  'alisa_mikhailovna@gmail.com',
  'a+b@sub.domain.co.id',
  `${'a'.repeat(116)}@example.com`,
]) {
  takes(`e-mail of ${email.length} characters`, { customer: { email } })
}
refuses(
  'an e-mail of 129 characters',
  { customer: { email: `${'a'.repeat(117)}@example.com` } },
  tooLong('customer.email', 128),
)
for (const country of ['XX', 'IDN', 'Indonesia', 'I', '62', 'EU', 'UK']) {
  refuses(`country ${country}`, { customer: { country } }, 'Country Is Not Exists')
}
takes('country in either case', { customer: { country: 'id' } })
takes('a phone number as a JSON number', { customer: { phone: 6285694566147 } })
takes('an empty customer', { customer: {} })

const lines = (...items: object[]) => ({ order: { line_items: items } })
const shirt = { name: 'T-Shirt Red', price: 30000, quantity: 2 }
const polo = { name: 'Polo Navy', price: 30000, quantity: 1 }
takes('line items that add up', lines(shirt, polo))
takes('line items with numbers as texts', lines({ ...shirt, price: '30000', quantity: '2' }, polo))
takes('line items of which one has no price', lines(shirt, { name: 'Gift', quantity: 1 }))
takes('no line items at all', lines())
refuses('line items of another total', lines(shirt), 'Invalid Total Amount And Line Items')
refuses(
  'line items of another total',
  lines(shirt, polo, polo),
  'Invalid Total Amount And Line Items',
)
for (const quantity of [null, '', undefined]) {
  refuses(
    'a quantity that is empty',
    lines({ ...shirt, quantity }, polo),
    'Line item 1 quantity must be not empty',
  )
  refuses(
    'the second that is empty',
    lines(shirt, { ...polo, quantity }),
    'Line item 2 quantity must be not empty',
  )
}
refuses(
  'a line item that is no object',
  { order: { line_items: [polo, 5] } },
  'order.line_items.2 is invalid',
)
refuses(
  'a quantity of 5 digits',
  lines({ ...shirt, quantity: 10000 }),
  tooLong('order.line_items.1.quantity', 4),
)
refuses(
  'a price of 13 digits',
  lines({ ...shirt, price: 1e12 }),
  tooLong('order.line_items.1.price', 12),
)
refuses('a negative price', lines({ ...shirt, price: -1 }), 'order.line_items.1.price is invalid')
refuses(
  'a broken quantity',
  lines({ ...shirt, quantity: 1.5 }),
  'order.line_items.1.quantity is invalid',
)
refuses(
  'a name of 256 characters',
  lines({ ...polo, name: 'x'.repeat(256) }),
  tooLong('order.line_items.1.name', 255),
)

refuses('no CVV beside a number', { card: { cvv: '' } }, 'card.cvv is required')
for (const cvv of ['12', '1234', '12a', 'abc', true]) {
  refuses(`CVV ${cvv}`, { card: { cvv } }, 'card.cvv is invalid')
}
takes('a CVV as a JSON number', { card: { cvv: 917 } })
refuses('no expiry beside a number', { card: { expiry: null } }, 'card.expiry is required')
for (const expiry of ['1325', '0030', '130', '12/30', '12300', 1230]) {
  refuses(`expiry ${expiry}`, { card: { expiry } }, 'Expiry Date Validation')
}
for (const number of [
  '1',
  '41111111111111',
  '41111111111111111',
  '400000000000190000',
  '4'.repeat(20),
]) {
  refuses(`${number.length} digits`, { card: { number } }, 'Invalid CC Number LENGTH')
}
for (const number of ['4111111111111112', '4111-1111-1111-1', '4111 1111 1111 1', 'x'.repeat(16)]) {
  refuses(`number ${number}`, { card: { number } }, 'Luhn Validation')
}
takes('a number of 19 digits', { card: { number: '4000000000001900006' } })
takes('a number as a JSON number', { card: { number: 4111111111111111 } })
refuses(
  'a token that nobody gave out',
  { card: { number: '', token: '243591d7e49f45109961581718c3ef82' } },
  'Card token is not found',
)
takes('number and token, of which the number wins', {
  card: { token: '243591d7e49f45109961581718c3ef82' },
})

test('a 4-digit CVV is for AMEX, and AMEX has no other', async () => {
  const card = { number: cards.amex, cvv: '917' }
  assertRefused(await charge(world, bodyWith({ card }), merchant), parameter('card.cvv is invalid'))
  const amex = await charge(world, bodyWith({ card: { ...card, cvv: '9171' } }), merchant)
  assert.equal(amex.body.error.code, 'MID_TID_NOT_EXIST')
})

test('a descriptor needs the feature', async () => {
  const plain = await anotherMerchant(world, { threeDSecure: false, descriptor: false })
  const body = bodyWith({ order: { descriptor: 'directSALE123456789' } })
  const message = 'order.descriptor is not activated for this merchant'
  assertRefused(await charge(world, body, plain), parameter(message))
  assert.equal((await charge(world, body, merchant)).body.payment.status, 'SUCCESS')
})

test('number and token both sent to check: the number wins', async () => {
  const token = '243591d7e49f45109961581718c3ef82'
  const body = checkBody()
  const both = await check(world, { ...body, card: { ...body.card, token } })
  assert.equal(both.status, 200)
  const alone = await check(world, { ...body, card: { token } })
  assertRefused(alone, parameter('Card token is not found'))
  const neither = await check(world, { ...body, card: {} })
  assertRefused(neither, parameter('card.number or card.token is required'))
})

test('an invoice number has 30 characters where the card goes to Bank Mandiri', async () => {
  const number = cards.challenge
  const message = tooLong('order.invoice_number', 30)
  const long = newInvoice().padEnd(31, 'x')
  assertRefused(await check(world, checkBody({ number, invoice: long })), parameter(message))
  const mandiri = { card: { number }, order: { invoice_number: long } }
  assertRefused(await charge(world, bodyWith(mandiri), merchant), parameter(message))
  assert.deepEqual(await messagesOf(world, long, merchant.clientId), [])

  const right = newInvoice().padEnd(30, 'x')
  assert.equal((await check(world, checkBody({ number, invoice: right }))).status, 200)
  const taken = { card: { number }, order: { invoice_number: right } }
  const answer = await charge(world, bodyWith(taken), merchant)
  assert.equal(answer.body.payment.status, 'SUCCESS', answer.text)
  // Any other acquirer takes 64.
  const other = newInvoice().padEnd(64, 'x')
  assert.equal((await check(world, checkBody({ invoice: other }))).status, 200)
  const tooMuch = checkBody({ invoice: `${other}x` })
  assertRefused(await check(world, tooMuch), parameter(tooLong('order.invoice_number', 64)))
})

test('a 3-D Secure merchant is told of its card before its authentication id', async () => {
  const authenticationId = await authenticated(world)
  const body = chargeBody({ authenticationId })
  const wrong = { ...body, card: { ...body.card, number: '4111111111111112' } }
  assertRefused(await charge(world, wrong), parameter('Luhn Validation'))
})
