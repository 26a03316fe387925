/** Notifications of a range of time sent again by one call (docs/guides/notifications.md). */
import assert from 'node:assert/strict'
import { beforeEach, test } from 'node:test'
import { control, createWorld } from '../../harness/world.ts'
import { anotherMerchant } from '../calls.ts'
import { startMerchantServer } from '../merchant-server.ts'
import { createQueue, until } from './queue.ts'

const world = await createWorld()
const { database } = world
const server = await startMerchantServer()
const queue = createQueue(world)
const { clientId } = await anotherMerchant(world, {})
const merchant = await world.app.merchants.findByClientId(clientId)
assert.ok(merchant)
const { merchantId } = merchant
const start = new Date()
const at = (minutes: number) => new Date(start.getTime() + minutes * 60_000)

beforeEach(async () => {
  await until(async () => (await due()) === 0)
  await database`truncate notifications, notification_attempts`
  server.received.length = 0
})

const due = async () => (await database`select 1 from notifications where state = 'due'`).length

/** Delivered ones, one of each minute before now. */
async function delivered(count: number): Promise<string[]> {
  const wishes = Array.from({ length: count }, (_, i) => ({
    merchantId,
    url: server.url,
    dueAt: at(-i),
  }))
  const subjects = await queue.announce(wishes)
  await queue.deliver()
  await until(async () => (await due()) === 0)
  server.received.length = 0
  return subjects
}

const resend = (body: object, of = clientId) =>
  control(world, 'POST', `/sandbox/notifications/resend?clientId=${of}`, body)
const range = (from: number, to: number) => ({
  from: at(from).toISOString(),
  to: at(to).toISOString(),
})
const came = () => server.received.map(({ body }) => JSON.parse(body).subject).toSorted()

test('what fell due in the range comes again, and nothing else', async () => {
  const subjects = await delivered(6)
  const answer = await resend(range(-3, -1))
  assert.equal(answer.status, 200, answer.text)
  assert.deepEqual(answer.body, { resent: 3 })
  await until(() => server.received.length >= 3)
  assert.deepEqual(came(), subjects.slice(1, 4).toSorted())
})

test('of a state, and of a number, only those', async () => {
  const [first = '', second = ''] = await delivered(3)
  await database`update notifications set state = 'given-up' where invoice_number = ${second}`
  assert.deepEqual((await resend({ ...range(-9, 0), status: 'given-up' })).body, { resent: 1 })
  await until(() => server.received.length >= 1)
  assert.deepEqual(came(), [second])
  assert.deepEqual((await resend({ ...range(-9, 0), invoiceNumber: first })).body, { resent: 1 })
  const other = { ...range(-9, 0), partnerReferenceNo: first }
  assert.deepEqual((await resend(other)).body, { resent: 0 })
})

test('another merchant’s are not his', async () => {
  await delivered(2)
  const other = await anotherMerchant(world, {})
  assert.deepEqual((await resend(range(-9, 0), other.clientId)).body, { resent: 0 })
})

for (const [what, atOnce, firstPage] of [
  ['each of its own instant', 1, 1_000],
  ['nine of each instant', 9, 1_007],
] as const) {
  test(`a thousand are sent by one call, which tells where to go on, none twice: ${what}`, async () => {
    await delivered(0)
    await database`
      insert into notifications (
        merchant_id, notification_id, invoice_number, request_id, url, body, state, first_due_at)
      select ${merchantId}, 'ntf_' || lpad(to_hex((extract(epoch from t) * 1000)::bigint), 12, '0') || n,
        'INV-' || n, n, ${server.url}, '{"subject":1}', 'delivered', t
      from generate_series(1, 1200) as n,
        lateral (
          select ${at(-9)}::timestamptz + (n / ${atOnce}::integer) * interval '1 millisecond'
        ) as x(t)`
    const first = (await resend(range(-9, 0))).body
    const nextMs = Math.floor(firstPage / atOnce) + 1
    const next = new Date(at(-9).getTime() + nextMs).toISOString()
    assert.deepEqual(first, { resent: firstPage, next })
    const { to } = range(-9, 0)
    const rest = (await resend({ from: next, to })).body
    assert.deepEqual(rest, { resent: 1_200 - firstPage })
    await until(() => server.received.length >= 1_200)
  })
}

test('the range counts by the clock of the sandbox', async () => {
  await control(world, 'POST', '/sandbox/clock', { advanceMs: 400 * 86_400_000 })
  const [subject] = await queue.announce([
    { merchantId, url: server.url, dueAt: world.clock.now() },
  ])
  await queue.deliver()
  const aYearOn = range(399 * 1_440, 401 * 1_440)
  assert.deepEqual((await resend(aYearOn)).body, { resent: 1 })
  await until(() => server.received.length >= 2)
  assert.deepEqual(came(), [subject, subject])
})

for (const [what, body] of [
  ['without an end', { from: start.toISOString() }],
  ['that ends before it begins', range(0, -1)],
  ['of no dates', { from: 'yesterday', to: 'today' }],
  ['of a month that is none', { from: '2026-02-01T00:00:00Z', to: '2026-13-01T00:00:00Z' }],
  ['of a day that is none', { from: '2026-02-30T00:00:00Z', to: '2026-12-01T00:00:00Z' }],
  ['of an hour that is none', { from: '2026-02-01T24:00:00Z', to: '2026-12-01T00:00:00Z' }],
  ['before all years', { from: '0000-01-01T00:00:00Z', to: '0000-01-02T00:00:00Z' }],
  ['after all years', { from: '9999-12-31T23:59:59-14:00', to: '9999-12-31T23:59:59-23:59' }],
  ['of both numbers', { ...range(-1, 0), invoiceNumber: 'a', partnerReferenceNo: 'b' }],
  ['of a state that is none', { ...range(-1, 0), status: 'lost' }],
  ['with a misspelt member', { ...range(-1, 0), invoice: 'a' }],
] as const) {
  test(`a range ${what} is refused`, async () => {
    const answer = await resend(body)
    assert.equal(answer.status, 400, answer.text)
    assert.equal(answer.body.error.code, 'INVALID_PARAMETER')
  })
}

test('the longest range is a range', async () => {
  await delivered(1)
  const answer = await resend({ from: '0001-01-01T00:00:00Z', to: '9999-12-31T23:59:59Z' })
  assert.deepEqual(answer.body, { resent: 1 })
})

test('an instant and a URL that are none are answered with an example, and no pattern', async () => {
  const answer = await resend({ from: 'yesterday', to: 'today' })
  assert.equal(answer.body.error.message, 'body/from must be like "2026-01-31T09:00:00Z"')
  for (const notificationUrl of ['shop.example', 5]) {
    const refused = await control(world, 'PATCH', '/sandbox/merchant', { notificationUrl })
    assert.equal(refused.status, 400)
    assert.equal(
      refused.body.error.message,
      'body/notificationUrl must be like "https://shop.example/notifications" or null',
    )
  }
  const notificationUrl = `https://shop.example/${'x'.repeat(2_048)}`
  const long = await control(world, 'PATCH', '/sandbox/merchant', { notificationUrl })
  assert.equal(
    long.body.error.message,
    'body/notificationUrl must NOT have more than 2048 characters',
  )
})

test('a wish that a resend does not know is refused', async () => {
  const [subject = ''] = await delivered(1)
  const [found] = await queue.shown(merchantId, subject)
  const answer = await control(world, 'POST', `/sandbox/notifications/${found?.id}/resend`, {
    url: server.url,
  })
  assert.equal(answer.status, 400)
  assert.match(answer.body.error.message, /: url$/)
})
