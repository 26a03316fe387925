/** Signatures as real clients make them (wire.md 2.2, 11.1): over the bytes as they were sent. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { digestOf } from '@gerbang/wire'
import {
  authenticated,
  chargeBody,
  checkBody,
  createWorld,
  newInvoice,
  paths,
  pay,
  signedHeaders,
} from '../../harness/world.ts'
import { assertRefused, charge, check, orderStatus, refusals, statusAt } from '../calls.ts'

const world = await createWorld()

const writings: readonly (readonly [string, (body: object) => string])[] = [
  ['compact', (body) => JSON.stringify(body)],
  ['indented by two spaces', (body) => JSON.stringify(body, null, 2)],
  ['indented by tabs', (body) => JSON.stringify(body, null, '\t')],
  ['escaped as PHP does', (body) => JSON.stringify(body).replaceAll('/', '\\/')],
  ['escaped to ASCII', (body) => JSON.stringify(body).replaceAll('n', '\\u006e')],
  [
    'with Windows line ends',
    (body) => `${JSON.stringify(body, null, 2).replaceAll('\n', '\r\n')}\r\n`,
  ],
  ['with space around it', (body) => ` \n${JSON.stringify(body)}\n\t `],
]

for (const [how, write] of writings) {
  test(`a body ${how} is signed as it was sent`, async () => {
    const invoice = newInvoice()
    const checked = await check(world, write(checkBody({ invoice })))
    assert.equal(checked.status, 200, checked.text)
    const authenticationId = checked.body.three_dsecure.authentication_id
    const paid = await charge(world, write(chargeBody({ invoice, authenticationId })))
    assert.equal(paid.body.payment.status, 'SUCCESS')
  })
}

test('one changed byte of a body, even white space, breaks the signature', async () => {
  const sent = Buffer.from(JSON.stringify(checkBody()))
  const { Signature } = signedHeaders('POST', paths.check, sent)
  const headers = { Signature }
  const changed = [`${sent} `, `${sent}`.replace('90000', '90001'), `${sent}`.replace('{', '{ ')]
  for (const text of changed) {
    assertRefused(await check(world, text, { headers }), refusals.signature)
  }
})

test('each signed header is part of the signature', async () => {
  const body = checkBody()
  for (const headers of [{ 'Request-Id': 'another' }, { 'Request-Timestamp': soon() }]) {
    assertRefused(await check(world, body, { headers }), refusals.signature)
  }
  const otherPath = { signedPath: paths.charge }
  assertRefused(await check(world, body, otherPath), refusals.signature)
})

test('Digest and Request-Target headers are neither needed nor believed', async () => {
  const lies = { Digest: digestOf('another body'), 'Request-Target': '/orders/v1/status/x' }
  assert.equal((await check(world, checkBody(), { headers: lies })).status, 200)

  const sent = checkBody()
  const forged = { ...signedHeaders('POST', paths.check, Buffer.from(JSON.stringify(sent))) }
  const headers = { ...forged, Digest: digestOf(JSON.stringify(sent)) }
  const other = { ...sent, order: { ...sent.order, amount: 1 } }
  assertRefused(await check(world, other, { headers }), refusals.signature)
})

test('a signature is HMACSHA256= and base64, with or without its padding', async () => {
  const body = JSON.stringify(checkBody())
  const right = signedHeaders('POST', paths.check, Buffer.from(body))
  const signature = String(right['Signature'])
  const bytes = Buffer.from(signature.slice(11), 'base64')
  for (const Signature of [
    signature.slice(11),
    signature.replace('HMACSHA256=', 'hmacsha256='),
    signature.replace('HMACSHA256=', 'HMACSHA512='),
    `HMACSHA256=${bytes.toString('hex')}`,
    `${signature}=`,
    ` ${signature}x`,
    'HMACSHA256=',
    `${signature}${signature}`,
  ]) {
    assertRefused(
      await check(world, body, { headers: { ...right, Signature } }),
      refusals.signature,
    )
  }
  const unpadded = { ...right, Signature: signature.replace(/=$/, '') }
  assert.equal((await check(world, body, { headers: unpadded })).status, 200)
})

test('order status is signed over the path as sent, or as it was before URL-encoding', async () => {
  const invoice = `INV/${newInvoice()} ä`
  assert.equal((await pay(world, { invoice })).status, 200)
  const encoded = `/orders/v1/status/${encodeURIComponent(invoice)}`
  const decoded = `/orders/v1/status/${invoice}`
  for (const signedPath of [encoded, decoded]) {
    const answer = await statusAt(world, encoded, { signedPath })
    assert.equal(answer.body.order?.invoice_number, invoice, answer.text)
  }
  const other = { signedPath: '/orders/v1/status/another', answerKey: undefined }
  const refused = await world.app.server.inject({
    method: 'GET',
    url: encoded,
    headers: signedHeaders('GET', encoded, undefined, other),
  })
  assert.deepEqual(refused.json().error.code, 'invalid_signature')
})

test('a query is no part of the signed path', async () => {
  const invoice = newInvoice()
  await pay(world, { invoice })
  const path = paths.status(invoice)
  const answer = await statusAt(world, `${path}?lang=id`, { signedPath: path })
  assert.equal(answer.body.order.invoice_number, invoice)
})

test('a signature of one merchant says nothing for another', async () => {
  const authenticationId = await authenticated(world)
  const body = chargeBody({ authenticationId })
  const headers = { 'Client-Id': 'MCH-nobody' }
  const answer = await charge(world, body, { headers, answerKey: null })
  assert.equal(answer.body.error.code, 'invalid_client_id')
  assertRefused(await orderStatus(world, body.order.invoice_number), refusals.notFound)
})

function soon(): string {
  return `${new Date(Date.now() + 3_000).toISOString().slice(0, 19)}Z`
}
