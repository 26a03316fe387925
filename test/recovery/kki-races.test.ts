/** KKI calls of a merchant at the same moment, over two apps on one database, and over one connection. */
import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { test } from 'node:test'
import {
  advance,
  amount,
  begin,
  bindBody,
  bound,
  callKki,
  createKkiMerchant,
  type KkiMerchant,
  newReference,
  payBody,
  payByTokenBody,
  refundBody,
  refusals,
  refused,
  rightOtp,
  served,
  unbindBody,
} from '../conformance/kki/calls.ts'
import { assertKkiBooksAgree } from '../harness/compare-kki-books.ts'
import { endTimeOfDead } from '../harness/survivor.ts'
import type { Answer } from '../harness/world.ts'
import {
  assertBoundOnce,
  bindAndPayBody,
  kindsOf,
  standingOf,
  tokensOf,
  unboundEvents,
} from './kki-calls.ts'

const one = await createKkiMerchant({ connections: 8 })
const two = await createKkiMerchant({ shares: one.world, connections: 8 })
const { database } = one.world
const rounds = 12

/** The same merchant at one app and at the other, in turn. */
const at = (i: number): KkiMerchant => (i % 2 === 0 ? one : two)

const pause = (milliseconds: number) =>
  new Promise((resolve) => {
    setTimeout(resolve, milliseconds)
  })

/** How answers begin, each once, in order. */
const codesOf = (answers: readonly Answer[]): string[] =>
  [...new Set(answers.map(({ body }) => String(body.responseCode)))].toSorted()

/** Everything that is under way comes to its end, and the books agree. */
async function assertEnded(): Promise<void> {
  await endTimeOfDead(database)
  await advance(one, 60_000)
  await assertKkiBooksAgree(database)
}

/** Waits until so many statements wait for a lock. */
async function waiting(count: number): Promise<void> {
  for (const end = Date.now() + 5_000; Date.now() < end; await pause(5)) {
    const rows = await database`
      select from pg_stat_activity
      where datname = current_database() and wait_event_type = 'Lock'`
    if (rows.count >= count) return
  }
  assert.fail(`no ${count} statements wait`)
}

test('a card that is unbound while it pays pays before, or is refused', async () => {
  for (let round = 0; round < rounds; round++) {
    const { bankCardToken, custIdMerchant } = await bound(one)
    const sent = Array.from({ length: 8 }, () => payByTokenBody(bankCardToken))
    const unbinding = pause(round % 4).then(() =>
      served(two, 'unbind-card', unbindBody(bankCardToken)),
    )
    const payments = sent.map(async (body, i) => {
      await pause(i % 5)
      return callKki(at(i), 'pay', body)
    })
    const answers = await Promise.all(payments)
    await unbinding
    // Begun before, and sent to the switch after it had ended the account: No Card Record.
    const allowed = ['2005400', '4045408', '4045411']
    for (const code of codesOf(answers)) assert.ok(allowed.includes(code), code)
    for (const merchant of [one, two]) {
      await refused(merchant, 'pay', payByTokenBody(bankCardToken), refusals.token)
    }
    await assertEnded()
    for (const [i, { status }] of answers.entries()) {
      const paid = await standingOf(one, sent[i]?.partnerReferenceNo ?? '')
      assert.equal(paid.filter((payment) => payment.paid > 0n).length, status === 200 ? 1 : 0)
    }
    assert.equal((await unboundEvents(one, custIdMerchant)).length, 1)
  }
})

for (const [how, isCommitted] of [
  ['is done, nothing is begun', true],
  ['is given up, it pays', false],
] as const) {
  test(`a payment by a token waits for an unbinding that has begun: where it ${how}`, async () => {
    const { bankCardToken, custIdMerchant } = await bound(one)
    const body = payByTokenBody(bankCardToken)
    const externalId = randomUUID()
    let paying: Promise<Answer> | undefined
    await database
      .begin(async (transaction) => {
        await transaction`
          update bindings set state = 'unbinding' where cust_id_merchant = ${custIdMerchant}`
        paying = callKki(two, 'pay', body, { externalId })
        await waiting(1)
        if (!isCommitted) throw new Error('given up')
      })
      .catch((error: Error) => assert.equal(error.message, 'given up'))
    const code = isCommitted ? '4045411' : '2005400'
    assert.equal((await paying)?.body.responseCode, code)
    const asked = { originalPartnerReferenceNo: body.partnerReferenceNo, serviceCode: '55' }
    if (!isCommitted) return void (await served(one, 'payment-status', asked))
    await refused(one, 'payment-status', asked, refusals.notFound)
    // Nor is a number of the call used up.
    await refused(two, 'pay', body, refusals.token, { externalId })
    await database`
      update bindings set state = 'bound' where cust_id_merchant = ${custIdMerchant}`
    await served(two, 'pay', body, { externalId })
  })
}

test('of many unbindings of a card one is served, and it is told once', async () => {
  for (let round = 0; round < rounds; round++) {
    const { bankCardToken, custIdMerchant } = await bound(one)
    const answers = await Promise.all(
      Array.from({ length: 8 }, (_, i) => callKki(at(i), 'unbind-card', unbindBody(bankCardToken))),
    )
    assert.equal(answers.filter(({ status }) => status === 200).length, 1)
    assert.deepEqual(codesOf(answers), ['2000500', '4040511'])
    await assertEnded()
    assert.equal((await unboundEvents(one, custIdMerchant)).length, 1)
  }
})

test('a card that is bound while it is unbound has one token that pays, or none', async () => {
  for (let round = 0; round < rounds; round++) {
    const { bankCardToken, custIdMerchant: customer } = await bound(one)
    const [bind] = await Promise.all([
      callKki(two, 'pay', bindAndPayBody(customer)),
      served(one, 'unbind-card', unbindBody(bankCardToken)),
    ])
    await assertEnded()
    const tokens = await tokensOf(one, customer)
    assert.ok(tokens.length <= 1, bind.text)
    if (bind.body.bankCardToken !== bankCardToken) {
      assert.deepEqual(tokens, bind.body.bankCardToken ? [bind.body.bankCardToken] : [], bind.text)
    }
    for (const token of tokens) await served(one, 'pay', payByTokenBody(token))
    if (tokens.length === 0) await bound(one, { customer })
  }
})

test('a card that binds by a payment while the network still unbinds it has a token that pays, or none', async () => {
  const { bankCardToken, custIdMerchant: customer } = await bound(one)
  // The worker has not come to it.
  for (const { world } of [one, two]) await world.app.jobs.stop()
  await served(one, 'unbind-card', unbindBody(bankCardToken))
  const again = await callKki(one, 'pay', bindAndPayBody(customer))
  for (const { world } of [one, two]) world.app.jobs.start()
  await assertEnded()
  const tokens = await tokensOf(one, customer)
  assert.deepEqual(tokens, again.body.bankCardToken ? [again.body.bankCardToken] : [], again.text)
  for (const token of tokens) await served(one, 'pay', payByTokenBody(token))
})

test('of partial refunds at once no more goes back than was paid, to the last sen', async () => {
  for (let round = 0; round < rounds; round++) {
    const body = payBody({ value: '9999999999999999.99' })
    const { partnerReferenceNo } = body
    await served(one, 'pay', body)
    const answers = await Promise.all(
      Array.from({ length: 12 }, (_, i) =>
        callKki(at(i), 'refund', refundBody(partnerReferenceNo, '3333333333333333.33')),
      ),
    )
    assert.equal(answers.filter(({ status }) => status === 200).length, 3)
    for (const code of codesOf(answers)) assert.ok(['2005800', '4045813', '4055801'].includes(code))
    const all = 999_999_999_999_999_999n
    assert.deepEqual(await standingOf(one, partnerReferenceNo), [{ paid: all, refunded: all }])
  }
  await assertEnded()
})

test('refunds at once with one partnerRefundNo are one refund, and all are told of it', async () => {
  for (let round = 0; round < rounds; round++) {
    const body = payBody()
    const { partnerReferenceNo } = body
    await served(one, 'pay', body)
    const refund = refundBody(partnerReferenceNo, round % 2 ? '11500.00' : '4000.00')
    const answers = await Promise.all(
      Array.from({ length: 10 }, (_, i) => callKki(at(i), 'refund', refund)),
    )
    for (const code of codesOf(answers)) assert.ok(['2005800', '2025800'].includes(code), code)
    assert.equal(new Set(answers.map((answer) => answer.body.refundNo)).size, 1)
    const kinds = await kindsOf(one, { partnerReferenceNo })
    assert.deepEqual(kinds, ['pay', 'refund'])
  }
  await assertEnded()
})

test('of refunds at once with one partnerRefundNo and other amounts one is done', async () => {
  for (let round = 0; round < rounds; round++) {
    const body = payBody()
    const { partnerReferenceNo } = body
    await served(one, 'pay', body)
    const refund = refundBody(partnerReferenceNo)
    const answers = await Promise.all(
      ['4000.00', '4000.01', '5000.00', '11500.00', '11500.01'].map((value, i) =>
        callKki(at(i), 'refund', { ...refund, refundAmount: amount(value) }),
      ),
    )
    assert.equal(answers.filter(({ status }) => status < 300).length, 1)
    const refusalsAllowed = ['4045818', '4045813', '4055801', '2005800', '2025800']
    for (const code of codesOf(answers)) assert.ok(refusalsAllowed.includes(code), code)
    const [standing] = await standingOf(one, partnerReferenceNo)
    const refunded = answers.find(({ status }) => status < 300)?.body.refundAmount.value
    assert.equal(standing?.refunded, BigInt(String(refunded).replace('.', '')))
  }
  await assertEnded()
})

test('payments at once with one partnerReferenceNo are one payment', async () => {
  for (let round = 0; round < rounds; round++) {
    const externalId = randomUUID()
    const body = payBody({ value: '11500.01' })
    const answers = await Promise.all(
      Array.from({ length: 12 }, (_, i) =>
        // Some are the very same call.
        callKki(at(i), 'pay', body, i % 3 === 0 ? { externalId } : {}),
      ),
    )
    assert.equal(answers.filter(({ status }) => status === 200).length, 1)
    for (const code of codesOf(answers)) assert.ok(['2005400', '4095400', '4095401'].includes(code))
    const standing = await standingOf(one, body.partnerReferenceNo)
    assert.deepEqual(standing, [{ paid: 1_150_001n, refunded: 0n }])
  }
  await assertEnded()
})

test('payments at once that bind one card for one customer bind it once', async () => {
  for (let round = 0; round < rounds; round++) {
    const customer = newReference('CUST')
    const bodies = Array.from({ length: 8 }, () => bindAndPayBody(customer))
    const answers = await Promise.all(bodies.map((body, i) => callKki(at(i), 'pay', body)))
    const paid = answers.filter(({ status }) => status === 200)
    assert.ok(paid.length > 0)
    assert.deepEqual(
      codesOf(answers).filter((code) => !['2005400', '4095401'].includes(code)),
      [],
    )
    const tokens = new Set(paid.map(({ body }) => body.bankCardToken))
    assert.deepEqual([...tokens], await tokensOf(two, customer))
    await assertBoundOnce(one, customer)
  }
  await assertEnded()
})

test('bindings of one card for one customer that end at once are one bound card', async () => {
  for (let round = 0; round < rounds; round++) {
    const customer = newReference('CUST')
    const begun = []
    for (let i = 0; i < 3; i++) begun.push(await begin(one, { customer }))
    const answers = await Promise.all([
      ...begun.flatMap(({ additionalInfo: { authCode } }, i) =>
        [at(i), at(i + 1)].map((merchant) =>
          callKki(merchant, 'verify-otp', { otp: rightOtp, authCode }),
        ),
      ),
      callKki(one, 'pay', bindAndPayBody(customer)),
    ])
    const told = answers.flatMap(({ body }) => body.bankCardToken ?? [])
    assert.equal(new Set(told).size <= 1, true, told.join())
    await advance(one, 60_000)
    await assertBoundOnce(two, customer)
  }
  await assertEnded()
})

/** Begins a binding whose one-time password is entered on our page. */
async function hosted() {
  const body = bindBody(one)
  const { redirectUrl } = await served(one, 'bind-card', body)
  const url = new URL(redirectUrl).pathname
  const submit = (merchant: KkiMerchant, fields: Record<string, string>) =>
    merchant.world.app.server.inject({
      method: 'POST',
      url,
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
      payload: new URLSearchParams(fields).toString(),
    })
  return {
    customer: body.custIdMerchant,
    enter: (merchant: KkiMerchant) => submit(merchant, { otp: rightOtp }),
    cancel: (merchant: KkiMerchant) => submit(merchant, { cancel: '' }),
    /** The page says how it ended; if it failed, nothing is bound, and may be bound again. */
    assertConsistent: async () => {
      await assertEnded()
      const page = await one.world.app.server.inject({ url })
      assert.equal(page.statusCode, 303)
      const status = new URL(String(page.headers.location)).searchParams.get('status')
      const tokens = await tokensOf(one, body.custIdMerchant)
      assert.equal(tokens.length, status === 'SUCCESS' ? 1 : 0)
      if (status !== 'SUCCESS') await bound(one, { customer: body.custIdMerchant })
      await assertBoundOnce(one, body.custIdMerchant)
    },
  }
}

test('a one-time password that is right while the cardholder gives up binds the card, or does not', async () => {
  for (let round = 0; round < rounds; round++) {
    const page = await hosted()
    await Promise.all([page.enter(one), pause(round % 6).then(() => page.cancel(two))])
    await page.assertConsistent()
  }
})

for (const first of ['enter', 'cancel'] as const) {
  test(`the same, where the statement of "${first}" comes first and the other waits for it`, async () => {
    const page = await hosted()
    const second = first === 'enter' ? 'cancel' : 'enter'
    let both: Promise<unknown> | undefined
    await database.begin(async (transaction) => {
      await transaction`
        select from bindings where cust_id_merchant = ${page.customer} for update`
      const answers = [page[first](one)]
      await waiting(1)
      answers.push(page[second](two))
      await waiting(2)
      both = Promise.all(answers)
    })
    await both
    await page.assertConsistent()
  })
}

test('one connection serves the whole life of 12 customers at once', async () => {
  const narrow = await createKkiMerchant({ connections: 1 })
  const live = async (_: unknown, i: number) => {
    const { bankCardToken, custIdMerchant } = await bound(narrow)
    const body = payByTokenBody(bankCardToken, '20000.50')
    await served(narrow, 'pay', body)
    for (const part of ['0.50', '20000.00']) {
      await served(narrow, 'refund', refundBody(body.partnerReferenceNo, part))
    }
    const binding = bindAndPayBody(newReference('CUST'))
    await served(narrow, 'pay', binding)
    return { bankCardToken, custIdMerchant, i }
  }
  const lives = await Promise.all(Array.from({ length: 12 }, live))
  // All are one card: whoever unbinds it ends the tokens of all.
  const unbound = await Promise.all(
    lives.map(({ bankCardToken }) => callKki(narrow, 'unbind-card', unbindBody(bankCardToken))),
  )
  assert.deepEqual(codesOf(unbound), ['2000500', '4040511'])
  await advance(narrow, 60_000)
  for (const { custIdMerchant } of lives) {
    assert.deepEqual(await tokensOf(narrow, custIdMerchant), [])
  }
  await assertKkiBooksAgree(narrow.world.database)
})
