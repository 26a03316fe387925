/** What a binding is answered (seed; wire.md 7.4), and what became of the card. */
import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { test } from 'node:test'
import { control } from '../../harness/world.ts'
import {
  advance,
  anotherKkiMerchant,
  begin,
  bindBody,
  bound,
  callKki,
  cpans,
  createKkiMerchant,
  merchantWithoutKki,
  newReference,
  otts,
  payBody,
  refusals,
  refusalsOfSwitch,
  refused,
  rightOtp,
  served,
} from './calls.ts'
import { assertRequestOfSeed } from './seed-documents.ts'

const merchant = await createKkiMerchant()
const { world, clientId } = merchant

test('a right body is one of the seed, too', () => {
  assertRequestOfSeed('bind-card', bindBody(merchant))
})

test('where CHANNEL-ID is DH, or says nothing, the answer leads to our page', async () => {
  for (const options of [{}, { channel: 'DH' }] as const) {
    const sent = bindBody(merchant)
    const answer = await served(merchant, 'bind-card', sent, options)
    const { referenceNo, redirectUrl, additionalInfo, ...rest } = answer
    assert.deepEqual(rest, { responseCode: '2000100', responseMessage: 'Successful' })
    assert.match(redirectUrl, /^http:\/\/127\.0\.0\.1:8080\/kki\/bindings\/[0-9a-f]{32}$/)
    assert.match(referenceNo, /^\S{1,64}$/)
    const { authCode, ...told } = additionalInfo
    assert.deepEqual(told, { custIdMerchant: sent.custIdMerchant, status: 'PENDING' })
    assert.match(authCode, /^\S{1,64}$/)
  }
})

test('where CHANNEL-ID is H2H there is no page', async () => {
  const { redirectUrl, additionalInfo } = await begin(merchant)
  assert.equal(redirectUrl, undefined)
  assert.equal(additionalInfo.status, 'PENDING')
})

test('the card and its OTT reach the switch', async () => {
  await refused(
    merchant,
    'bind-card',
    bindBody(merchant, { ott: otts.invalid }),
    refusalsOfSwitch['T1'] ?? assert.fail(),
  )
  const sent = bindBody(merchant, { cpan: cpans.mandiri, ott: otts.right })
  await served(merchant, 'bind-card', sent)
  const query = new URLSearchParams({ custIdMerchant: sent.custIdMerchant })
  const { messages } = (await control(world, 'GET', `/sandbox/kki/messages?${query}`)).body
  const shown = messages.map((message: Record<string, unknown>) => [
    message['kind'],
    message['maskedCardNumber'],
  ])
  assert.deepEqual(shown, [['bind', '936000******8901']])
})

for (const [what, wish, code] of [
  ['a CPAN that no issuer knows', { cpan: cpans.unknown }, '14'],
  ['a blocked card', { cpan: cpans.blocked }, '57'],
  ['a card under suspicion', { cpan: cpans.fraud }, '59'],
  ['an OTT that has expired', { ott: otts.expired }, 'T2'],
] as const) {
  test(`${what} is refused with the switch's reason`, async () => {
    const refusal = refusalsOfSwitch[code] ?? assert.fail()
    await refused(merchant, 'bind-card', bindBody(merchant, wish), refusal)
  })
}

for (const [code, refusal] of Object.entries(refusalsOfSwitch)) {
  test(`the switch's ${code} is told as ${refusal.join(' ')}`, async () => {
    await world.kkiSimulator.steerNext(clientId, { responseCode: code })
    await refused(merchant, 'bind-card', bindBody(merchant), refusal)
  })
}

test('while the switch is silent the binding is in progress, with all that an answer has', async () => {
  await world.kkiSimulator.steerNext(clientId, { lose: 'answer' })
  const sent = bindBody(merchant)
  const { status, body } = await callKki(merchant, 'bind-card', sent)
  assert.equal(status, 202)
  assert.deepEqual([body.responseCode, body.responseMessage], ['2020100', 'Request In Progress'])
  assert.match(body.redirectUrl, /\/kki\/bindings\//)
  const { authCode } = body.additionalInfo
  const otp = { otp: rightOtp, authCode }
  await refused(merchant, 'verify-otp', otp, ['404 06', 'Need To Request OTP'])
  await advance(merchant, 60_000)
  assert.equal((await served(merchant, 'verify-otp', otp)).referenceNo, body.referenceNo)
})

test('a binding that never reached the switch fails by itself', async () => {
  await world.kkiSimulator.steerNext(clientId, { lose: 'request' })
  const { status, body } = await callKki(merchant, 'bind-card', bindBody(merchant))
  assert.equal(status, 202)
  await advance(merchant, 60_000)
  const { authCode } = body.additionalInfo
  await refused(merchant, 'verify-otp', { otp: rightOtp, authCode }, refusals.state)
})

test('a card is bound to a customer once, and to another customer as well', async () => {
  const { custIdMerchant } = await bound(merchant)
  const again = bindBody(merchant, { customer: custIdMerchant })
  await refused(merchant, 'bind-card', again, refusals.duplicate)
  const otherCard = bindBody(merchant, { customer: custIdMerchant, cpan: cpans.mandiri })
  await served(merchant, 'bind-card', otherCard)
  await served(merchant, 'bind-card', bindBody(merchant))
})

test('a partnerReferenceNo begins one binding, for ever', async () => {
  const sent = bindBody(merchant)
  await served(merchant, 'bind-card', sent)
  const again = { ...bindBody(merchant), partnerReferenceNo: sent.partnerReferenceNo }
  await refused(merchant, 'bind-card', again, refusals.duplicate)
  await advance(merchant, 3 * 86_400_000)
  await refused(merchant, 'bind-card', again, refusals.duplicate)
})

test('a partnerReferenceNo of a binding says nothing of payments, or of other merchants', async () => {
  const sent = bindBody(merchant)
  await served(merchant, 'bind-card', sent)
  const { partnerReferenceNo } = sent
  await served(merchant, 'pay', { ...payBody(), partnerReferenceNo })
  const other = await anotherKkiMerchant(merchant)
  await served(other, 'bind-card', { ...bindBody(other), partnerReferenceNo })
})

test('bindings may have no partnerReferenceNo, many of them', async () => {
  for (const partnerReferenceNo of [undefined, null, '']) {
    await served(merchant, 'bind-card', { ...bindBody(merchant), partnerReferenceNo })
  }
})

test('an X-EXTERNAL-ID begins one binding a day', async () => {
  const externalId = randomUUID()
  await served(merchant, 'bind-card', bindBody(merchant), { externalId })
  await refused(merchant, 'bind-card', bindBody(merchant), refusals.conflict, { externalId })
  await advance(merchant, 86_400_000)
  await served(merchant, 'bind-card', bindBody(merchant), { externalId })
})

test('what was refused by the switch has used up its X-EXTERNAL-ID; what was malformed has not', async () => {
  const externalId = randomUUID()
  const sent = bindBody(merchant)
  const without = { ...sent, custIdMerchant: '' }
  assert.equal((await callKki(merchant, 'bind-card', without, { externalId })).status, 400)
  await world.kkiSimulator.steerNext(clientId, { responseCode: '05' })
  assert.equal((await callKki(merchant, 'bind-card', sent, { externalId })).status, 403)
  const anew = { ...sent, partnerReferenceNo: newReference() }
  await refused(merchant, 'bind-card', anew, refusals.conflict, { externalId })
  await served(merchant, 'bind-card', anew)
})

test('of many bindings at once with one X-EXTERNAL-ID, or one number, one begins', async () => {
  const codesOf = async (send: () => ReturnType<typeof callKki>) => {
    const answers = await Promise.all(Array.from({ length: 8 }, send))
    return answers.map(({ body }) => body.responseCode).sort()
  }
  const sent = bindBody(merchant)
  const externalId = randomUUID()
  const same = await codesOf(() => callKki(merchant, 'bind-card', sent, { externalId }))
  assert.deepEqual(same, ['2000100', ...Array(7).fill('4090100')])
  const { partnerReferenceNo } = bindBody(merchant)
  const one = await codesOf(() =>
    callKki(merchant, 'bind-card', { ...bindBody(merchant), partnerReferenceNo }),
  )
  assert.deepEqual(one, ['2000100', ...Array(7).fill('4090101')])
})

test('a merchant without an account at the switch has no such feature', async () => {
  const other = await merchantWithoutKki(merchant)
  await refused(other, 'bind-card', bindBody(other), [
    '403 01',
    'Feature Not Allowed KARTU_KREDIT_INDONESIA',
  ])
})
