/** When an access token is fetched, shared, kept and replaced. */
import assert from 'node:assert/strict'
import { generateKeyPairSync } from 'node:crypto'
import { type TestContext, test } from 'node:test'
import { createSnapClient, GerbangConnectionError, GerbangSnapError } from '../index.ts'
import {
  approvedSnapAnswer,
  type StubAnswer,
  type StubSnapRequest,
  startStubSnapGateway,
} from '../testing.ts'

const merchant = {
  clientId: 'MCH-0001-10791114622547',
  secretKey: 'SK-exampleSecretKey00001',
  privateKey: generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey,
}
const asked = { originalPartnerReferenceNo: 'INV-0001' }

type Answers = (request: StubSnapRequest) => StubAnswer | 'silence' | 'hang-up'

async function world(t: TestContext, answer?: Answers, timeoutMs = 5_000) {
  const gateway = await startStubSnapGateway({ ...merchant, ...(answer && { answer }) })
  t.after(() => gateway.close())
  let nowMs = Date.now()
  const client = createSnapClient({
    ...merchant,
    baseUrl: gateway.url,
    timeoutMs,
    now: () => new Date(nowMs),
  })
  return {
    client,
    services: () => gateway.requests.map(({ service }) => service),
    requests: gateway.requests,
    pass: (seconds: number) => {
      nowMs += seconds * 1_000
    },
  }
}

/** Answers with tokens of so many seconds. */
const living =
  (expiresIn: unknown): Answers =>
  (request) => {
    const approved = approvedSnapAnswer(request)
    return request.service === 'b2b-token'
      ? { json: { ...(approved.json as object), expiresIn } }
      : approved
  }

/** Refuses the token of the first so many calls. */
const refusing = (count: number): Answers => {
  let left = count
  return (request) => {
    if (request.service === 'b2b-token' || left-- <= 0) return approvedSnapAnswer(request)
    const json = { responseCode: '4015501', responseMessage: 'Invalid Token (B2B)' }
    return { status: 401, json }
  }
}

test('calls that need a token at once share one call for it', async (t) => {
  const { client, services } = await world(t)
  await Promise.all([1, 2, 3].map(() => client.paymentStatus(asked)))
  assert.equal(services().filter((service) => service === 'b2b-token').length, 1)
})

for (const [expiresIn, usableSeconds] of [
  [900, 869],
  ['898', 867],
] as const) {
  test(`a token of ${JSON.stringify(expiresIn)} seconds is used until shortly before its end`, async (t) => {
    const { client, services, pass } = await world(t, living(expiresIn))
    await client.paymentStatus(asked)
    pass(usableSeconds)
    await client.paymentStatus(asked)
    assert.equal(services().length, 3)
    pass(2)
    await client.paymentStatus(asked)
    assert.deepEqual(services().slice(3), ['b2b-token', 'payment-status'])
  })
}

for (const expiresIn of [undefined, 'soon', 0, 20]) {
  test(`a token that lives ${JSON.stringify(expiresIn)} seconds is used once`, async (t) => {
    const { client, services } = await world(t, living(expiresIn))
    await client.paymentStatus(asked)
    await client.paymentStatus(asked)
    assert.equal(services().filter((service) => service === 'b2b-token').length, 2)
  })
}

test('a token that is refused is replaced, and the call sent again as it was', async (t) => {
  const { client, services, requests } = await world(t, refusing(1))
  const answer = await client.paymentStatus(asked)
  assert.equal(answer.body.latestTransactionStatus, '00')
  const statuses = ['b2b-token', 'payment-status', 'b2b-token', 'payment-status']
  assert.deepEqual(services(), statuses)
  const [, first, , second] = requests
  assert.equal(first?.headers['x-external-id'], second?.headers['x-external-id'])
  assert.equal(first?.text, second?.text)
  assert.notEqual(first?.accessToken, second?.accessToken)
  await client.paymentStatus(asked)
  assert.equal(services().length, 5)
})

test('calls whose token is refused at once share the new one', async (t) => {
  const { client, services } = await world(t, refusing(3))
  await Promise.all([1, 2, 3].map(() => client.paymentStatus(asked)))
  assert.equal(services().filter((service) => service === 'b2b-token').length, 2)
})

test('a second refusal is told', async (t) => {
  const { client, services } = await world(t, refusing(2))
  await assert.rejects(client.paymentStatus(asked), (error) => {
    assert.ok(error instanceof GerbangSnapError)
    assert.equal(error.responseCode, '4015501')
    return true
  })
  assert.equal(services().length, 4)
})

test('another refusal does not ask for a token', async (t) => {
  const json = { responseCode: '4015502', responseMessage: 'Invalid Customer Token' }
  const { client, services } = await world(t, (request) =>
    request.service === 'b2b-token' ? approvedSnapAnswer(request) : { status: 401, json },
  )
  await assert.rejects(client.paymentStatus(asked), GerbangSnapError)
  assert.equal(services().length, 2)
})

test('a token call that fails says that the call itself was not sent; the next one asks again', async (t) => {
  let isDown = true
  const { client, services } = await world(t, (request) =>
    isDown && request.service === 'b2b-token' ? 'hang-up' : approvedSnapAnswer(request),
  )
  await assert.rejects(client.paymentStatus(asked, { externalId: 'mine-1' }), (error) => {
    assert.ok(error instanceof GerbangConnectionError)
    assert.deepEqual([error.sent, error.requestId], [false, 'mine-1'])
    assert.match(error.message, /access token.*was not sent/)
    return true
  })
  isDown = false
  await client.paymentStatus(asked)
  assert.deepEqual(services(), ['b2b-token', 'b2b-token', 'payment-status'])
})

test('a refused token call is told as it came', async (t) => {
  const json = { responseCode: '4017300', responseMessage: 'Unauthorized. Invalid Signature' }
  const { client } = await world(t, () => ({ status: 401, json }))
  await assert.rejects(client.paymentStatus(asked), (error) => {
    assert.ok(error instanceof GerbangSnapError)
    assert.equal(error.responseCode, '4017300')
    assert.match(error.hint ?? '', /privateKey/)
    return true
  })
})

test('a caller who gives up while the token is fetched leaves it to the others', async (t) => {
  const gateway = await startStubSnapGateway(merchant)
  t.after(() => gateway.close())
  const gate = Promise.withResolvers<void>()
  const client = createSnapClient({
    ...merchant,
    baseUrl: gateway.url,
    fetch: async (...request) => {
      await gate.promise
      return fetch(...request)
    },
  })
  const leaving = new AbortController()
  const left = client.paymentStatus(asked, { signal: leaving.signal })
  const stayed = client.paymentStatus(asked)
  const reason = new Error('no longer wanted')
  leaving.abort(reason)
  await assert.rejects(left, reason)
  gate.resolve()
  assert.equal((await stayed).status, 200)
  assert.equal(gateway.requests.length, 2)
})
