/** Amounts are judged by their source text: digits, 1 to 999999999999 (design.md 5). */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import {
  authenticated,
  chargeBody,
  checkBody,
  createWorld,
  newInvoice,
} from '../../harness/world.ts'
import { assertRefused, charge, check, messagesOf, refusals } from '../calls.ts'

const world = await createWorld()
const withAmount = (body: object, text: string) =>
  JSON.stringify(body).replace('"amount":90000', `"amount":${text}`)

const refused = [
  '90000.00',
  '90000.0',
  '9e4',
  '9E4',
  '90000e0',
  '-1',
  '-0',
  '0',
  '"0"',
  '"000"',
  '"90,000"',
  '"90.000"',
  '"90000.00"',
  '"9e4"',
  '"-90000"',
  '"+90000"',
  '" 90000"',
  '"90000 "',
  '"0x1000"',
  '"९००००"',
  '"IDR 90000"',
  '""',
  'null',
  'true',
  'false',
  '[]',
  '[90000]',
  '{}',
  '1000000000000',
  '"1000000000000"',
  '1e999',
  '99999999999999999999999',
]

for (const text of refused) {
  test(`an amount written ${text} is invalid at check and charge`, async () => {
    assertRefused(await check(world, withAmount(checkBody(), text)), refusals.amount)
    const authenticationId = await authenticated(world)
    const body = chargeBody({ authenticationId })
    assertRefused(await charge(world, withAmount(body, text)), refusals.amount)
    assert.deepEqual(await messagesOf(world, body.order.invoice_number), [])
  })
}

test('an absent amount is invalid, and so is an absent order', async () => {
  const body = checkBody()
  assertRefused(await check(world, { ...body, order: {} }), refusals.amount)
  assertRefused(await check(world, { ...body, order: undefined }), refusals.amount)
  const payment = { payment: { type: 'SALE' } }
  assertRefused(await charge(world, { ...payment, order: {} }), refusals.amount)
  assertRefused(await charge(world, payment), refusals.amount)
})

const accepted: readonly (readonly [string, number])[] = [
  ['90000', 90_000],
  ['"90000"', 90_000],
  ['"000000090000"', 90_000],
  ['1', 1],
  ['999999999999', 999_999_999_999],
  ['"999999999999"', 999_999_999_999],
]

for (const [text, amount] of accepted) {
  test(`an amount written ${text} is ${amount} rupiah, and answered as a number`, async () => {
    const invoice = newInvoice()
    const checked = await check(world, withAmount(checkBody({ invoice }), text))
    assert.deepEqual(checked.body.order, { amount })
    const authenticationId = checked.body.three_dsecure.authentication_id
    const paid = await charge(world, withAmount(chargeBody({ invoice, authenticationId }), text))
    assert.deepEqual(paid.body.order, { invoice_number: invoice, amount })
    assert.match(paid.text, new RegExp(`"amount":${amount}[,}]`))
  })
}

test('an amount is the same whether it was a number at check and a text at charge', async () => {
  const invoice = newInvoice()
  const authenticationId = await authenticated(world, { invoice })
  const body = withAmount(chargeBody({ invoice, authenticationId }), '"90000"')
  assert.equal((await charge(world, body)).body.payment.status, 'SUCCESS')
})
