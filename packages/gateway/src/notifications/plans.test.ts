/**
 * Plans are made once, for an empty table or for one of which nothing is known yet; what a delivery
 * reads must not grow with the notifications that there are, delivered or waiting, of this merchant
 * or of others.
 */
import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import { createTestDatabase } from '../../../../test/harness/database.ts'
import { leaveUnanalyzed, rowsRead } from '../../../../test/harness/rows-read.ts'
import { later, systemClock } from '../primitives/clock.ts'
import { createIds, firstIdOf, type MerchantId, type PaymentId } from '../primitives/id.ts'
import { systemRandom } from '../primitives/random.ts'
import { noteAttempt, recordAttempt } from './attempts.store.ts'
import { claimDue, findNextDue } from './delivery.store.ts'
import { insertNotifications } from './notifications.store.ts'
import { findMerchantOf, makeDue, makeRangeDue } from './resend.store.ts'

const testDatabase = await createTestDatabase()
after(() => testDatabase.drop())
// One connection, so that all statements run by the plans that the first of them made.
let database = testDatabase.connect(1)
const ids = createIds(systemClock(), systemRandom)
const merchantId = 'mer_of_the_delivery_plans' as MerchantId
const now = new Date('2026-03-01T10:00:00Z')

const result = { at: now, responseStatus: 200, error: null, latencyMs: 1, answer: 'ok' }
const delivered = {
  state: 'delivered',
  nextAttemptAt: null,
  isBeside: false,
  scheduleFrom: null,
} as const

const tables = ['notifications', 'notification_attempts']

async function announce(paymentId: PaymentId): Promise<void> {
  const operationId = ids.next('operation')
  const settled = database`(
    select ${operationId} as operation_id, null::text as proposed, null::text as token
  )`
  const notification = {
    operationId,
    merchantId,
    dialect: 'cards',
    paymentId,
    subject: `INV-${paymentId}`,
    url: 'https://shop.example/',
    body: '{}',
    dueAt: now,
    notificationId: ids.next('notification'),
    requestId: '1',
  } as const
  await database`${insertNotifications(database, [notification], settled)}`
}

/** Two of a payment, each question about them; what each of them reads. */
async function measure(): Promise<Map<string, number>> {
  const reads = new Map<string, number>()
  // Its range holds what this measurement made, and nothing of the one before.
  const began = new Date()
  const read = async <T>(what: string, work: () => Promise<T>): Promise<T> => {
    const before = await rowsRead(database, tables)
    const result = await work()
    reads.set(what, (await rowsRead(database, tables)) - before)
    return result
  }
  const paymentId = ids.next('payment')
  await read('announce', () => announce(paymentId))
  await announce(paymentId)
  const claim = async () => {
    const leaseUntil = later(new Date(), 30_000)
    const options = { now, realNow: new Date(), leaseUntil, free: 64, shareOfFree: 1 / 16 }
    const underWay = { [merchantId]: { all: 2, atHosts: { 'hanging.example': 2 } } }
    const { claimed } = await claimDue(database, { ...options, underWay })
    assert.equal(claimed.length, 1)
    const [one] = claimed
    assert.ok(one?.subject === `INV-${paymentId}`)
    return one
  }
  const first = await read('claim', claim)
  await read('next due', () => findNextDue(database))
  const urls = { cards: 'https://shop.example/now', snap: null }
  await read('record', () => recordAttempt(database, first, result, delivered))
  const second = await read('claim the next', claim)
  await read('record the next', () => recordAttempt(database, second, result, delivered))
  await read('note', () => noteAttempt(database, second, result))
  await read('whose', () => findMerchantOf(database, first.notificationId))
  await read('send again', () => makeDue(database, first, { now, urls }))
  await recordAttempt(database, await claim(), result, delivered)
  await read('send a range again', async () => {
    const made = await makeRangeDue(
      database,
      merchantId,
      { from: now, to: now },
      {
        now,
        urls,
        limit: 10,
        ids: {
          lowest: firstIdOf('notification', began),
          highest: firstIdOf('notification', later(new Date(), 60_000)),
        },
      },
    )
    assert.ok(made.resent >= 2)
  })
  await database`
    update notifications
    set state = 'delivered', next_attempt_at = null,
      resend = null, state_before = null, next_attempt_before = null
    where state = 'due' and request_id = '1'`
  return reads
}

/** Notifications of this merchant and of others in every state, of months before. */
async function crowd(count: number): Promise<void> {
  await database`
    insert into notifications (
      merchant_id, notification_id, payment_id, invoice_number, request_id, url, body, state,
      attempts_made, first_due_at, next_attempt_at)
    select m, 'ntf_0180' || m || n, 'pay_' || m || n / 2, 'INV-' || n, n, 'https://shop.example/', '{}', state,
      1, ${now}::timestamptz - interval '90 days',
      case when state = 'due' then ${now}::timestamptz + interval '1 hour' end
    from unnest(array[${merchantId}::text, 'mer_other_1', 'mer_zother_2']) as m
    cross join generate_series(1, ${count}::integer) as n
    cross join lateral (select (array['due', 'delivered', 'delivered', 'given-up'])[n % 4 + 1] as state) s`
  // Older ones than what is claimed, at a host of the merchant that has all the places it may have.
  await database`
    insert into notifications (
      merchant_id, notification_id, invoice_number, request_id, url, body, state,
      first_due_at, next_attempt_at)
    select ${merchantId}, 'ntf_0190' || n, 'INV-' || n, n, 'https://hanging.example/', '{}', 'due',
      ${now}::timestamptz - interval '1 day', ${now}::timestamptz - interval '1 day'
    from generate_series(1, ${count}::integer) as n`
}

test('every statement of a delivery reads as few rows among 8,000 as among none', async () => {
  await leaveUnanalyzed(database, tables)
  await measure()
  const alone = await measure()
  await crowd(2_000)
  const among = await measure()
  for (const [what, read] of among) {
    const before = alone.get(what) ?? 0
    // The queues of three more hosts are looked at, a few rows of each, and some entries of versions
    // that are dead and stay while transactions of other databases are under way; never 2,000.
    assert.ok(read <= before + 40, `${what}: ${before} alone, ${read} among 8,000`)
  }
})

test('nor does a claim or an attempt read a backlog, by plans made in the midst of it', async () => {
  const another = await createTestDatabase()
  after(() => another.drop())
  database = another.connect(1)
  await database`
    insert into notifications (
      merchant_id, notification_id, payment_id, invoice_number, request_id, url, body, state,
      first_due_at, next_attempt_at)
    select ${merchantId}, 'ntf_0190' || n, 'pay_' || n, 'INV-' || n, n, 'https://shop.example/', '{}',
      'due', ${now}, ${now}
    from generate_series(1, 2000) as n`
  const before = await rowsRead(database, tables)
  const leaseUntil = later(new Date(), 30_000)
  const options = { now, realNow: new Date(), leaseUntil, free: 64, shareOfFree: 1 / 16 }
  let attempts = 0
  for (; attempts < 20; attempts++) {
    const [claimed] = (await claimDue(database, { ...options, underWay: {} })).claimed
    assert.ok(claimed)
    await recordAttempt(database, claimed, result, delivered)
  }
  const each = ((await rowsRead(database, tables)) - before) / attempts
  assert.ok(each < 100, `${each} rows for each of ${attempts} attempts`)
})
