/** A Request-Id has exactly one answer: design.md 5, its table from top to bottom, both scopes. */
import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { test } from 'node:test'
import { formatTimestamp } from '@gerbang/wire'
import {
  type Answer,
  authenticated,
  chargeBody,
  checkBody,
  createWorld,
  newInvoice,
  paths,
  signedHeaders,
} from '../../harness/world.ts'
import {
  advance,
  anotherMerchant,
  assertRefused,
  charge,
  check,
  messagesOf,
  refusals,
  type SeenOptions,
} from '../calls.ts'

const world = await createWorld()
const secondsLater = (seconds: number) => formatTimestamp(new Date(Date.now() + seconds * 1_000))

type Scope = {
  readonly name: string
  readonly call: (body: unknown, options: SeenOptions) => Promise<Answer>
  /** A body that is right now. */
  readonly body: (invoice?: string) => Promise<{ order: { invoice_number: string } }>
}

const scopes: readonly Scope[] = [
  {
    name: 'check',
    call: (body, options) => check(world, body, options),
    body: async (invoice = newInvoice()) => checkBody({ invoice }),
  },
  {
    name: 'charge',
    call: (body, options) => charge(world, body, options),
    body: async (invoice = newInvoice()) =>
      chargeBody({ invoice, authenticationId: await authenticated(world, { invoice }) }),
  },
]

for (const { name, call, body } of scopes) {
  /** A request that was answered, and its id. */
  const answered = async () => {
    const options = { requestId: randomUUID(), timestamp: secondsLater(0) }
    const sent = await body()
    const answer = await call(sent, options)
    assert.equal(answer.status, 200, answer.text)
    return { ...options, sent, answer }
  }

  test(`${name}: a wrong header comes before anything that is known of the Request-Id`, async () => {
    const { requestId, sent } = await answered()
    const old = await call(sent, { requestId, timestamp: secondsLater(-60) })
    assert.equal(old.body.error.code, 'invalid_header_request')
    const headers = { Signature: 'HMACSHA256=wrong' }
    assertRefused(await call(sent, { requestId, headers }), refusals.signature)
  })

  test(`${name}: the same signature again is refused as used`, async () => {
    const { requestId, timestamp, sent } = await answered()
    assertRefused(await call(sent, { requestId, timestamp }), refusals.signature)
  })

  test(`${name}: the same signature without its padding is the same signature`, async () => {
    const { requestId, timestamp, sent } = await answered()
    const bytes = Buffer.from(JSON.stringify(sent))
    const path = name === 'check' ? paths.check : paths.charge
    const { Signature } = signedHeaders('POST', path, bytes, { requestId, timestamp })
    const headers = { Signature: Signature?.replace(/=$/, '') }
    assertRefused(await call(sent, { requestId, timestamp, headers }), refusals.signature)
  })

  test(`${name}: another body is 412, even one that cannot be read`, async () => {
    const { requestId } = await answered()
    const options = () => ({ requestId, timestamp: secondsLater(1) })
    assertRefused(await call(await body(), options()), refusals.otherBody)
    assertRefused(await call('{ broken', options()), refusals.otherBody)
    assertRefused(await call({ order: { amount: '1,0' } }, options()), refusals.otherBody)
  })

  test(`${name}: the same body again is 409 with the members of the answer`, async () => {
    const { requestId, sent, answer } = await answered()
    const again = await call(sent, { requestId, timestamp: secondsLater(1) })
    assert.equal(again.status, 409)
    const error = { code: 'INVALID_PARAMETER', message: 'Conflict', type: 'Invalid Parameter' }
    assert.deepEqual(again.body, { ...answer.body, error })
  })

  test(`${name}: a request that was refused leaves its Request-Id free`, async () => {
    const requestId = randomUUID()
    const right = await body()
    const wrong = { ...right, order: { ...right.order, amount: '90,000' } }
    for (const refused of [wrong, wrong, '{ broken', '[]', { ...right, card: { number: '1' } }]) {
      assert.equal((await call(refused, { requestId, timestamp: secondsLater(1) })).status, 400)
    }
    assert.equal((await call(right, { requestId })).status, 200)
  })

  test(`${name}: a day later the same invoice is refused, another one is as new`, async () => {
    const { requestId, sent } = await answered()
    await advance(world, 24.5)
    const sameInvoice = await body(sent.order.invoice_number)
    assertRefused(await call(sameInvoice, { requestId }), refusals.requestIdUsed)
    const asNew = await body()
    assert.equal((await call(asNew, { requestId })).status, 200)
    const again = await call(asNew, { requestId, timestamp: secondsLater(1) })
    assert.equal(again.status, 409)
  })

  test(`${name}: just before the day is over the Request-Id is still held`, async () => {
    const { requestId } = await answered()
    await advance(world, 23.9)
    assertRefused(await call(await body(), { requestId }), refusals.otherBody)
  })

  test(`${name}: of many requests with one id and one body, one is served`, async () => {
    const requestId = randomUUID()
    const sent = await body()
    const answers = await Promise.all(
      [-4, -3, -2, -1, 0, 1, 2, 3].map((seconds) =>
        call(sent, { requestId, timestamp: secondsLater(seconds) }),
      ),
    )
    const statuses = answers.map(({ status }) => status).sort()
    assert.deepEqual(statuses, [200, ...Array(7).fill(409)])
  })

  test(`${name}: of many requests with one id and other bodies, one is served`, async () => {
    const requestId = randomUUID()
    const bodies = await Promise.all(Array.from({ length: 6 }, () => body()))
    const answers = await Promise.all(bodies.map((sent) => call(sent, { requestId })))
    const refused = answers.filter(({ status }) => status !== 200)
    assert.equal(refused.length, 5)
    for (const answer of refused) assertRefused(answer, refusals.otherBody)
  })

  test(`${name}: another merchant may use the same Request-Id`, async () => {
    const { requestId } = await answered()
    const merchant = await anotherMerchant(world, { threeDSecure: name === 'check' })
    const sent = name === 'check' ? checkBody() : chargeBody({})
    assert.equal((await call(sent, { ...merchant, requestId })).status, 200)
  })
}

test('check and charge may use the same Request-Id', async () => {
  const requestId = randomUUID()
  const invoice = newInvoice()
  const checked = await check(world, checkBody({ invoice }), { requestId })
  const authenticationId = checked.body.three_dsecure.authentication_id
  const body = chargeBody({ invoice, authenticationId })
  assert.equal((await charge(world, body, { requestId })).body.payment.request_id, requestId)
})

test('two gateways on one database serve a Request-Id once', async () => {
  const second = await createWorld({ shares: world })
  const requestId = randomUUID()
  const invoice = newInvoice()
  const authenticationId = await authenticated(world, { invoice })
  const body = chargeBody({ invoice, authenticationId })
  const answers = await Promise.all(
    [-2, -1, 0, 1].map((seconds) =>
      charge(seconds % 2 === 0 ? world : second, body, {
        requestId,
        timestamp: secondsLater(seconds),
      }),
    ),
  )
  assert.deepEqual(answers.map(({ status }) => status).sort(), [200, 409, 409, 409])
  assert.equal((await messagesOf(world, invoice)).length, 1)
})

test('a check that reached nobody keeps its Request-Id, and has no members to show', async () => {
  const requestId = randomUUID()
  const sent = checkBody({ number: '4000000000005001' })
  const first = await check(world, sent, { requestId })
  assert.equal(first.body.error.code, 'THREE_D_SECURE_AUTHENTICATION_FAILED')
  const again = await check(world, sent, { requestId, timestamp: secondsLater(1) })
  assertRefused(again, refusals.conflict)
})

test('an invoice that is paid may be paid again, unless the merchant refuses it', async () => {
  const twice = newInvoice()
  const pay = async (invoice: string, options: SeenOptions) => {
    const answer = await check(world, checkBody({ invoice }), options)
    const authenticationId = answer.body.three_dsecure.authentication_id
    return charge(world, chargeBody({ invoice, authenticationId }), options)
  }
  for (const _ of [1, 2]) assert.equal((await pay(twice, {})).body.payment.status, 'SUCCESS')

  const strict = await anotherMerchant(world, { refusePaidInvoice: true })
  const once = newInvoice()
  assert.equal((await pay(once, strict)).body.payment.status, 'SUCCESS')
  assertRefused(await pay(once, strict), refusals.double)
  assert.equal((await messagesOf(world, once, strict.clientId)).length, 1)
})

test('a merchant that refuses paid invoices may try a declined one again', async () => {
  const strict = {
    ...(await anotherMerchant(world, { refusePaidInvoice: true, threeDSecure: false })),
  }
  const invoice = newInvoice()
  const declined = await charge(world, chargeBody({ invoice, amount: 19051 }), strict)
  assert.equal(declined.body.payment.status, 'FAILED')
  const paid = await charge(world, chargeBody({ invoice }), strict)
  assert.equal(paid.body.payment.status, 'SUCCESS')
})

test('a Request-Id is taken as it is, whatever its alphabet', async () => {
  for (const requestId of ['42091', 'a'.repeat(32), randomUUID(), 'x'.repeat(128), '~!@#$%^&*()']) {
    const answer = await check(world, checkBody(), { requestId })
    assert.equal(answer.status, 200, answer.text)
    assert.equal(answer.headers['request-id'], requestId)
  }
})
