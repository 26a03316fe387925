/** Saved cards (wire.md 4.7): made by a charge, charged, listed, deleted. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import {
  cards,
  checkBody,
  control,
  createWorld,
  futureExpiry,
  newInvoice,
} from '../../harness/world.ts'
import {
  advance,
  anotherMerchant,
  assertRefused,
  charge,
  check,
  orderStatus,
  parameter,
} from '../calls.ts'
import { absentBody, deleteToken, getTokens, legacyTokens, presentBody } from './calls.ts'

const world = await createWorld()
let lastCustomer = 0
const newCustomer = () => {
  lastCustomer += 1
  return `CUST-${process.pid}-${lastCustomer}`
}

const save = <Body extends { card: object }>(body: Body, id: string, name = 'Budi Santoso') => ({
  ...body,
  customer: { id, name },
  card: { ...body.card, save: true },
})

/** Saves a card by a sale; its token. */
async function saved(id: string, number: string = cards.frictionless, options = {}) {
  const body = save(await presentBody(world, 'SALE', { number }), id)
  const answer = await charge(world, body, options)
  assert.match(answer.body.card.token, /^[0-9a-f]{32}$/)
  return answer.body.card.token as string
}

const tokensOf = async (id: string) => (await getTokens(world, { customer: { id } })).body.tokens

test('a saved card has a token in the answer, in the status and in the list', async () => {
  const id = newCustomer()
  const body = save(await presentBody(world, 'SALE'), id)
  const { token } = (await charge(world, body)).body.card
  const status = await orderStatus(world, body.order.invoice_number)
  assert.equal(status.body.card.token, token)
  const [listed, ...others] = await tokensOf(id)
  assert.deepEqual(others, [])
  assert.equal(listed.id, token)
  assert.equal(listed.masked_account, '********1111')
  assert.deepEqual(
    [listed.card.cardholder_name, listed.card.brand, listed.card.bin, listed.card.expiry],
    ['B*** S******', 'VISA', 411111, `${futureExpiry.slice(2)}/${futureExpiry.slice(0, 2)}`],
  )
  assert.match(listed.card.hashed_card_number, /^[0-9a-f]{64}$/)
})

test('one card of one customer has one token, also where it is saved ten times at once', async () => {
  const id = newCustomer()
  const bodies = Array.from({ length: 10 }, () => save(absentBody('MOTO'), id))
  const answers = await Promise.all(bodies.map((body) => charge(world, body)))
  const tokens = new Set(answers.map(({ body }) => body.card.token))
  assert.equal(tokens.size, 1)
  assert.deepEqual(
    (await tokensOf(id)).map((one: { id: string }) => one.id),
    [...tokens],
  )
  for (const { order } of bodies) {
    const status = await orderStatus(world, order.invoice_number)
    assert.ok(tokens.has(status.body.card.token))
  }
})

test('the same card of another customer has another token', async () => {
  assert.notEqual(await saved(newCustomer()), await saved(newCustomer()))
})

test('a declined charge saves nothing', async () => {
  const id = newCustomer()
  const answer = await charge(world, save(absentBody('MOTO', { amount: 19_051 }), id))
  assert.equal(answer.body.card.token, undefined)
  assert.deepEqual(await tokensOf(id), [])
})

test('a saved card is charged by its token, with or without its customer', async () => {
  const id = newCustomer()
  const token = await saved(id)
  for (const customer of [undefined, { id }]) {
    const body = { ...absentBody('MOTO'), customer, card: { token } }
    const answer = await charge(world, body)
    assert.equal(answer.body.payment.status, 'SUCCESS')
    assert.equal(answer.body.card.masked, '411111******1111')
  }
  const recurring = {
    ...absentBody('RECURRING'),
    card: { token },
    billing: { billing_number: newInvoice(), number_of_payments: 1, amount_variability: 'FIXED' },
  }
  assert.equal((await charge(world, recurring)).body.payment.status, 'SUCCESS')
})

test('a token is checked for 3-D Secure, and its authentication is charged alone or with it', async () => {
  const token = await saved(newCustomer())
  for (const card of [undefined, { token }, { token, cvv: '917' }]) {
    const body = { ...checkBody(), card: { token } }
    const checked = await check(world, body)
    assert.equal(checked.status, 200)
    const { authentication_id } = checked.body.three_dsecure
    const answer = await charge(world, {
      order: body.order,
      payment: { type: 'SALE' },
      three_dsecure: { authentication_id },
      card,
    })
    assert.equal(answer.body.payment.status, 'SUCCESS')
  }
})

test('the authentication of another card does not fit a token', async () => {
  const token = await saved(newCustomer())
  const body = await presentBody(world, 'SALE', { number: cards.frictionlessMaster })
  const answer = await charge(world, { ...body, card: { token } })
  assertRefused(answer, parameter('Invalid Authentication Id'))
})

test('a token of another customer or merchant is not found', async () => {
  const token = await saved(newCustomer())
  const notFound = parameter('Card token is not found')
  const ofOther = { ...absentBody('MOTO'), customer: { id: newCustomer() }, card: { token } }
  assertRefused(await charge(world, ofOther), notFound)
  const other = await anotherMerchant(world)
  const body = { ...absentBody('MOTO'), card: { token } }
  assertRefused(await charge(world, body, other), notFound)
  assertRefused(await check(world, { ...checkBody(), card: { token } }, other), notFound)
  assertRefused(await deleteToken(world, { token: { id: token } }, other), notFound)
  const unknown = { ...absentBody('MOTO'), card: { token: '0'.repeat(32) } }
  assertRefused(await charge(world, unknown), notFound)
})

test('a deleted token is charged and listed no more; deleting it again answers the same', async () => {
  const id = newCustomer()
  const token = await saved(id)
  for (let times = 0; times < 2; times++) {
    const answer = await deleteToken(world, { token: { id: token } })
    assert.deepEqual(answer.body, { token: { id: token, status: 'INACTIVE' } })
  }
  assert.deepEqual(await tokensOf(id), [])
  const body = { ...absentBody('MOTO'), card: { token } }
  assertRefused(await charge(world, body), parameter('Card token is not found'))
  // Saved anew, the card has a new token: the deleted one never comes back.
  assert.notEqual(await saved(id), token)
})

test('a number wins over a token', async () => {
  const token = await saved(newCustomer())
  const body = absentBody('MOTO', { number: cards.frictionlessMaster })
  const answer = await charge(world, { ...body, card: { ...body.card, token } })
  assert.equal(answer.body.card.brand, 'MASTER')
})

test('a card is saved for a customer with an id only, by a merchant with the feature', async () => {
  const body = absentBody('MOTO')
  const withoutId = { ...body, card: { ...body.card, save: true } }
  const message = 'customer.id is required to save a card'
  assertRefused(await charge(world, withoutId), parameter(message))
  const other = await anotherMerchant(world, { tokenization: false })
  const answer = await charge(world, save(absentBody('MOTO'), newCustomer()), other)
  assertRefused(answer, parameter('card.save is not activated for this merchant'))
  const list = await getTokens(world, { customer: { id: 'x' } }, other)
  assertRefused(list, parameter('tokenization is not activated for this merchant'))
})

test('the card of a token expires', async () => {
  const own = await createWorld()
  const id = newCustomer()
  const now = new Date()
  const month = `${String(now.getUTCMonth() + 1).padStart(2, '0')}${String(now.getUTCFullYear() % 100)}`
  const body = save(absentBody('MOTO'), id)
  const answer = await charge(own, { ...body, card: { ...body.card, expiry: month } })
  const { token } = answer.body.card
  await advance(own, 32 * 24)
  const late = await charge(own, { ...absentBody('MOTO'), card: { token } })
  assertRefused(late, parameter('Expiry Date Validation'))
})

test('the list is filtered by channel and issuer; the older call answers the same', async () => {
  const id = newCustomer()
  await saved(id)
  await saved(id, cards.frictionlessMaster)
  const count = async (filter: object) =>
    (await getTokens(world, { customer: { id }, ...filter })).body.tokens.length
  assert.equal(await count({}), 2)
  assert.equal(await count({ channel: { id: 'CREDIT_CARD' } }), 2)
  assert.equal(await count({ channel: { id: 'KARTU_KREDIT_INDONESIA' } }), 0)
  assert.equal(await count({ issuer: { id: 'BANK_MANDIRI' } }), 0)
  const legacy = await legacyTokens(world, { customer: { id } })
  assert.deepEqual(legacy.body.tokens, await tokensOf(id))
  const debit = { customer: { id }, token_data: { type: 'DIRECT_DEBIT' } }
  assert.deepEqual((await legacyTokens(world, debit)).body.tokens, [])
})

test('a notification tells the token that the customer has', async () => {
  await control(world, 'PATCH', '/sandbox/merchant', { notificationUrl: 'http://127.0.0.1:9/n' })
  const id = newCustomer()
  const first = await saved(id)
  const body = save(absentBody('MOTO'), id)
  await charge(world, body)
  const invoice = body.order.invoice_number
  const answer = await control(world, 'GET', `/sandbox/notifications?invoiceNumber=${invoice}`)
  const [notification] = answer.body.notifications
  assert.equal(notification.body.card.token, first)
  await control(world, 'PATCH', '/sandbox/merchant', { notificationUrl: null })
})
