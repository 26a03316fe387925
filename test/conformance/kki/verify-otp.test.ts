/** One-time passwords that a merchant passes on (wire.md 7.6). */
import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { test } from 'node:test'
import { sendSnap, snapPaths, tokenHeaders } from '../../harness/snap.ts'
import {
  advance,
  anotherKkiMerchant,
  begin,
  bindBody,
  bound,
  callKki,
  createKkiMerchant,
  format,
  mandatory,
  payBody,
  payByTokenBody,
  type Refusal,
  refusals,
  refusalsOfSwitch,
  refused,
  rightOtp,
  served,
} from './calls.ts'

const merchant = await createKkiMerchant()
const { world, clientId } = merchant
const wrong = refusalsOfSwitch['55'] ?? assert.fail()
const blocked = refusalsOfSwitch['75'] ?? assert.fail()
const expired = refusalsOfSwitch['T3'] ?? assert.fail()

/** A binding that waits for its one-time password, by all its names. */
async function waiting() {
  const sent = bindBody(merchant)
  const answer = await served(merchant, 'bind-card', sent, { channel: 'H2H' })
  return { ...sent, ...answer, authCode: String(answer.additionalInfo.authCode) }
}

type Waiting = Awaited<ReturnType<typeof waiting>>

test('the right one-time password binds the card, and the token pays', async () => {
  const { authCode, referenceNo, custIdMerchant } = await waiting()
  const answer = await served(merchant, 'verify-otp', { otp: rightOtp, authCode })
  const { bankCardToken, ...rest } = answer
  assert.deepEqual(rest, {
    responseCode: '2000400',
    responseMessage: 'Successful',
    referenceNo,
    additionalInfo: { custIdMerchant, status: 'SUCCESS' },
  })
  assert.match(bankCardToken, /^[0-9a-f]{32}$/)
  await served(merchant, 'pay', payByTokenBody(bankCardToken))
})

const names: readonly (readonly [string, (of: Waiting) => object])[] = [
  ['authCode', ({ authCode }) => ({ authCode })],
  ['additionalInfo.authCode', ({ authCode }) => ({ authCode: '', additionalInfo: { authCode } })],
  ['originalReferenceNo', ({ referenceNo }) => ({ originalReferenceNo: referenceNo })],
  [
    'originalPartnerReferenceNo',
    ({ partnerReferenceNo }) => ({
      authCode: null,
      originalPartnerReferenceNo: partnerReferenceNo,
      type: 'CARD',
      action: 'otpPayment',
    }),
  ],
  [
    'authCode, whatever else is sent',
    ({ authCode }) => ({ authCode, originalReferenceNo: 'x', additionalInfo: { authCode: 'y' } }),
  ],
]
for (const [what, nameOf] of names) {
  test(`the binding may be named by ${what}`, async () => {
    const binding = await waiting()
    const answer = await served(merchant, 'verify-otp', { otp: rightOtp, ...nameOf(binding) })
    assert.equal(answer.referenceNo, binding.referenceNo)
  })
}

test('a binding that is bound takes no one-time password, by its bankCardToken either', async () => {
  const { bankCardToken, authCode } = await bound(merchant)
  for (const name of [{ authCode }, { additionalInfo: { bankCardToken } }]) {
    await refused(merchant, 'verify-otp', { otp: rightOtp, ...name }, refusals.state)
  }
})

test('two wrong one-time passwords are forgiven, the third fails the binding', async () => {
  const { authCode } = await waiting()
  const enter = (otp: string) => ({ otp, authCode })
  await refused(merchant, 'verify-otp', enter('000000'), wrong)
  await refused(merchant, 'verify-otp', enter('999999'), wrong)
  await refused(merchant, 'verify-otp', enter('888888'), blocked)
  await refused(merchant, 'verify-otp', enter(rightOtp), blocked)
  const other = await waiting()
  await refused(merchant, 'verify-otp', { otp: '000000', authCode: other.authCode }, wrong)
  await served(merchant, 'verify-otp', { otp: rightOtp, authCode: other.authCode })
})

test('a one-time password lives for 15 minutes', async () => {
  const { authCode } = await waiting()
  await advance(merchant, 16 * 60_000)
  await refused(merchant, 'verify-otp', { otp: rightOtp, authCode }, expired)
})

test('while the switch is silent the binding is in progress, and ends by itself', async () => {
  const { authCode, referenceNo, custIdMerchant } = await waiting()
  await world.kkiSimulator.steerNext(clientId, { lose: 'answer' })
  const { status, body } = await callKki(merchant, 'verify-otp', { otp: rightOtp, authCode })
  assert.equal(status, 202)
  assert.deepEqual(body, {
    responseCode: '2020400',
    responseMessage: 'Request In Progress',
    referenceNo,
    additionalInfo: { custIdMerchant, status: 'PENDING' },
  })
  await advance(merchant, 60_000)
  await refused(merchant, 'verify-otp', { otp: rightOtp, authCode }, refusals.state)
})

for (const code of ['05', '56', '59', '91', 'T3'] as const) {
  const refusal = refusalsOfSwitch[code] ?? assert.fail()
  test(`the switch's ${code} is told as ${refusal.join(' ')}`, async () => {
    const { authCode } = await waiting()
    await world.kkiSimulator.steerNext(clientId, { responseCode: code })
    await refused(merchant, 'verify-otp', { otp: rightOtp, authCode }, refusal)
  })
}

test('an X-EXTERNAL-ID asks about one one-time password', async () => {
  const externalId = randomUUID()
  const { authCode } = await waiting()
  await refused(merchant, 'verify-otp', { otp: '000000', authCode }, wrong, { externalId })
  const again = { otp: rightOtp, authCode }
  await refused(merchant, 'verify-otp', again, refusals.conflict, { externalId })
  await served(merchant, 'verify-otp', again)
})

test('many right ones at once bind the card once', async () => {
  const { authCode } = await waiting()
  const answers = await Promise.all(
    Array.from({ length: 6 }, () => callKki(merchant, 'verify-otp', { otp: rightOtp, authCode })),
  )
  const bankCardTokens = answers.flatMap(({ status, body }) =>
    status === 200 ? [body.bankCardToken] : [],
  )
  assert.equal(bankCardTokens.length, 1)
  // The others came while it was being asked, or when it was bound.
  for (const { status, body } of answers) {
    assert.ok([200, 202, 404].includes(status), body.responseCode)
  }
})

test("another merchant's binding is not found", async () => {
  const { authCode, referenceNo, partnerReferenceNo } = await waiting()
  const other = await anotherKkiMerchant(merchant)
  for (const name of [
    { authCode },
    { originalReferenceNo: referenceNo },
    { originalPartnerReferenceNo: partnerReferenceNo },
    { authCode: 'nobody' },
  ]) {
    await refused(other, 'verify-otp', { otp: rightOtp, ...name }, refusals.notFound)
  }
  await served(merchant, 'verify-otp', { otp: rightOtp, authCode })
})

const authCode = 'x'.repeat(32)
for (const [what, body, refusal] of [
  ['no one-time password', { authCode }, mandatory('otp')],
  ['an empty one', { otp: '', authCode }, mandatory('otp')],
  ['letters', { otp: '12345a', authCode }, format('otp')],
  ['9 digits', { otp: '123456789', authCode }, format('otp')],
  ['a list', { otp: ['123456'], authCode }, format('otp')],
  ['no name', { otp: rightOtp }, mandatory('authCode')],
  ['empty names', { otp: rightOtp, authCode: '', additionalInfo: [] }, mandatory('authCode')],
  ['a name that is a number', { otp: rightOtp, authCode: 1 }, format('authCode')],
  ['a name of 65', { otp: rightOtp, authCode: 'x'.repeat(65) }, format('authCode')],
  [
    'another channel',
    { otp: rightOtp, authCode, additionalInfo: { channel: 'X' } },
    format('additionalInfo.channel'),
  ],
] as const) {
  test(`${what} is refused, and counts as no try`, async () => {
    await refused(merchant, 'verify-otp', body, refusal)
  })
}

test('a one-time password may be written as a number', async () => {
  const binding = await begin(merchant)
  const { authCode: name } = binding.additionalInfo
  await served(merchant, 'verify-otp', { otp: Number(rightOtp), authCode: name })
})

test('the authCode of a bound card buys a customer token; before that, and for others, it does not', async () => {
  const buy = (as: typeof merchant, code: string) =>
    sendSnap(world.app.server, snapPaths.b2b2c, {
      headers: tokenHeaders(as),
      body: { grantType: 'authorization_code', authCode: code },
    })
  const binding = await waiting()
  assert.equal((await buy(merchant, binding.authCode)).body.responseCode, '4017400')
  await served(merchant, 'verify-otp', { otp: rightOtp, authCode: binding.authCode })
  const other = await anotherKkiMerchant(merchant)
  assert.equal((await buy(other, binding.authCode)).body.responseCode, '4017400')
  const { status, body } = await buy(merchant, binding.authCode)
  assert.equal(status, 200)
  const [, payload = ''] = body.accessToken.split('.')
  const claims = JSON.parse(Buffer.from(payload, 'base64url').toString())
  assert.equal(claims.customerId, binding.custIdMerchant)
  const withCustomer = (token: string) => ({ change: { 'Authorization-Customer': token } })
  await served(merchant, 'pay', payBody(), withCustomer(`Bearer ${body.accessToken}`))
  const invalid: Refusal = ['401 02', 'Invalid Customer Token']
  await refused(merchant, 'pay', payBody(), invalid, withCustomer(binding.authCode))
})
