/**
 * How a SNAP notification is delivered (wire.md 6.7, 7.10). Rows are written as a settling statement
 * writes them, and delivered when the test says so; the receiver checks token and signature.
 */
import assert from 'node:assert/strict'
import type { ServerResponse } from 'node:http'
import { beforeEach, test } from 'node:test'
import { parseSnapTimestamp } from '@gerbang/wire'
import { createMerchantTokens } from '../../../packages/gateway/src/access-tokens/index.ts'
import { sandboxClientId } from '../../../packages/gateway/src/api/sandbox/sandbox-merchants.ts'
import { createNotifications } from '../../../packages/gateway/src/notifications/index.ts'
import { createLog } from '../../../packages/gateway/src/platform/log/index.ts'
import { createOutboundHttp } from '../../../packages/gateway/src/platform/outbound-http/index.ts'
import { type BindingId, createIds } from '../../../packages/gateway/src/primitives/id.ts'
import { systemRandom } from '../../../packages/gateway/src/primitives/random.ts'
import { createWorld, secretKey, testGatewayKeys } from '../../harness/world.ts'
import { changeSettings } from '../calls.ts'
import { isSignedNotification, startSnapReceiver } from './snap-receiver.ts'

const world = await createWorld()
// Delivered by hand below.
await world.app.jobs.stop()
const { database, clock } = world
const { merchants } = world.app
const merchant = await merchants.findByClientId(sandboxClientId)
assert.ok(merchant)
const { merchantId } = merchant

const logLines: string[] = []
const log = createLog({ level: 'trace', destination: { write: (line) => logLines.push(line) } })
const outboundHttp = createOutboundHttp({ clock, targets: 'any' })
const random = systemRandom
const ids = createIds(clock, random)
const cardTokens = new Map<string, string>()

/** What one process has: notifications, and its own memory of merchants' tokens. */
const startProcess = () =>
  createNotifications({
    database,
    merchants,
    outboundHttp,
    merchantTokens: createMerchantTokens({ keys: testGatewayKeys, outboundHttp, clock }),
    tokenOf: async (_merchantId, bindingId) => cardTokens.get(bindingId),
    clock,
    log,
    ids,
    random,
  })

let notifications = startProcess()
const receiver = await startSnapReceiver()
const settings = (change: Record<string, string | null>) => changeSettings(world, change)

beforeEach(async () => {
  await database`truncate notifications, notification_attempts`
  logLines.length = 0
  notifications = startProcess()
  receiver.startAnew()
  await settings({ snapTokenUrl: receiver.tokenUrl })
})

let last = 0
type Wish = { readonly url?: string; readonly bindingId?: BindingId; readonly body?: string }

/** Writes a notification; its number. */
async function announce(wish: Wish = {}): Promise<string> {
  last += 1
  const operationId = ids.next('operation')
  const notification = {
    operationId,
    merchantId,
    dialect: 'snap',
    subject: `INV-${last}`,
    url: wish.url ?? receiver.notificationUrl,
    body: wish.body ?? `{"originalPartnerReferenceNo":"INV-${last}","additionalInfo":{}}`,
    bindingId: wish.bindingId,
    dueAt: clock.now(),
  } as const
  const settled = database`(
    select ${operationId} as operation_id, null::text as proposed, null::text as token
  )`
  await database`${notifications.announce(database, [notification], settled)}`
  return notification.subject
}

async function deliver(): Promise<void> {
  await notifications.delivery.runDue(clock.now())
  await notifications.idle()
}

async function shown(subject: string) {
  const [found, ...more] = await notifications.find(merchantId, { dialect: 'snap', subject })
  assert.ok(found)
  assert.deepEqual(more, [])
  return found
}

/** What each attempt came to. */
async function attemptsOf(subject: string) {
  return (await shown(subject)).attempts.map(({ responseStatus, error }) => responseStatus ?? error)
}

/** The time of the next attempt comes. */
async function retry(minutes = 30): Promise<void> {
  await clock.moveBy(minutes * 60_000)
  await deliver()
}

const answers = (status: number) => (response: ServerResponse) => response.writeHead(status).end()
const tokenAnswers = (members: object) => (response: ServerResponse) =>
  response.end(JSON.stringify(members))

test('a token of the merchant is had first, and the notification carries it and is signed', async () => {
  const subject = await announce({ url: `${receiver.notificationUrl}?shop=1` })
  await deliver()
  assert.deepEqual(await attemptsOf(subject), [200])
  assert.equal((await shown(subject)).status, 'delivered')
  const [received, ...more] = receiver.notifications
  assert.ok(received)
  assert.deepEqual(more, [])
  assert.deepEqual([received.method, received.url], ['POST', '/v1.0/debit/notify?shop=1'])
  const { headers } = received
  assert.match(String(headers['content-type']), /^application\/json/)
  assert.equal(headers['x-partner-id'], sandboxClientId)
  assert.match(String(headers['x-external-id']), /^\d{32}$/)
  assert.equal(headers.authorization, 'Bearer merchant-token-1')
  const timestamp = String(headers['x-timestamp'])
  assert.match(timestamp, /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\+07:00$/)
  assert.ok(Math.abs((parseSnapTimestamp(timestamp)?.getTime() ?? 0) - Date.now()) < 5_000)
  assert.ok(isSignedNotification(received))
  assert.ok(!isSignedNotification({ ...received, body: received.body.replace('INV', 'INW') }))
  assert.ok(!isSignedNotification({ ...received, url: '/v1.0/debit/other' }))
})

test('one token serves many notifications, of which each has a number of its own', async () => {
  await announce()
  await deliver()
  for (let i = 0; i < 3; i++) await announce()
  await deliver()
  assert.equal(receiver.tokenCalls.length, 1)
  assert.equal(receiver.notifications.length, 4)
  assert.equal(
    new Set(receiver.notifications.map(({ headers }) => headers['x-external-id'])).size,
    4,
  )
})

test('notifications that fall due at once ask for one token', async () => {
  for (let i = 0; i < 8; i++) await announce()
  await deliver()
  assert.deepEqual([receiver.tokenCalls.length, receiver.notifications.length], [1, 8])
})

test('a merchant who has forgotten the token gets a fresh one in the same attempt', async () => {
  await announce()
  await deliver()
  receiver.forgetTokens()
  const subject = await announce()
  await deliver()
  assert.deepEqual(await attemptsOf(subject), [200])
  assert.equal(receiver.tokenCalls.length, 2)
  const [, refused, taken] = receiver.notifications
  assert.equal(refused?.headers.authorization, 'Bearer merchant-token-1')
  assert.equal(taken?.headers.authorization, 'Bearer merchant-token-2')
  assert.equal(refused?.headers['x-external-id'], taken?.headers['x-external-id'])
})

test('a merchant who takes no token at all is asked twice an attempt, and by the schedule', async () => {
  receiver.answerNotification = answers(401)
  const subject = await announce()
  await deliver()
  assert.deepEqual(await attemptsOf(subject), [401])
  assert.deepEqual([receiver.tokenCalls.length, receiver.notifications.length], [2, 2])
  receiver.answerNotification = undefined
  await retry()
  assert.deepEqual(await attemptsOf(subject), [401, 200])
  const externalIds = receiver.notifications.map(({ headers }) => headers['x-external-id'])
  assert.deepEqual([externalIds.length, new Set(externalIds).size], [3, 1])
})

for (const status of [200, 202, 204]) {
  test(`${status} is an acknowledgement`, async () => {
    receiver.answerNotification = answers(status)
    const subject = await announce()
    await deliver()
    assert.equal((await shown(subject)).status, 'delivered')
  })
}

test('where no token can be had nothing is posted, and the schedule goes on', async () => {
  receiver.answerToken = answers(503)
  const subject = await announce()
  await deliver()
  assert.equal(receiver.notifications.length, 0)
  await retry(29)
  assert.equal((await shown(subject)).attempts.length, 1)
  await retry(1)
  await retry(5.5 * 60)
  const error = 'no access token: answered 503'
  assert.deepEqual(await attemptsOf(subject), [error, error, error])
  receiver.answerToken = tokenAnswers({ accessToken: 'late', expiresIn: '900' })
  receiver.answerNotification = answers(200)
  await retry(6 * 60)
  assert.deepEqual(await attemptsOf(subject), [error, error, error, 200])
  assert.equal(receiver.notifications[0]?.headers.authorization, 'Bearer late')
})

test('after four attempts without a token it is given up', async () => {
  receiver.answerToken = (response) => response.destroy()
  const subject = await announce()
  await deliver()
  for (const minutes of [30, 5.5 * 60, 6 * 60, 100 * 60]) await retry(minutes)
  const { status, attempts } = await shown(subject)
  assert.deepEqual([status, attempts.length], ['given-up', 4])
})

test('a token URL that changed is asked for the next notification', async () => {
  await announce()
  await deliver()
  await settings({ snapTokenUrl: `${receiver.tokenUrl}/moved` })
  await announce()
  await deliver()
  const authorizations = receiver.notifications.map(({ headers }) => headers.authorization)
  assert.deepEqual(authorizations, ['Bearer merchant-token-1', 'Bearer merchant-token-2'])
  assert.deepEqual(
    receiver.tokenCalls.map(({ url }) => url),
    ['/token', '/token/moved'],
  )
})

test('a merchant without a token URL gets no token, and a signature over none', async () => {
  await settings({ snapTokenUrl: null })
  receiver.answerNotification = answers(200)
  const subject = await announce()
  await deliver()
  assert.deepEqual(await attemptsOf(subject), [200])
  const [received] = receiver.notifications
  assert.ok(received && isSignedNotification(received))
  assert.equal(received.headers.authorization, undefined)
  receiver.answerNotification = answers(401)
  await announce()
  await deliver()
  assert.equal(receiver.notifications.length, 2)
})

test('a notification that is sent again has the same number and body, and its own timestamp', async () => {
  const subject = await announce()
  await deliver()
  await new Promise((resolve) => setTimeout(resolve, 1_100))
  assert.ok(await notifications.resend((await shown(subject)).id))
  await deliver()
  assert.deepEqual(await attemptsOf(subject), [200, 200])
  const [first, second] = receiver.notifications
  assert.ok(first && second && isSignedNotification(second))
  assert.equal(first.headers['x-external-id'], second.headers['x-external-id'])
  assert.equal(first.body, second.body)
  assert.notEqual(first.headers['x-timestamp'], second.headers['x-timestamp'])
})

test('a merchant has 10 seconds for the token and the notification together', async () => {
  receiver.answerToken = (response) => {
    setTimeout(() => tokenAnswers({ accessToken: 'slow', expiresIn: 900 })(response), 4_000)
  }
  receiver.answerNotification = () => {}
  const subject = await announce()
  await deliver()
  const [attempt] = (await shown(subject)).attempts
  assert.ok(attempt && attempt.responseStatus === null)
  assert.match(String(attempt.error), /^no answer within \d{4} ms$/)
  assert.ok(attempt.latencyMs >= 9_900 && attempt.latencyMs < 12_000, `${attempt.latencyMs}`)
})

const bankCardToken = 'de52e5820f4c381db88a1cf91d57b73e'
const body = JSON.stringify({
  originalReferenceNo: 'ref_1',
  additionalInfo: { channel: 'KARTU_KREDIT_INDONESIA' },
})

test('the token of a bound card is told and shown, and stands in no table and no log', async () => {
  const bindingId = ids.next('binding')
  cardTokens.set(bindingId, bankCardToken)
  receiver.answerNotification = answers(500)
  const subject = await announce({ bindingId, body })
  await deliver()
  receiver.answerNotification = undefined
  await retry()
  const [refused, received] = receiver.notifications
  assert.ok(refused && received)
  assert.equal(refused.body, received.body)
  assert.deepEqual(JSON.parse(received.body), {
    originalReferenceNo: 'ref_1',
    bankCardToken,
    additionalInfo: { channel: 'KARTU_KREDIT_INDONESIA', bankCardToken },
  })
  assert.ok(isSignedNotification(received))
  assert.equal((await shown(subject)).body, received.body)
  const rows = await database`
    select to_jsonb(n)::text || to_jsonb(a)::text as text
    from notifications n join notification_attempts a using (notification_id)`
  assert.equal(rows.length, 2)
  assert.ok(rows.every(({ text }) => !text.includes(bankCardToken)))
  assert.ok(logLines.length > 0 && !logLines.join().includes(bankCardToken))
})

test('numbers of the merchant’s stay as he wrote them where a token is added', async () => {
  const bindingId = ids.next('binding')
  cardTokens.set(bindingId, bankCardToken)
  const price = '12345678901234567890.10'
  await announce({ bindingId, body: `{"additionalInfo":{},"lineItems":[{"price":${price}}]}` })
  await deliver()
  assert.ok(receiver.notifications[0]?.body.includes(`{"price":${price}}`))
})

test('where the binding is gone nothing is told, and the kept body is shown', async () => {
  const subject = await announce({ bindingId: ids.next('binding'), body })
  await deliver()
  assert.deepEqual(await attemptsOf(subject), ['the binding is gone'])
  assert.equal((await shown(subject)).body, body)
  assert.deepEqual(receiver.notifications, [])
})

test('a failed delivery is logged with its number, and no token or key stands in a log or table', async () => {
  receiver.answerNotification = answers(500)
  const subject = await announce({ url: `${receiver.notificationUrl}?key=of-the-merchant` })
  await deliver()
  const line = logLines.find((text) => text.includes('notification not delivered'))
  const { partnerReferenceNo, url, responseStatus } = JSON.parse(line ?? '{}')
  const { host } = new URL(receiver.notificationUrl)
  assert.deepEqual(
    [partnerReferenceNo, url, responseStatus],
    [subject, `${host}/v1.0/debit/notify`, 500],
  )
  const rows = await database`select to_jsonb(n)::text as text from notifications n`
  for (const secret of ['merchant-token-1', secretKey]) {
    assert.ok(!logLines.join().includes(secret))
    assert.ok(rows.every(({ text }) => !text.includes(secret)))
  }
})
