/** begin, statement by statement: the traps of design.md 2, each under a name of its own. */
import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { after, test } from 'node:test'
import {
  beginCharge,
  everything,
  keepAuthentication,
  merchantId,
  newBegin,
  nothing,
  rowsOf,
  settlementOf,
  settleOperation,
} from '../../../../../test/harness/charges.ts'
import { createTestDatabase } from '../../../../../test/harness/database.ts'
import type { BeginCharge } from './begin.store.ts'

const testDatabase = await createTestDatabase()
after(() => testDatabase.drop())
const database = testDatabase.connect(8)

const refusal = (problem: string) => ({ name: 'Problem', problem })

/** What became of begins that ran at once: begun, duplicate, or the problem's name. */
async function beginAtOnce(begins: readonly BeginCharge[]): Promise<string[]> {
  const ends = await Promise.allSettled(begins.map((begin) => beginCharge(database, begin)))
  return ends.map((end) => {
    if (end.status === 'fulfilled') return end.value.kind
    assert.equal(end.reason.name, 'Problem', String(end.reason))
    return end.reason.problem as string
  })
}

const winners = (begins: readonly BeginCharge[], ends: readonly string[]) =>
  begins.filter((_, i) => ends[i] === 'begun')

test('claim race: of 20 begins with one Request-Id one is begun, each other a duplicate', async () => {
  for (let round = 0; round < 5; round++) {
    const requestId = randomUUID()
    const begins = Array.from({ length: 20 }, () => newBegin({ requestId }))
    const ends = await beginAtOnce(begins)
    assert.deepEqual(ends.toSorted(), ['begun', ...Array(19).fill('duplicate')])
    for (const [i, begin] of begins.entries()) {
      const expected = ends[i] === 'begun' ? everything : nothing
      assert.deepEqual(await rowsOf(database, begin), expected)
    }
  }
})

test('claim race over one authentication and invoice: the same, and it is used once', async () => {
  const authenticationId = await keepAuthentication(database)
  const invoiceNumber = 'INV-race'
  const requestId = randomUUID()
  const begins = Array.from({ length: 20 }, () =>
    newBegin({ requestId, authenticationId, invoiceNumber }),
  )
  const ends = await beginAtOnce(begins)
  assert.equal(ends.filter((end) => end === 'begun').length, 1)
  assert.equal(ends.filter((end) => end === 'duplicate').length, 19)
  const [winner] = winners(begins, ends)
  const [row] = await database`
    select state, used_by from authentications where authentication_id = ${authenticationId}`
  assert.deepEqual({ ...row }, { state: 'used', used_by: winner?.operation.operationId })
})

test('a claim without a payment: whoever loses the authentication leaves nothing', async () => {
  for (let round = 0; round < 5; round++) {
    const authenticationId = await keepAuthentication(database)
    const begins = Array.from({ length: 8 }, () => newBegin({ authenticationId }))
    const ends = await beginAtOnce(begins)
    assert.deepEqual(ends.toSorted(), [...Array(7).fill('authentication_not_usable'), 'begun'])
    for (const [i, begin] of begins.entries()) {
      const expected = ends[i] === 'begun' ? everything : nothing
      assert.deepEqual(await rowsOf(database, begin), expected)
    }
  }
})

test('a claim without a payment: whoever loses the invoice leaves nothing', async () => {
  for (let round = 0; round < 5; round++) {
    const invoiceNumber = `INV-open-${round}`
    const begins = Array.from({ length: 8 }, () => newBegin({ invoiceNumber }))
    const ends = await beginAtOnce(begins)
    assert.deepEqual(ends.toSorted(), ['begun', ...Array(7).fill('double_request')])
    for (const [i, begin] of begins.entries()) {
      const expected = ends[i] === 'begun' ? everything : nothing
      assert.deepEqual(await rowsOf(database, begin), expected)
    }
    const cards = begins.filter((_, i) => ends[i] !== 'begun').map((b) => b.newCard?.cardId ?? '')
    assert.equal((await database`select from cards where card_id = any(${cards})`).length, 0)
  }
})

test('whoever loses the invoice leaves its authentication unused', async () => {
  const invoiceNumber = 'INV-unused'
  await beginCharge(database, newBegin({ invoiceNumber }))
  const authenticationId = await keepAuthentication(database)
  const loser = newBegin({ invoiceNumber, authenticationId })
  await assert.rejects(beginCharge(database, loser), refusal('double_request'))
  const elsewhere = newBegin({ authenticationId })
  assert.equal((await beginCharge(database, elsewhere)).kind, 'begun')
})

for (const [why, change] of [
  ['is not finished', { state: 'challenging' }],
  ['has failed', { state: 'failed' }],
  ['is of another amount', { amountMinor: 9_000_100n }],
  ['has expired', { expiresAt: new Date(Date.now() - 1_000) }],
] as const) {
  test(`an authentication that ${why} begins nothing`, async () => {
    const begin = newBegin({ authenticationId: await keepAuthentication(database, change) })
    await assert.rejects(beginCharge(database, begin), refusal('authentication_not_usable'))
    assert.deepEqual(await rowsOf(database, begin), nothing)
  })
}

test('a token that was deleted begins nothing, with an authentication as without', async () => {
  const card = newBegin().newCard
  assert.ok(card)
  for (const isAuthenticated of [true, false]) {
    for (const state of ['active', 'inactive']) {
      const cardToken = randomUUID().replaceAll('-', '')
      await database`
        insert into cards ${database({
          merchant_id: merchantId,
          card_id: cardToken,
          sealed_card: card.sealedCard,
          fingerprint: card.fingerprint,
          created_at: new Date(),
        })}`
      await database`
        insert into tokens ${database({
          merchant_id: merchantId,
          token: cardToken,
          customer_id: cardToken,
          state,
          card_id: cardToken,
          fingerprint: card.fingerprint,
          card_description: '{}',
          saved_at: new Date(),
          created_at: new Date(),
        })}`
      const authenticationId = isAuthenticated ? await keepAuthentication(database) : undefined
      const begin = {
        ...newBegin({ cardToken, ...(authenticationId && { authenticationId }) }),
        newCard: undefined,
      }
      if (state === 'active') {
        assert.equal((await beginCharge(database, begin)).kind, 'begun')
      } else {
        await assert.rejects(beginCharge(database, begin), refusal('token_not_found'))
        assert.deepEqual(await rowsOf(database, begin), nothing)
      }
    }
  }
})

test('a needed authentication that is not named begins nothing', async () => {
  const begin = newBegin({ authenticationNeeded: true })
  await assert.rejects(beginCharge(database, begin), refusal('authentication_not_usable'))
  assert.deepEqual(await rowsOf(database, begin), nothing)
})

test('lost connection: a begin repeated with its ids is the same begin, not a duplicate', async () => {
  const authenticationId = await keepAuthentication(database)
  const begin = newBegin({ authenticationId, invoiceExclusive: true })
  const first = await beginCharge(database, begin)
  assert.deepEqual(await beginCharge(database, begin), first)
  assert.equal(first.kind, 'begun')
  assert.equal(first.kind === 'begun' && first.used?.eci, '05')
  assert.deepEqual(await rowsOf(database, begin), everything)
})

test('lost connection: a begin and its repeat at once are one begin', async () => {
  for (let round = 0; round < 10; round++) {
    const authenticationId = await keepAuthentication(database)
    const begin = newBegin({ authenticationId })
    assert.deepEqual(await beginAtOnce([begin, begin, begin]), ['begun', 'begun', 'begun'])
    assert.deepEqual(await rowsOf(database, begin), everything)
  }
})

test('lost connection: a begin repeated after the settling changes nothing', async () => {
  const begin = newBegin({ authenticationId: await keepAuthentication(database) })
  await beginCharge(database, begin)
  await settleOperation(database, settlementOf(begin, 'approve'))
  assert.equal((await beginCharge(database, begin)).kind, 'begun')
  const [row] = await database`
    select o.state as operation, p.state as payment
    from operations o
    join payments p using (merchant_id, payment_id)
    where operation_id = ${begin.operation.operationId}`
  assert.deepEqual({ ...row }, { operation: 'approved', payment: 'captured' })
})

test('an expired claim is taken over by exactly one of those who saw it', async () => {
  const old = newBegin()
  await beginCharge(database, old)
  const supersedes = { ...old.claim, operationId: old.operation.operationId, invoiceNumber: null }
  const begins = Array.from({ length: 8 }, () => {
    const begin = newBegin({ requestId: old.claim.requestId })
    const expired = { ...supersedes, expiresAt: new Date(0) }
    return { ...begin, claim: { ...begin.claim, supersedes: expired } }
  })
  const ends = await beginAtOnce(begins)
  assert.deepEqual(ends.toSorted(), ['begun', ...Array(7).fill('duplicate')])
  const [winner] = winners(begins, ends)
  const rows = await database`
    select operation_id, body_mac from requests
    where merchant_id = ${merchantId} and request_id = ${old.claim.requestId}`
  assert.equal(rows.length, 1)
  assert.equal(rows[0]?.['operation_id'], winner?.operation.operationId)
  assert.deepEqual(rows[0]?.['body_mac'], winner?.claim.bodyMac)
})

const limits: readonly [column: string, minor: bigint, constraint: string][] = [
  ['authorized_minor', 9_000_001n, 'payments_authorized_at_most_amount'],
  ['authorized_minor', -1n, 'payments_authorized_at_most_amount'],
  ['captured_minor', 9_000_001n, 'payments_captured_at_most_authorized'],
  ['captured_minor', -1n, 'payments_captured_at_most_authorized'],
  ['captured_minor', 0n, 'payments_captured_state'],
  ['refunded_minor', 9_000_001n, 'payments_refunded_at_most_captured'],
  ['refunded_minor', -1n, 'payments_refunded_at_most_captured'],
  ['reserved_minor', 9_000_001n, 'payments_refunded_at_most_captured'],
  ['reserved_minor', -1n, 'payments_refunded_at_most_captured'],
]

test('limits on the row: authorized ≤ amount, captured ≤ authorized, refunded ≤ captured', async () => {
  const begin = newBegin()
  await beginCharge(database, begin)
  await settleOperation(database, settlementOf(begin, 'approve'))
  const { paymentId } = begin.payment
  for (const [column, minor, constraint] of limits) {
    await assert.rejects(
      database`update payments set ${database(column)} = ${minor} where payment_id = ${paymentId}`,
      (error: { constraint_name?: string }) => {
        // Two limits may both be broken; the named one at the least is there.
        const names = ['payments_captured_state', constraint]
        return names.includes(error.constraint_name ?? '')
      },
      `${column} ${minor}`,
    )
  }
})

test('what is pending or refused holds no money', async () => {
  const begin = newBegin()
  await beginCharge(database, begin)
  const { paymentId } = begin.payment
  await assert.rejects(
    database`update payments set authorized_minor = 1 where payment_id = ${paymentId}`,
    { constraint_name: 'payments_captured_state' },
  )
})

test('another merchant may use the same Request-Id and the same invoice number', async () => {
  const begin = newBegin()
  await beginCharge(database, begin)
  const other = newBegin({
    requestId: begin.claim.requestId,
    invoiceNumber: begin.payment.invoiceNumber,
  })
  const elsewhere = 'mer_another' as typeof merchantId
  const foreign = {
    ...other,
    claim: { ...other.claim, merchantId: elsewhere },
    payment: { ...other.payment, merchantId: elsewhere },
    newCard: other.newCard && { ...other.newCard, merchantId: elsewhere },
  }
  assert.equal((await beginCharge(database, foreign)).kind, 'begun')
})
