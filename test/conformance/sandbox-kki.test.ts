/** The KKI calls of the control surface (docs/guides/sandbox.md): issuer's app and switch's book. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { digestOf } from '@gerbang/wire'
import { errorEnvelope } from '@gerbang/wire/schemas'
import { sandboxClientId } from '../../packages/gateway/src/api/sandbox/sandbox-merchants.ts'
import { money } from '../../packages/gateway/src/primitives/money.ts'
import { Secret } from '../../packages/gateway/src/primitives/secret.ts'
import { control, createWorld, noteSecret } from '../harness/world.ts'
import { assertShape } from './calls.ts'

const world = await createWorld()
const { kkiSwitch } = world.kkiSimulator
const cpan = '9360001609987000000'
noteSecret('card-number', cpan)
// A plain digest of a body that holds a card must not be kept either.
noteSecret('digest', digestOf(JSON.stringify({ cpan })))

let last = 0

/** A payment as the gateway would send it. */
async function pay(wish: { ott?: string; minor?: bigint; subMerchantId?: string } = {}) {
  last += 1
  const digits = String(last).padStart(6, '0')
  const ott = wish.ott ?? '12345678'
  noteSecret('password', ott)
  const command = {
    references: { stan: digits, rrn: `632500${digits}`, transmittedAt: new Date() },
    mid: '000360012345',
    tid: '36001234',
    subMerchantId: wish.subMerchantId ?? sandboxClientId,
    partnerReferenceNo: `KKI-${digits}`,
    custIdMerchant: `CUST${digits}`,
    referenceNo: `REF-${digits}`,
    amount: money(wish.minor ?? 1_150_000n, 'IDR'),
    source: {
      kind: 'card',
      card: { cpan: new Secret(cpan), ott: new Secret(ott) },
      binds: false,
    },
  } as const
  const outcome = await kkiSwitch.pay(command, AbortSignal.timeout(5_000))
  return { command, outcome }
}

const messagesOf = (query: string) => control(world, 'GET', `/sandbox/kki/messages?${query}`)
const confirm = (referenceNo: string, body: object) =>
  control(world, 'POST', `/sandbox/kki/confirmations/${referenceNo}`, body)

async function assertRefusal(
  answer: Awaited<ReturnType<typeof control>>,
  status: number,
  code: string,
) {
  assert.equal(answer.status, status, answer.text)
  assertShape(errorEnvelope, answer.body)
  assert.equal(answer.body.error.code, code)
}

test('an OTT of the issuer’s app pays once', async () => {
  const { status, body } = await control(world, 'POST', '/sandbox/kki/otts', { cpan })
  assert.equal(status, 200)
  assert.deepEqual(Object.keys(body), ['ott', 'expiresAt'])
  assert.match(body.ott, /^\d{8}$/)
  assert.ok(new Date(body.expiresAt) > world.clock.now())
  assert.equal((await pay({ ott: body.ott })).outcome.kind, 'approved')
  assert.equal((await pay({ ott: body.ott })).outcome.kind, 'refused')
})

test('a card that no issuer knows has no app', async () => {
  const answer = await control(world, 'POST', '/sandbox/kki/otts', { cpan: '9360001600000000001' })
  await assertRefusal(answer, 404, 'NOT_FOUND')
})

for (const [what, body] of [
  ['no CPAN', {}],
  ['a number as CPAN', { cpan: 9360001 }],
  ['letters in a CPAN', { cpan: '93600016099870000AB' }],
  ['21 digits', { cpan: '9'.repeat(21) }],
  ['another member', { cpan, clientId: 'x' }],
] as const) {
  test(`${what} is no wish for an OTT, and the refusal does not repeat it`, async () => {
    const answer = await control(world, 'POST', '/sandbox/kki/otts', body)
    await assertRefusal(answer, 400, 'INVALID_PARAMETER')
    assert.ok(!answer.text.includes('9360001'))
  })
}

for (const approve of [true, false]) {
  test(`a pending payment is ${approve ? 'approved' : 'declined'} in the app, once`, async () => {
    const { command, outcome } = await pay({ minor: 900_200n })
    assert.equal(outcome.kind, 'pending')
    const [waiting] = (await messagesOf(`partnerReferenceNo=${command.partnerReferenceNo}`)).body
      .messages
    assert.deepEqual([waiting.responseCode, waiting.approvalCode], [null, null])
    const answer = await confirm(command.referenceNo, { approve })
    assert.equal(answer.status, 200)
    assert.deepEqual(answer.body, { referenceNo: command.referenceNo, approved: approve })
    await assertRefusal(await confirm(command.referenceNo, { approve }), 409, 'ALREADY_DECIDED')
    const again = await kkiSwitch.pay(command, AbortSignal.timeout(5_000))
    assert.equal(again.kind, approve ? 'approved' : 'refused')
  })
}

test('moving the clock by 5 minutes ends the wait', async () => {
  const { command } = await pay({ minor: 900_200n })
  await control(world, 'POST', '/sandbox/clock', { advanceMs: 300_000 })
  await assertRefusal(await confirm(command.referenceNo, { approve: true }), 409, 'ALREADY_DECIDED')
})

test('what does not say true or false decides nothing', async () => {
  const { command } = await pay({ minor: 900_200n })
  for (const body of [{}, { approve: null }, { approve: 'true' }, { approve: true, why: 'x' }]) {
    await assertRefusal(await confirm(command.referenceNo, body), 400, 'INVALID_PARAMETER')
  }
  await assertRefusal(await confirm('REF-nobody', { approve: true }), 404, 'NOT_FOUND')
  assert.equal((await confirm(command.referenceNo, { approve: true })).status, 200)
})

test('the switch’s messages are shown by number or by customer, like an acquirer’s', async () => {
  const { command } = await pay()
  const { partnerReferenceNo, custIdMerchant, references } = command
  const byNumber = await messagesOf(`partnerReferenceNo=${partnerReferenceNo}`)
  assert.equal(byNumber.status, 200)
  const [message] = byNumber.body.messages
  const { approvalCode, receivedAt, ...rest } = message
  assert.match(approvalCode, /^\d{6}$/)
  assert.ok(Number.isFinite(Date.parse(receivedAt)))
  assert.deepEqual(rest, {
    kind: 'pay',
    amount: 11_500,
    responseCode: '00',
    stan: references.stan,
    rrn: references.rrn,
    maskedCardNumber: '936000******0000',
  })
  const byCustomer = await messagesOf(`custIdMerchant=${custIdMerchant}`)
  assert.deepEqual(byCustomer.body, byNumber.body)
  assert.deepEqual((await messagesOf('partnerReferenceNo=nobody')).body, { messages: [] })
})

test('an amount is shown to the last sen', async () => {
  for (const [minor, shown] of [
    [999_999_999_999_999_999n, '9999999999999999.99'],
    [1n, '0.01'],
    [1_150_050n, '11500.50'],
  ] as const) {
    const { command } = await pay({ minor })
    const { text } = await messagesOf(`partnerReferenceNo=${command.partnerReferenceNo}`)
    assert.ok(text.includes(`"amount":${shown},`), text)
  }
})

test('another merchant’s messages are shown by his clientId only', async () => {
  const { clientId } = (await control(world, 'POST', '/sandbox/merchants', {})).body
  const { command } = await pay({ subMerchantId: clientId })
  const query = `partnerReferenceNo=${command.partnerReferenceNo}`
  assert.deepEqual((await messagesOf(query)).body.messages, [])
  assert.equal((await messagesOf(`${query}&clientId=${clientId}`)).body.messages.length, 1)
  await assertRefusal(await messagesOf(`${query}&clientId=nobody`), 404, 'NOT_FOUND')
})

for (const query of [
  '',
  'partnerReferenceNo=',
  'partnerReferenceNo=a&custIdMerchant=b',
  'invoiceNumber=a',
  'partnerReferenceNo=a%00',
]) {
  test(`messages?${query} is not guessed at`, async () => {
    await assertRefusal(await messagesOf(query), 400, 'INVALID_PARAMETER')
  })
}

test('a reset empties the switch’s book, and its tokens', async () => {
  const { command } = await pay()
  const { ott } = (await control(world, 'POST', '/sandbox/kki/otts', { cpan })).body
  await control(world, 'POST', '/sandbox/reset')
  const shown = await messagesOf(`partnerReferenceNo=${command.partnerReferenceNo}`)
  assert.deepEqual(shown.body.messages, [])
  assert.equal((await pay({ ott })).outcome.kind, 'refused')
})

test('the next message of a merchant does what it was told to, and the one after it does not', async () => {
  const next = (body: object, query = '') =>
    control(world, 'POST', `/sandbox/kki/next${query}`, body)
  assert.equal((await next({ responseCode: '65' })).status, 200)
  assert.deepEqual((await pay()).outcome, { kind: 'refused', responseCode: '65' })
  assert.equal((await pay()).outcome.kind, 'approved')
  await next({ waits: true })
  assert.equal((await pay()).outcome.kind, 'pending')
  for (const body of [
    {},
    { responseCode: 'x' },
    { lose: 'all' },
    { waits: 'yes' },
    { wait: true },
  ]) {
    await assertRefusal(await next(body), 400, 'INVALID_PARAMETER')
  }
  await assertRefusal(await next({ waits: true }, '?clientId=nobody'), 404, 'NOT_FOUND')
})
