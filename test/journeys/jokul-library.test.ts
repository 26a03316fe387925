/**
 * A merchant who signs his card calls with DOKU's library for the older API, jokul-nodejs-library,
 * and checks with it what he is told: over real HTTP.
 */
import assert from 'node:assert/strict'
import { createRequire } from 'node:module'
import { test } from 'node:test'
import { startMerchantServer } from '../conformance/merchant-server.ts'
import { createListeningWorld } from '../harness/listening.ts'
import {
  type Answer,
  chargeBody,
  checkBody,
  control,
  isSignedBy,
  newInvoice,
  noteSecretsOf,
  paths,
  secretKey,
} from '../harness/world.ts'

const require = createRequire(import.meta.url)
const { getSignature } = require('jokul-nodejs-library')

const world = await createListeningWorld()
const { clientId } = (await control(world, 'GET', '/sandbox/credentials')).body

/** Calls with the headers that the library sends, too: its Request-Id is a number of five digits. */
async function call(path: string, body: object, key = secretKey): Promise<Answer> {
  const text = JSON.stringify(body)
  noteSecretsOf(Buffer.from(text))
  const signed = {
    'client-id': clientId,
    'request-id': String(newRequestId()),
    'request-timestamp': `${new Date().toISOString().slice(0, 19)}Z`,
    'request-target': path,
  }
  const response = await fetch(`${world.url}${path}`, {
    method: 'POST',
    headers: {
      ...signed,
      signature: await getSignature(signed, text, key),
      'content-type': 'application/json',
    },
    body: text,
  })
  const answered = await response.text()
  const headers = Object.fromEntries(response.headers)
  return { status: response.status, body: JSON.parse(answered), text: answered, headers }
}

let last = 10_000
function newRequestId(): number {
  last += 1
  return last
}

/** Authenticates a card that needs no challenge, and charges it. */
async function pay(invoice: string): Promise<Answer> {
  const order = { invoice }
  const checked = await call(paths.check, checkBody(order))
  assert.equal(checked.status, 200, checked.text)
  assert.ok(isSignedBy(checked, paths.check))
  const authenticationId = checked.body.three_dsecure.authentication_id
  return call(paths.charge, chargeBody({ ...order, authenticationId }))
}

test('check and charge, signed by the library, are served', async () => {
  const charged = await pay(newInvoice())
  assert.equal(charged.status, 200, charged.text)
  assert.equal(charged.body.payment.status, 'SUCCESS')
  assert.ok(isSignedBy(charged, paths.charge))
})

test('letters of any language are hashed as we hash them', async () => {
  const body = checkBody()
  const order = { ...body.order, descriptor: 'Kopi Té – 🙂' }
  const checked = await call(paths.check, { ...body, order })
  assert.equal(checked.status, 200, checked.text)
})

test('signed with another key they are refused', async () => {
  for (const [path, body] of [
    [paths.check, checkBody()],
    [paths.charge, chargeBody({})],
  ] as const) {
    const { status, body: answer } = await call(path, body, 'SK-another')
    assert.deepEqual([status, answer.error.code], [400, 'invalid_signature'])
  }
})

test('the library makes the signature of our notification, and of no other', async () => {
  const merchantServer = await startMerchantServer()
  const path = '/doku/notify'
  const notificationUrl = `${merchantServer.url}${path}`
  await control(world, 'PATCH', '/sandbox/merchant', { notificationUrl })
  const invoice = newInvoice()
  await pay(invoice)
  const told = await received(merchantServer)
  const signed = { ...told.headers, 'request-target': path }
  assert.equal(JSON.parse(told.body).order.invoice_number, invoice)
  assert.equal(await getSignature(signed, told.body, secretKey), told.headers['signature'])
  const changed = told.body.replace('SUCCESS', 'FAILED')
  assert.notEqual(await getSignature(signed, changed, secretKey), told.headers['signature'])
})

async function received({ received: all }: Awaited<ReturnType<typeof startMerchantServer>>) {
  for (const end = Date.now() + 10_000; Date.now() < end; ) {
    const [first] = all
    if (first) return first
    await new Promise((resolve) => setTimeout(resolve, 10))
  }
  return assert.fail('nothing was told in 10 s')
}
