import assert from 'node:assert/strict'
import { test } from 'node:test'
import { pageVisitor, testHostedPages } from '../../../../../test/harness/hosted-pages.ts'
import {
  authenticated,
  cards,
  chargeBody,
  checkBody,
  control,
  createWorld,
  newInvoice,
  noteSecret,
  paths,
  post,
} from '../../../../../test/harness/world.ts'
import { challengePath } from './challenge.ts'

const world = await createWorld()
const callbacks = checkBody().three_dsecure
const wrongPassword = 'wrong-4711'
noteSecret('password', wrongPassword)

/** Begins a challenge and gives the path of its page. */
async function challenged(options: { threeDSecure?: object; number?: string } = {}) {
  const body = { ...checkBody({ number: options.number ?? cards.challenge }) }
  Object.assign(body.three_dsecure, options.threeDSecure)
  const answer = await post(world, paths.check, body)
  assert.equal(answer.status, 200, answer.text)
  const { authentication_id: id, authentication_url: url } = answer.body.three_dsecure
  return { id: String(id), path: new URL(url).pathname, order: body.order }
}

const { open, submit } = pageVisitor(world)

testHostedPages({
  world,
  root: challengePath,
  begin: async () => (await challenged()).path,
  wrongPassword,
})

test('the page says what is paid, to whom and with which card', async () => {
  const { body } = await open((await challenged()).path)
  assert.match(body, /Rp 90\.000/)
  assert.match(body, /557338\*{6}1101/)
  assert.doesNotMatch(body, /5573381011111101/)
})

test('a merchant whose name is markup is shown as text', async () => {
  const name = `<script>alert(1)</script>"'&amp;<img src=x onerror=alert(2)>`
  const { body: merchant } = await control(world, 'POST', '/sandbox/merchants', { name })
  const answer = await post(world, paths.check, checkBody({ number: cards.challenge }), merchant)
  const { body } = await open(new URL(answer.body.three_dsecure.authentication_url).pathname)
  assert.doesNotMatch(body, /<script|<img/)
  assert.match(body, /<dd>&lt;script&gt;alert\(1\)&lt;\/script&gt;&quot;&#39;&amp;amp;&lt;img/)
})

test('the page speaks Indonesian to those who ask for it first', async () => {
  const { path } = await challenged()
  const heading = async (language: string) =>
    /<html lang="(..)">[\s\S]*<h1>(.*)<\/h1>/
      .exec((await open(path, { 'accept-language': language })).body)
      ?.slice(1)
  const indonesian = ['id', 'Konfirmasi pembayaran Anda']
  const english = ['en', 'Confirm your payment']
  assert.deepEqual(await heading('id-ID,id;q=0.9,en;q=0.8'), indonesian)
  assert.deepEqual(await heading('fr, id;q=0.5'), indonesian)
  assert.deepEqual(await heading('en-GB, id;q=0.5'), english)
  assert.deepEqual(await heading(''), english)
  assert.deepEqual(await heading('idiom'), english)
  const missing = await open(`${challengePath}/none`, { 'accept-language': 'id' })
  assert.match(missing.body, /Halaman tidak ditemukan/)
})

test('the right password ends on the merchant’s URL exactly as it was given', async () => {
  const url = 'https://Shop.Example:443/a/../b%2f?x=1&amp;x=%C3%A9&u=http://[::1]/#top?'
  const { path } = await challenged({ threeDSecure: { callback_url_success: url } })
  const { statusCode, headers, body } = await submit(path, { otp: ' 123456 ' })
  assert.deepEqual([statusCode, headers.location, body], [303, url, ''])
  assert.equal(headers['cache-control'], 'no-store')
  // Whoever comes back later is led there as well.
  assert.equal((await open(path)).headers.location, url)
  assert.equal((await submit(path, { otp: wrongPassword })).headers.location, url)
  assert.equal((await submit(path, { cancel: 'cancel' })).headers.location, url)
})

test('the third refusal fails the authentication, and then the right password is too late', async () => {
  const { path, id, order } = await challenged()
  const first = await submit(path, { otp: wrongPassword })
  assert.equal(first.statusCode, 200)
  assert.match(first.body, /role="alert">That password is not right\. 2 tries left\./)
  assert.doesNotMatch(first.body, new RegExp(wrongPassword))
  assert.match((await submit(path, { otp: '' })).body, /1 try left/)
  for (const otp of [wrongPassword, '123456']) {
    const { statusCode, headers } = await submit(path, { otp })
    assert.deepEqual([statusCode, headers.location], [303, callbacks.callback_url_failed])
  }
  const body = chargeBody({
    authenticationId: id,
    number: cards.challenge,
    invoice: order.invoice_number,
  })
  const refused = await post(world, paths.charge, body)
  assert.equal(refused.body.error.message, 'Invalid Authentication Id')
})

test('whatever is entered at once, never more than three passwords are tried', async () => {
  const { path, id } = await challenged()
  await Promise.all(Array.from({ length: 12 }, () => submit(path, { otp: wrongPassword })))
  const [row] = await world.database`
    select state, password_tries from authentications where authentication_id = ${id}`
  assert.deepEqual({ ...row }, { state: 'failed', password_tries: 3 })
  assert.equal((await open(path)).headers.location, callbacks.callback_url_failed)
})

test('a right password that is sent twice at once passes both times', async () => {
  const { path } = await challenged()
  const twice = [submit(path, { otp: '123456' }), submit(path, { otp: '123456' })]
  for (const { headers } of await Promise.all(twice)) {
    assert.equal(headers.location, callbacks.callback_url_success)
  }
})

test('cancel gives up, whatever stands in the field', async () => {
  const { path } = await challenged()
  const { statusCode, headers } = await submit(path, { otp: '123456', cancel: '' })
  assert.deepEqual([statusCode, headers.location], [303, callbacks.callback_url_failed])
})

test('a finished authentication redirects at once, to where it led', async () => {
  const ends = [
    [cards.frictionless, callbacks.callback_url_success],
    [cards.attempted, callbacks.callback_url_success],
    [cards.notAuthenticated, callbacks.callback_url_failed],
    [cards.unavailable, callbacks.callback_url_failed],
    [cards.rejected, callbacks.callback_url_failed],
  ] as const
  for (const [number, location] of ends) {
    const { path } = await challenged({ number })
    const { statusCode, headers } = await open(path)
    assert.deepEqual([statusCode, headers.location], [303, location])
  }
})

test('an expired challenge ends on the failed URL, with the right password too', async () => {
  const [opened, entered] = [await challenged(), await challenged()]
  const frictionless = await authenticated(world)
  await control(world, 'POST', '/sandbox/clock', { advanceMs: 15 * 60_000 })
  assert.equal((await open(opened.path)).headers.location, callbacks.callback_url_failed)
  const late = await submit(entered.path, { otp: '123456' })
  assert.deepEqual([late.statusCode, late.headers.location], [303, callbacks.callback_url_failed])
  const body = chargeBody({ authenticationId: frictionless, invoice: newInvoice() })
  assert.equal((await post(world, paths.charge, body)).status, 400)
})

test('no log line ever held a password', () => {
  const log = world.logLines.join('')
  assert.match(log, /POST \/three-d-secure\/challenges/)
  assert.doesNotMatch(log, new RegExp(`${wrongPassword}|\\b123456\\b|otp=`))
})
