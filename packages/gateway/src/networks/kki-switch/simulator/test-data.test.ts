/** The KKI test data of sandbox.md at the simulated switch, and what its tables keep of it. */
import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import { createTestDatabase } from '../../../../../../test/harness/database.ts'
import { money, rupiah } from '../../../primitives/money.ts'
import { systemRandom } from '../../../primitives/random.ts'
import { Secret } from '../../../primitives/secret.ts'
import { createDesk, taken } from '../conformance/world.ts'
import type { KkiOutcome } from '../contract.ts'
import { meaningOf } from '../response-codes.ts'
import { createKkiSimulator, kkiSimulatorTables } from './index.ts'
import { createStillClock, testKeyRing, worldOf } from './world.ts'

const testDatabase = await createTestDatabase()
after(() => testDatabase.drop())
const clock = createStillClock()
const database = testDatabase.connect(2)
const deps = { clock, random: systemRandom, keyRing: testKeyRing }
const simulator = createKkiSimulator({ ...deps, database })
const world = worldOf(simulator, clock)
const desk = createDesk(world)

const works = '9360001609987000000'
const always = '12345678'

const card = (cpan: string, ott: string) => ({
  kind: 'card' as const,
  card: { cpan: new Secret(cpan), ott: new Secret(ott) },
  binds: false,
})

const payBy = (cpan: string, ott: string) => desk.pay({ source: card(cpan, ott) })

/** `approved`, `pending`, `unknown` or why it was refused. */
const brief = (outcome: KkiOutcome) =>
  outcome.kind === 'refused' ? meaningOf(outcome.responseCode) : outcome.kind

for (const [cpan, expected] of [
  [works, 'approved'],
  ['9360000812345678901', 'approved'],
  ['9360001600000000001', 'invalid_cpan'],
  ['9360001600000000002', 'not_permitted'],
  ['9360001600000000003', 'suspected_fraud'],
  ['9360001600000000009', 'invalid_cpan'],
  ['constructor', 'invalid_cpan'],
] as const) {
  test(`a payment and a binding by CPAN ${cpan.slice(0, 6)}…${cpan.slice(-4)}: ${expected}`, async () => {
    assert.equal(brief(await payBy(cpan, always).send()), expected)
    const binding = desk.bind({ card: { cpan: new Secret(cpan), ott: undefined } })
    assert.equal(brief(await binding.send()), expected)
  })
}

for (const [ott, expected] of [
  [always, 'approved'],
  ['00000000', 'invalid_ott'],
  ['11111111', 'ott_expired'],
  ['22222222', 'invalid_ott'],
  ['__proto__', 'invalid_ott'],
] as const) {
  test(`a payment and a binding by OTT ${ott}: ${expected}`, async () => {
    for (const _ of [1, 2]) assert.equal(brief(await payBy(works, ott).send()), expected)
    const binding = desk.bind({ card: { cpan: new Secret(works), ott: new Secret(ott) } })
    assert.equal(brief(await binding.send()), expected)
  })
}

test('an OTT of the app serves one message of its card', async () => {
  const issued = await simulator.issueOtt(new Secret(works))
  assert.match(issued?.ott ?? '', /^\d{8}$/)
  const ott = issued?.ott ?? ''
  assert.equal(brief(await payBy('9360000812345678901', ott).send()), 'invalid_ott')
  const payment = payBy(works, ott)
  const outcomes = await Promise.all(Array.from({ length: 10 }, () => payment.send()))
  for (const outcome of outcomes) assert.equal(brief(outcome), 'approved')
  assert.equal(brief(await payBy(works, ott).send()), 'invalid_ott')
})

test('of 10 messages with an OTT of the app one is approved', async () => {
  const issued = await simulator.issueOtt(new Secret(works))
  const payments = Array.from({ length: 10 }, () => payBy(works, issued?.ott ?? ''))
  const outcomes = await Promise.all(payments.map((payment) => payment.send()))
  assert.equal(outcomes.filter((one) => brief(one) === 'approved').length, 1)
  assert.equal(outcomes.filter((one) => brief(one) === 'invalid_ott').length, 9)
})

test('an OTT of the app expires, and is not given for a card that no issuer knows', async () => {
  const issued = await simulator.issueOtt(new Secret(works))
  assert.ok(issued)
  clock.moveBy(issued.expiresAt.getTime() - clock.now().getTime())
  assert.equal(brief(await payBy(works, issued.ott).send()), 'ott_expired')
  assert.equal(await simulator.issueOtt(new Secret('9360001600000000001')), undefined)
  assert.ok(await simulator.issueOtt(new Secret('9360001600000000003')))
})

for (const [amount, expected] of [
  [9_051n, 'insufficient_funds'],
  [19_005n, 'do_not_honour'],
  [119_013n, 'invalid_amount'],
  [9_034n, 'suspected_fraud'],
  [9_059n, 'suspected_fraud'],
  [9_065n, 'frequency_limit_exceeded'],
  [9_061n, 'amount_limit_exceeded'],
  [9_058n, 'not_permitted_to_terminal'],
  [9_003n, 'invalid_merchant'],
  [9_999_999_999_999_091n, 'external_error'],
  [9_077n, 'unlisted'],
  [9_000n, 'approved'],
  [9_002n, 'pending'],
  [90n, 'approved'],
  [90_510n, 'approved'],
] as const) {
  test(`an amount of ${amount}, and ${amount} with sen, is ${expected}, however one pays`, async () => {
    const bound = await desk.bound()
    for (const sen of [0n, 99n]) {
      const minor = money(amount * 100n + sen, 'IDR')
      assert.equal(brief(await desk.pay({}, minor).send()), expected)
      assert.equal(brief(await desk.payBy(bound, minor).send()), expected)
    }
  })
}

test('card and token are looked at before the amount', async () => {
  const amount = rupiah(9_051n)
  const of = (cpan: string, ott: string) => desk.pay({ source: card(cpan, ott) }, amount).send()
  assert.equal(brief(await of('9360001600000000001', always)), 'invalid_cpan')
  assert.equal(brief(await of(works, '00000000')), 'invalid_ott')
})

test('a refused token leaves nothing to confirm', async () => {
  const payment = desk.pay({ source: card(works, '22222222') }, rupiah(9_002n))
  assert.equal(brief(await payment.send()), 'invalid_ott')
  assert.equal(await simulator.confirm(payment.command.referenceNo, true), 'already_decided')
})

test('9068 is approved in the book and its answer is lost; 9069 never reaches it', async () => {
  for (const [amount, received] of [
    [19_068n, '00'],
    [19_069n, undefined],
  ] as const) {
    const payment = desk.pay({}, rupiah(amount))
    assert.equal((await payment.send(AbortSignal.timeout(50))).kind, 'unknown')
    const { subMerchantId, partnerReferenceNo } = payment.command
    const [message] = await simulator.messages(subMerchantId, { partnerReferenceNo })
    assert.equal(message?.responseCode, received)
  }
})

test('9096 is unknown to who waits less than its 3 s, and approved in the book', async () => {
  const payment = desk.pay({}, rupiah(19_096n))
  assert.equal((await payment.send(AbortSignal.timeout(100))).kind, 'unknown')
  assert.equal((await desk.inquire(payment)).kind, 'approved')
})

test('refunds follow the rule by their own amount, and need no confirmation', async () => {
  const payment = await taken(desk.pay({}, rupiah(100_000n)))
  assert.equal(brief(await desk.refund(payment, rupiah(9_005n)).send()), 'do_not_honour')
  assert.equal(brief(await desk.refund(payment, rupiah(9_002n)).send()), 'approved')
})

test('a payment of 9002 waits for 5 minutes', async () => {
  const payment = desk.pay({}, rupiah(9_002n))
  await payment.send()
  clock.moveBy(299_999)
  assert.equal(brief(await payment.send()), 'pending')
  clock.moveBy(1)
  assert.equal(brief(await payment.send()), 'confirmation_expired')
})

test('who confirms what nobody paid is told so', async () => {
  assert.equal(await simulator.confirm('REF-nobody', true), 'not_found')
})

for (const advancedMs of [1, 1_000]) {
  test(`an unbinding is pending until the clock is advanced, as by ${advancedMs} ms`, async () => {
    const { customer, account } = await desk.bound()
    const unbinding = desk.unbind(customer, account)
    assert.equal(brief(await unbinding.send()), 'pending')
    assert.equal((await desk.inquire(unbinding)).kind, 'pending')
    clock.moveBy(advancedMs)
    assert.equal((await desk.inquire(unbinding)).kind, 'approved')
  })
}

test('an unbinding is approved after 1 s without any advance', async () => {
  let now = Date.now()
  const ticking = { ...clock, now: () => new Date(now) }
  const process = createKkiSimulator({ ...deps, clock: ticking, database })
  const there = createDesk(worldOf(process, clock))
  const { customer, account } = await there.bound()
  const unbinding = there.unbind(customer, account)
  assert.equal(brief(await unbinding.send()), 'pending')
  now += 999
  assert.equal((await there.inquire(unbinding)).kind, 'pending')
  now += 1
  assert.equal((await there.inquire(unbinding)).kind, 'approved')
})

test('messages show what came, in order, by number and by customer', async () => {
  const { customer, account } = await desk.bound()
  const { custIdMerchant, subMerchantId } = customer
  const payment = desk.pay(
    { custIdMerchant, source: { kind: 'account', account, device: undefined } },
    rupiah(9_002n),
  )
  await payment.send()
  await simulator.confirm(payment.command.referenceNo, true)
  await desk.inquire(payment)
  const refund = await taken(desk.refund(payment, money(1n, 'IDR')))
  await desk.reverse(refund)
  await desk.unbind(customer, account).send()
  const { partnerReferenceNo, references } = payment.command
  const ofPayment = await simulator.messages(subMerchantId, { partnerReferenceNo })
  assert.deepEqual(
    ofPayment.map(({ kind, amountMinor }) => [kind, amountMinor]),
    [
      ['pay', 900_200n],
      ['inquiry', 900_200n],
      ['refund', 1n],
      ['reversal', 1n],
    ],
  )
  const [first] = ofPayment
  assert.equal(first?.responseCode, '00')
  assert.match(first?.approvalCode ?? '', /^\d{6}$/)
  assert.deepEqual([first?.stan, first?.rrn], [references.stan, references.rrn])
  const ofCustomer = await simulator.messages(subMerchantId, { custIdMerchant })
  assert.deepEqual(
    ofCustomer.map(({ kind, maskedCardNumber }) => `${kind} ${maskedCardNumber}`),
    ['bind', 'otp', 'pay', 'inquiry', 'refund', 'reversal', 'unbind'].map(
      (kind) => `${kind} 936000******0000`,
    ),
  )
  assert.equal(ofCustomer.at(-1)?.responseCode, null)
  assert.deepEqual(
    await simulator.messages('MCH-2', { custIdMerchant }).then((all) => [...all]),
    [],
  )
})

test('no table keeps a CPAN, an OTT or an OTP in clear', async () => {
  const issued = await simulator.issueOtt(new Secret(works))
  assert.ok(issued)
  await taken(payBy(works, issued.ott))
  await desk.bound({ card: { cpan: new Secret(works), ott: new Secret(always) } })
  const binding = await taken(desk.bind())
  await desk.tryOtp(binding, world.wrongOtp).send()
  // An approval code or a STAN may be any six digits.
  const secrets = [works, '9360000812345678901', issued.ott, always]
  const passwords = [world.rightOtp, world.wrongOtp].map((otp) => otp.reveal((value) => value))
  let rows = 0
  for (const table of kkiSimulatorTables) {
    for (const { row } of await database<{ row: Record<string, unknown> }[]>`
      select to_jsonb(t) as row from ${database(table)} t`) {
      rows += 1
      const { approval_code: _, stan: __, rrn: ___, ...kept } = row
      const values = Object.values(kept).map(String)
      for (const secret of secrets) assert.ok(!values.some((value) => value.includes(secret)))
      for (const password of passwords) assert.ok(!values.includes(password))
    }
  }
  assert.ok(rows > 5)
})
