import assert from 'node:assert/strict'
import { test } from 'node:test'
import { requestText, sendRaw } from '../../../../../test/conformance/raw-http.ts'
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
const { server } = world.app
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

const open = (path: string, headers: Record<string, string> = {}) =>
  server.inject({ url: path, headers })

const submit = (path: string, fields: Record<string, string>, headers = {}) =>
  server.inject({
    method: 'POST',
    url: path,
    headers: { 'content-type': 'application/x-www-form-urlencoded', ...headers },
    payload: new URLSearchParams(fields).toString(),
  })

test('the page has exactly one form, by POST, with the field otp and the button cancel', async () => {
  const { path } = await challenged()
  const { body, statusCode } = await open(path)
  assert.equal(statusCode, 200)
  const forms = [...body.matchAll(/<form\b[^>]*>[\s\S]*?<\/form>/g)].map(([form]) => form)
  assert.equal(forms.length, 1)
  const [form = ''] = forms
  assert.match(form, /^<form method="post">/)
  assert.equal(form.match(/name="otp"/g)?.length, 1)
  assert.match(form, /<button type="submit" name="cancel"/)
  assert.match(body, /Gerbang Sandbox Merchant/)
  assert.match(body, /Rp 90\.000/)
  assert.match(body, /557338\*{6}1101/)
  assert.doesNotMatch(body, /<script|https?:\/\/|5573381011111101/)
})

test('every page is kept from caches, referrers, scripts and other hosts', async () => {
  const { path } = await challenged()
  for (const answer of [await open(path), await open(`${challengePath}/unknown`)]) {
    const { headers } = answer
    assert.equal(headers['content-type'], 'text/html; charset=utf-8')
    assert.equal(headers['cache-control'], 'no-store')
    assert.equal(headers['referrer-policy'], 'no-referrer')
    assert.equal(headers['x-content-type-options'], 'nosniff')
    assert.match(
      String(headers['content-security-policy']),
      /^default-src 'none'; style-src 'sha256-[\w+/=]{44}'; form-action 'self' https: http:; base-uri 'none'$/,
    )
  }
})

test('a merchant whose name is markup is shown as text', async () => {
  const name = `<script>alert(1)</script>"'&amp;<img src=x onerror=alert(2)>`
  const { body: merchant } = await control(world, 'POST', '/sandbox/merchants', { name })
  const answer = await post(world, paths.check, checkBody({ number: cards.challenge }), merchant)
  const { body } = await open(new URL(answer.body.three_dsecure.authentication_url).pathname)
  assert.doesNotMatch(body, /<script|<img/)
  assert.match(body, /<dd>&lt;script&gt;alert\(1\)&lt;\/script&gt;&quot;&#39;&amp;amp;&lt;img/)
})

const strangers = {
  'an unknown one': '0'.repeat(32),
  'an empty one': '',
  'a huge one': 'a'.repeat(8_000),
  'a null byte': '%00',
  markup: '%3Cscript%3Ealert(1)%3C%2Fscript%3E',
  SQL: "'%20or%20'1'='1",
  'another path': '..%2F..%2Fdocs',
  'several segments': 'a/b/c',
  'broken UTF-8, escaped twice': '%25ff',
}
for (const [name, id] of Object.entries(strangers)) {
  test(`${name} as a page id leads to the page of what is not found`, async () => {
    const before = world.logLines.length
    for (const { statusCode, body, headers } of [
      await open(`${challengePath}/${id}`),
      await submit(`${challengePath}/${id}`, { otp: '123456' }),
      await submit(`${challengePath}/${id}`, { cancel: 'cancel' }),
    ]) {
      assert.equal(statusCode, 404)
      assert.match(body, /<h1>Page not found<\/h1>/)
      assert.doesNotMatch(body, /<form|<script/)
      assert.equal(headers['cache-control'], 'no-store')
    }
    const errors = world.logLines.slice(before).filter((line) => JSON.parse(line).level >= 50)
    assert.deepEqual(errors, [])
  })
}

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

test('HEAD tells the same as GET, and counts no try', async () => {
  const { path } = await challenged()
  const head = await server.inject({ method: 'HEAD', url: path })
  assert.equal(head.statusCode, 200)
  assert.equal(head.body, '')
  assert.equal(head.headers['cache-control'], 'no-store')
  assert.match((await submit(path, { otp: wrongPassword })).body, /2 tries left/)
})

test('a form that is too large, or no form, is refused with a page, and counts no try', async () => {
  const { path } = await challenged()
  const large = await submit(path, { otp: '1'.repeat(5_000) })
  assert.equal(large.statusCode, 413)
  const texts = { payload: '{"otp":"123456"}', method: 'POST', url: path } as const
  for (const type of ['application/json', 'text/plain', 'multipart/form-data; boundary=x']) {
    const answer = await server.inject({ ...texts, headers: { 'content-type': type } })
    assert.equal(answer.statusCode, 415, type)
    assert.match(answer.body, /<h1>That did not work<\/h1>/)
    assert.match(String(answer.headers['content-security-policy']), /default-src 'none'/)
  }
  assert.match((await submit(path, { otp: wrongPassword })).body, /2 tries left/)
})

test('a field that is sent twice, or looks like an object, is a wrong password', async () => {
  const { path } = await challenged()
  for (const [payload, left] of [
    ['otp=123456&otp=123456', /2 tries left/],
    ['otp[]=123456&__proto__[otp]=123456', /1 try left/],
  ] as const) {
    const headers = { 'content-type': 'application/x-www-form-urlencoded' }
    const answer = await server.inject({ method: 'POST', url: path, headers, payload })
    assert.match(answer.body, left)
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

test('a path that is not valid is still a page for people', async () => {
  await server.listen({ host: '127.0.0.1', port: 0 })
  const { port } = server.addresses()[0] as { port: number }
  for (const rest of ['%ZZ', '%', '%ED%A0%80', `${'0'.repeat(32)}#top`]) {
    for (const method of ['GET', 'POST']) {
      const path = `${challengePath}/${rest}`
      const answer = await sendRaw(port, requestText(method, path, { 'Accept-Language': 'id' }))
      assert.equal(answer.status, 400, `${method} ${path}`)
      assert.match(answer.headers['content-type'] ?? '', /^text\/html/)
      assert.match(answer.headers['content-security-policy'] ?? '', /default-src 'none'/)
      assert.match(answer.text, /<html lang="id">/)
    }
  }
})
