/** What a merchant is told where the sandbox's clock was moved (docs/guides/sandbox.md, Time). */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createClient, GerbangError } from '@gerbang/client'
import { createListeningWorld } from '../harness/listening.ts'
import {
  cards,
  checkBody,
  control,
  futureExpiry,
  newInvoice,
  noteSecret,
  paths,
  post,
  secretKey,
} from '../harness/world.ts'
import { assertRefused, parameter } from './calls.ts'

const world = await createListeningWorld()
const client = createClient({
  baseUrl: world.url,
  clientId: 'MCH-0001-10791114622547',
  secretKey,
})
const customer = { id: 'CUST-1' }
const nineYearsMs = 9 * 366 * 86_400_000

const refusalOf = (call: Promise<unknown>) =>
  call.then(
    () => assert.fail('it was not refused'),
    (error: unknown) => {
      assert.ok(error instanceof GerbangError)
      return error
    },
  )

const order = () => ({ invoice_number: newInvoice(), amount: 90_000 })
const moto = (card: { number: string; expiry: string; save?: true } | { token: string }) =>
  client.charge({ order: order(), customer, payment: { type: 'MOTO' }, card })
const check = (card: { number: string; expiry: string } | { token: string }) => {
  const callbacks = {
    callback_url_success: 'https://m.example/',
    callback_url_failed: 'https://m.example/',
  }
  return client.checkThreeDSecure({ order: order(), card, three_dsecure: callbacks })
}

/** What was charged and saved before the clock was moved. */
const number = cards.frictionless
for (const one of [number, cards.frictionlessMaster]) noteSecret('card-number', one)
const saved = await moto({ number, expiry: futureExpiry, save: true })
const { token = '' } = saved.body.card

test('on real time no answer speaks of a clock, and a past expiry is told as ever', async () => {
  assert.equal(saved.headers['gerbang-clock'], undefined)
  const { hint } = await refusalOf(moto({ number, expiry: '0120' }))
  assert.equal(hint, 'MMYY, and not in the past.')
})

test('each answer of a sandbox whose clock is moved says when it is by it, in Jakarta', async () => {
  const { body, headers } = await control(world, 'POST', '/sandbox/clock', {
    advanceMs: nineYearsMs,
  })
  const told = new Date(String(headers['gerbang-clock']))
  assert.ok(Math.abs(told.getTime() - new Date(body.now).getTime()) < 5_000)
  assert.match(String(headers['gerbang-clock']), /\+07:00$/)
})

for (const [what, call] of [
  ['a check of a card', () => check({ number, expiry: futureExpiry })],
  ['a check of a saved card', () => check({ token })],
  ['a charge of a card', () => moto({ number, expiry: futureExpiry })],
  ['a charge of a saved card', () => moto({ token })],
] as const) {
  test(`${what} that is good on real time only is refused as documented, and the hint says why`, async () => {
    const refused = await refusalOf(call())
    const { code, message, type, hint = '' } = refused
    assert.deepEqual(refused.body, { error: { code, message, type } })
    assert.deepEqual(
      [code, message, type],
      ['INVALID_PARAMETER', 'Expiry Date Validation', 'Invalid Parameter'],
    )
    const day = new Date(world.clock.now().getTime() + 7 * 3_600_000).toISOString().slice(0, 10)
    assert.ok(hint.includes(`not in the past (the sandbox’s clock says ${day})`), hint)
    assert.match(hint, /POST \/sandbox\/reset/)
  })
}

test('a billing agreement goes on with the new card, which keeps its token where it keeps its number', async () => {
  await control(world, 'POST', '/sandbox/reset')
  const billing_number = `magazine-${newInvoice()}`
  const pays = (number_of_payments: number, card: Parameters<typeof moto>[0]) =>
    client.charge({
      order: order(),
      customer,
      payment: { type: 'RECURRING' },
      card,
      billing: {
        billing_number,
        number_of_payments,
        amount_variability: 'FIXED',
        payment_frequency: 'MONTHLY',
      },
    })
  const first = (await pays(1, { number, expiry: futureExpiry, save: true })).body.card.token ?? ''
  await control(world, 'POST', '/sandbox/clock', { advanceMs: nineYearsMs })
  assert.equal((await refusalOf(pays(2, { token: first }))).message, 'Expiry Date Validation')
  const year = String((world.clock.now().getUTCFullYear() + 2) % 100).padStart(2, '0')
  const renewed = await pays(2, { number, expiry: `12${year}`, save: true })
  assert.equal(renewed.body.card.token, first)
  assert.equal((await pays(3, { token: first })).body.payment.status, 'SUCCESS')
  const other = { number: cards.frictionlessMaster, expiry: `12${year}`, save: true } as const
  const { token: second = '' } = (await pays(4, other)).body.card
  assert.notEqual(second, first)
  assert.equal((await pays(5, { token: second })).body.payment.status, 'SUCCESS')
})

test('after a reset nothing speaks of the clock any more', async () => {
  await control(world, 'POST', '/sandbox/reset')
  const body = { ...checkBody(), card: { number, expiry: '0120' } }
  const refused = await post(world, paths.check, body)
  assertRefused(refused, parameter('Expiry Date Validation'))
  assert.equal(refused.headers['gerbang-clock'], undefined)
})
