/** What a charge answers: status, codes, ECI, card, identifiers, verification (wire.md 4.2, 5.3). */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import {
  cards,
  chargeBody,
  checkBody,
  control,
  createWorld,
  newInvoice,
} from '../../harness/world.ts'
import { anotherMerchant, answerChallenge, charge, check, messagesOf } from '../calls.ts'

const world = await createWorld()
const merchant = await anotherMerchant(world, { threeDSecure: false })
const declined = { code: 'PAYMENT_FAILED', message: 'DECLINED', type: 'PAYMENT_FAILED' }

async function paid(number: string) {
  const invoice = newInvoice()
  const checked = await check(world, checkBody({ number, invoice }))
  const { authentication_id: authenticationId, authentication_url: url } =
    checked.body.three_dsecure
  if (url) assert.equal((await answerChallenge(world, url, 'otp=123456')).statusCode, 303)
  return {
    invoice,
    authenticationId,
    ...(await charge(world, chargeBody({ number, invoice, authenticationId }))),
  }
}

const mandiri = ['BANK_MANDIRI', '71003372992', '73120903'] as const
const cimb = ['BANK_CIMB', '018033035', '01803503'] as const
const bni = ['BNI', '000100012345', '10001234'] as const
const answers = [
  ['5573381011111101', '02', '557338******1101', 'CREDIT', 'Bank Mandiri', 'MASTER', mandiri],
  ['4137190000009008', '05', '413719******9008', 'CREDIT', 'Bank Mandiri', 'VISA', mandiri],
  ['5576920000001000', '02', '557692******1000', 'DEBIT', 'CIMB Niaga', 'MASTER', cimb],
  ['4761349999000039', '05', '476134******0039', 'CREDIT', 'Unknown Issuer', 'VISA', bni],
  ['4512490000000907', '05', '451249******0907', 'CREDIT', 'Unknown Issuer', 'VISA', bni],
  ['3528000000000007', '05', '352800******0007', 'CREDIT', 'Unknown Issuer', 'JCB', bni],
  ['4000000000001900006', '05', '400000******0006', 'CREDIT', 'Unknown Issuer', 'VISA', bni],
  ['4111111111111111', '05', '411111******1111', 'CREDIT', 'Unknown Issuer', 'VISA', bni],
  ['5200000000001005', '02', '520000******1005', 'CREDIT', 'Unknown Issuer', 'MASTER', bni],
  ['4000000000001000', '06', '400000******1000', 'CREDIT', 'Unknown Issuer', 'VISA', bni],
  ['4000000000000002', '07', '400000******0002', 'CREDIT', 'Unknown Issuer', 'VISA', bni],
] as const

for (const [number, eci, masked, type, issuer, brand, [acquirer, mid, tid]] of answers) {
  test(`${masked} is paid at ${acquirer} with ECI ${eci}`, async () => {
    const { body, invoice, authenticationId, headers } = await paid(number)
    assert.match(body.payment.approval_code, /^\d{6}$/)
    assert.deepEqual(body, {
      order: { invoice_number: invoice, amount: 90000 },
      payment: {
        type: 'SALE',
        identifier: [
          { name: 'Acquirer', value: acquirer },
          { name: 'MID', value: mid },
          { name: 'TID', value: tid },
        ],
        request_id: headers['request-id'],
        authorize_id: '',
        response_code: '00',
        response_message: 'PAYMENT APPROVED',
        status: 'SUCCESS',
        eci,
        approval_code: body.payment.approval_code,
      },
      three_dsecure: { authentication_id: authenticationId },
      card: { masked, type, issuer, brand },
      verification: { status: 'APPROVE', reason: 'Decision No Rules Triggered' },
    })
  })
}

for (const [number, code] of [
  [cards.declined51, '51'],
  [cards.declined43, '43'],
] as const) {
  test(`a decline by the bank is 200, FAILED and ${code}, beside the normal members`, async () => {
    const { status, body, invoice } = await paid(number)
    assert.equal(status, 200)
    assert.deepEqual(body.error, declined)
    const { response_code, response_message, approval_code } = body.payment
    assert.deepEqual(
      [body.payment.status, response_code, response_message],
      ['FAILED', code, 'DECLINED'],
    )
    assert.equal(approval_code, undefined)
    assert.deepEqual(
      (await messagesOf(world, invoice)).map((m) => m.responseCode),
      [code],
    )
  })
}

for (const code of [
  '01',
  '03',
  '04',
  '05',
  '12',
  '13',
  '14',
  '19',
  '41',
  '43',
  '51',
  '54',
  '55',
  '57',
  '61',
  '91',
]) {
  test(`an amount that ends in 90${code} is declined with ${code}`, async () => {
    const answer = await charge(
      world,
      chargeBody({ amount: 10_000 * 9 + 9_000 + Number(code) }),
      merchant,
    )
    assert.deepEqual([answer.status, answer.body.payment.response_code], [200, code])
    assert.deepEqual(answer.body.error, declined)
  })
}
for (const code of ['00', '08', '10', '11']) {
  test(`an amount that ends in 90${code} is approved with ${code}`, async () => {
    const number = cards.declined51
    const answer = await charge(
      world,
      chargeBody({ number, amount: 99_000 + Number(code) }),
      merchant,
    )
    assert.deepEqual(
      [answer.body.payment.status, answer.body.payment.response_code],
      ['SUCCESS', code],
    )
    assert.equal(answer.body.error, undefined)
  })
}
for (const code of ['68', '69', '96']) {
  test(`the code ${code} itself can be asked of the acquirer for the next message`, async () => {
    const path = `/sandbox/acquirer/next?clientId=${merchant.clientId}`
    assert.equal((await control(world, 'POST', path, { responseCode: code })).status, 200)
    const answer = await charge(world, chargeBody({}), merchant)
    assert.deepEqual(
      [answer.body.payment.status, answer.body.payment.response_code],
      ['FAILED', code],
    )
    const next = await charge(world, chargeBody({}), merchant)
    assert.equal(next.body.payment.status, 'SUCCESS')
  })
}

test('the screening rejects with RJ and asks nobody; a review is paid', async () => {
  const screened = async (email: string) => {
    const body = chargeBody({})
    const answer = await charge(world, { ...body, customer: { email } }, merchant)
    const asked = await messagesOf(world, body.order.invoice_number, merchant.clientId)
    return { ...answer, asked: asked.length }
  }
  const rejected = await screened('eve@reject.example')
  assert.deepEqual([rejected.status, rejected.asked], [200, 0])
  assert.equal(rejected.body.payment.status, 'FAILED')
  assert.equal(rejected.body.payment.response_code, 'RJ')
  assert.equal(rejected.body.verification.status, 'REJECT')
  assert.deepEqual(rejected.body.error, declined)
  const review = await screened('eve@REVIEW.example')
  assert.deepEqual([review.body.payment.status, review.asked], ['SUCCESS', 1])
  assert.equal(review.body.verification.status, 'REVIEW')
})

test('customer and additional_info come back as they were sent', async () => {
  const customer = {
    id: 'CUST-0001',
    name: 'Alisa Mikhailovna <b>',
    email: 'alisa@gmail.com',
    phone: '085313588532',
    address: 'Menara Mulia "Lantai 8"\n\\',
    country: 'ID',
  }
  const additional_info = {
    integration: { name: 'jokul-php', version: '1.0' },
    nested: [1, 2.5, -3, null, true, { deep: ['🙂', ''] }],
    constructor: 'x',
  }
  const sent = { ...chargeBody({}), customer: { ...customer, unknown: 'dropped' }, additional_info }
  const answer = await charge(world, sent, merchant)
  assert.deepEqual(answer.body.customer, customer)
  assert.deepEqual(answer.body.additional_info, additional_info)
})
