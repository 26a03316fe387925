/** Every payment type of a charge (wire.md 4.2-4.4): what it needs, refuses and answers. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { cards, chargeBody, createWorld, newInvoice } from '../../harness/world.ts'
import {
  anotherMerchant,
  assertRefused,
  charge,
  messagesOf,
  orderStatus,
  parameter,
  refusals,
} from '../calls.ts'
import { absentBody, presentBody } from './calls.ts'

const world = await createWorld()

test('an AUTHORIZE holds the amount: it has an authorize id, and its status is PENDING', async () => {
  const body = await presentBody(world, 'AUTHORIZE')
  const { payment } = (await charge(world, body)).body
  assert.deepEqual(
    [payment.type, payment.status, payment.response_code],
    ['AUTHORIZE', 'SUCCESS', '00'],
  )
  assert.match(payment.authorize_id, /^[0-9]{17}$/)
  const invoice = body.order.invoice_number
  const [message] = await messagesOf(world, invoice)
  assert.equal(message?.kind, 'authorize')
  const status = (await orderStatus(world, invoice)).body
  assert.deepEqual([status.transaction.type, status.transaction.status], ['AUTHORIZE', 'PENDING'])
  assert.equal(status.card_payment.authorize_id, payment.authorize_id)
  assert.equal(status.authorize_id, payment.authorize_id)
})

test('a declined AUTHORIZE has no authorize id, in no answer', async () => {
  const body = await presentBody(world, 'AUTHORIZE', { amount: 19_051 })
  const { payment } = (await charge(world, body)).body
  assert.deepEqual(
    [payment.status, payment.response_code, payment.authorize_id],
    ['FAILED', '51', ''],
  )
  const status = (await orderStatus(world, body.order.invoice_number)).body
  assert.equal(status.authorize_id, undefined)
  assert.equal(status.transaction.status, 'FAILED')
})

test('an INSTALLMENT goes with its tenor, a text or a number, and its plan', async () => {
  for (const tenor of ['12', 12]) {
    const body = await presentBody(world, 'INSTALLMENT')
    const payment = { type: 'INSTALLMENT', tenor, plan_id: '1232131' }
    const answer = await charge(world, { ...body, payment })
    assert.deepEqual(
      [answer.body.payment.type, answer.body.payment.status],
      ['INSTALLMENT', 'SUCCESS'],
    )
  }
})

for (const [tenor, message] of [
  [undefined, 'payment.tenor is required'],
  ['', 'payment.tenor is required'],
  ['a year', 'payment.tenor is invalid'],
  [0, 'payment.tenor is invalid'],
  [-3, 'payment.tenor is invalid'],
  ['1234', 'payment.tenor must not be longer than 3 characters'],
] as const) {
  test(`an INSTALLMENT with the tenor ${tenor}: ${message}`, async () => {
    const payment = { type: 'INSTALLMENT', tenor, plan_id: '1232131' }
    const body = { ...chargeBody({ authenticationId: 'f'.repeat(64) }), payment }
    assertRefused(await charge(world, body), parameter(message))
  })
}

test('a MOTO needs neither CVV nor authentication, and has no ECI', async () => {
  const { payment, three_dsecure } = (await charge(world, absentBody('MOTO'))).body
  assert.deepEqual([payment.type, payment.status, payment.eci], ['MOTO', 'SUCCESS', ''])
  assert.equal(three_dsecure, undefined)
})

test('a MOTO may carry a CVV, which must have the right length', async () => {
  const body = absentBody('MOTO')
  const right = await charge(world, { ...body, card: { ...body.card, cvv: '917' } })
  assert.equal(right.body.payment.status, 'SUCCESS')
  const wrong = absentBody('MOTO')
  const answer = await charge(world, { ...wrong, card: { ...wrong.card, cvv: '9171' } })
  assertRefused(answer, parameter('card.cvv is invalid'))
})

test('a MOTO without a card is refused', async () => {
  const answer = await charge(world, { ...absentBody('MOTO'), card: undefined })
  assertRefused(answer, parameter('card.number or card.token is required'))
})

const billing = (number: string, change: object = {}) => ({
  billing: {
    billing_number: number,
    number_of_payments: 1,
    amount_variability: 'FIXED',
    payment_frequency: 'MONTHLY',
    ...change,
  },
})

test('a RECURRING answers its billing, in status too; both spellings are read', async () => {
  for (const [i, spelling] of ['number_of_payments', 'number_of_payment'].entries()) {
    const body = absentBody('RECURRING')
    const { number_of_payments: _, ...rest } = billing(`gym-${process.pid}-${i}`).billing
    const sent = { ...body, billing: { ...rest, [spelling]: 1 } }
    const answer = await charge(world, sent)
    assert.equal(answer.body.payment.status, 'SUCCESS')
    assert.deepEqual(answer.body.billing, {
      billing_number: `gym-${process.pid}-${i}`,
      number_of_payments: 1,
      amount_variability: 'FIXED',
      payment_frequency: 'MONTHLY',
    })
    const status = await orderStatus(world, body.order.invoice_number)
    assert.deepEqual(status.body.billing, answer.body.billing)
  }
})

for (const [change, message] of [
  [{ billing_number: undefined }, 'billing.billing_number is required'],
  [{ number_of_payments: undefined }, 'billing.number_of_payments is required'],
  [{ number_of_payments: 0 }, 'billing.number_of_payments is invalid'],
  [{ number_of_payments: 'first' }, 'billing.number_of_payments is invalid'],
  [{ amount_variability: undefined }, 'billing.amount_variability is required'],
  [{ amount_variability: 'SOMETIMES' }, 'billing.amount_variability is invalid'],
  [{ payment_frequency: 'HOURLY' }, 'billing.payment_frequency is invalid'],
  [
    { billing_number: 'b'.repeat(65) },
    'billing.billing_number must not be longer than 64 characters',
  ],
] as const) {
  test(`a RECURRING with ${JSON.stringify(change)}: ${message}`, async () => {
    const body = { ...absentBody('RECURRING'), ...billing('gym', change) }
    assertRefused(await charge(world, body), parameter(message))
  })
}

/** MPI, as the seed's sample has it; the cryptogram is one of its own. */
function ownBody(change: object = {}, spelling = '3ds') {
  const id = spelling === '3ds' ? 'ds_transaction_id' : 'dsTransactionId'
  return {
    ...chargeBody({ number: '4512490000000907' }),
    authentication: {
      version: '3DS2',
      [spelling]: {
        eci: '05',
        cavv: Buffer.from(newInvoice()).toString('base64'),
        [id]: '52ced05a-38bd-4c35-9aa2-f5df60cbb6c7',
        status: 'Y',
        xid: '251008095048818',
        ...change,
      },
    },
  }
}

for (const spelling of ['3ds', 'threeDS']) {
  test(`an authentication of the merchant’s own as ${spelling}: its ECI goes on`, async () => {
    const { payment } = (await charge(world, ownBody({}, spelling))).body
    assert.deepEqual([payment.status, payment.eci], ['SUCCESS', '05'])
  })
}

test('an authentication of the merchant’s own pays once, also where it is sent twice at once', async () => {
  const { authentication } = ownBody()
  const bodies = Array.from({ length: 10 }, () => ({ ...ownBody(), authentication }))
  const answers = await Promise.all(bodies.map((body) => charge(world, body)))
  const paid = answers.filter(({ status }) => status === 200)
  assert.equal(paid.length, 1)
  for (const answer of answers) {
    if (answer !== paid[0]) assertRefused(answer, parameter('Authentication has been used'))
  }
})

test('one that was declined may be used again', async () => {
  const { authentication } = ownBody()
  const declined = { ...chargeBody({ number: '4512490000000907', amount: 19_051 }), authentication }
  assert.equal((await charge(world, declined)).body.payment.status, 'FAILED')
  const again = await charge(world, { ...ownBody(), authentication })
  assert.equal(again.body.payment.status, 'SUCCESS')
})

for (const [change, message] of [
  [{ status: 'N' }, 'authentication.3ds.status is invalid'],
  [{ status: undefined }, 'authentication.3ds.status is required'],
  [{ cavv: '' }, 'authentication.3ds.cavv is required'],
  [{ eci: '' }, 'authentication.3ds.eci is required'],
  [{ eci: 'x' }, 'authentication.3ds.eci is invalid'],
  [{ eci: '055' }, 'authentication.3ds.eci must not be longer than 2 characters'],
  [{ cavv: 'c'.repeat(1_025) }, 'authentication.3ds.cavv must not be longer than 1024 characters'],
] as const) {
  test(`an authentication of the merchant’s own with ${JSON.stringify(change).slice(0, 40)} is refused`, async () => {
    assertRefused(await charge(world, ownBody(change)), parameter(message))
  })
}

test('an authentication of the merchant’s own that is no object is refused by its whole name', async () => {
  for (const spelling of ['3ds', 'threeDS']) {
    const answer = await charge(world, { ...ownBody(), authentication: { [spelling]: [] } })
    assertRefused(answer, parameter(`authentication.${spelling} is invalid`))
  }
})

test('an attempt needs no proof', async () => {
  const answer = await charge(world, ownBody({ status: 'A', cavv: '', eci: '06' }))
  assert.equal(answer.body.payment.status, 'SUCCESS')
})

test('an authentication id and one of the merchant’s own together are refused', async () => {
  const body = { ...(await presentBody(world, 'SALE')), authentication: ownBody().authentication }
  const message = 'Only one of three_dsecure and authentication may be sent'
  assertRefused(await charge(world, body), parameter(message))
})

for (const [setting, type] of [
  ['authorize', 'AUTHORIZE'],
  ['installment', 'INSTALLMENT'],
  ['moto', 'MOTO'],
  ['recurring', 'RECURRING'],
] as const) {
  test(`a merchant without the feature ${setting} charges no ${type}`, async () => {
    const merchant = await anotherMerchant(world, { [setting]: false })
    const answer = await charge(world, absentBody(type), {
      ...merchant,
      answerKey: merchant.secretKey,
    })
    assertRefused(answer, parameter(`${type} is not activated for this merchant`))
  })
}

test('a merchant without MPI authenticates nobody by himself', async () => {
  const merchant = await anotherMerchant(world, { mpi: false })
  const answer = await charge(world, ownBody(), merchant)
  assertRefused(answer, parameter('authentication is not activated for this merchant'))
})

for (const type of ['SALE', 'AUTHORIZE', 'INSTALLMENT']) {
  test(`a ${type} of a 3-D Secure merchant needs an authentication`, async () => {
    const payment = { type, tenor: '3', plan_id: '1232131' }
    const { three_dsecure: _, ...body } = await presentBody(world, type)
    assertRefused(await charge(world, { ...body, payment }), refusals.authenticationId)
  })
}

test('a MOTO of an AMEX has no route, like every other charge of it', async () => {
  const refusal = { status: 400, code: 'MID_TID_NOT_EXIST', message: 'Unauthorized Transaction' }
  assertRefused(await charge(world, absentBody('MOTO', { number: cards.amex })), refusal)
})

test('an unknown type is refused', async () => {
  for (const type of ['CAPTURE', 'sale', 'REFUND', '__proto__']) {
    const body = { ...absentBody('MOTO'), payment: { type } }
    assertRefused(await charge(world, body), parameter('payment.type is invalid'))
  }
})
