import assert from 'node:assert/strict'
import { test } from 'node:test'
import {
  bindBody,
  bound,
  callKki,
  createKkiMerchant,
  rightOtp,
  served,
} from '../../../../../test/conformance/kki/calls.ts'
import { pageVisitor, testHostedPages } from '../../../../../test/harness/hosted-pages.ts'
import { control, createWorld, noteSecret } from '../../../../../test/harness/world.ts'
import type { OtpPage } from '../../bindings/index.ts'
import { createServer } from '../../platform/http/server.ts'
import { createLog } from '../../platform/log/index.ts'
import { systemClock } from '../../primitives/clock.ts'
import { type OtpPageDeps, otpPath, registerOtpPage } from './otp.ts'

const merchant = await createKkiMerchant()
const { world } = merchant
const wrongOtp = 'wrong-0815'
noteSecret('password', wrongOtp)
noteSecret('password', rightOtp)

const ends = {
  successRegistrationUrl: 'https://www.merchant.com/bound?order=1',
  failedRegistrationUrl: 'https://www.merchant.com/not-bound',
}

type Urls = Partial<typeof ends>

/** The body of a binding that ends on these URLs. */
function bodyWith(urls: Urls, by = merchant) {
  const body = bindBody(by)
  const { channel } = body.additionalInfo
  return { ...body, additionalInfo: { channel, ...urls } }
}

/** Begins a binding and gives the path of its page. */
async function begun(urls: Urls = ends, by = merchant) {
  const { redirectUrl, referenceNo } = await served(by, 'bind-card', bodyWith(urls, by))
  return { path: new URL(redirectUrl).pathname, referenceNo: String(referenceNo) }
}

const { open, submit } = pageVisitor(world)

testHostedPages({
  world,
  root: otpPath,
  begin: async () => (await begun()).path,
  wrongPassword: wrongOtp,
})

const succeeded = (referenceNo: string) =>
  `${ends.successRegistrationUrl}&referenceNo=${referenceNo}&status=SUCCESS`
const failed = (referenceNo: string) =>
  `${ends.failedRegistrationUrl}?referenceNo=${referenceNo}&status=FAILED`

test('the page says which card is bound, and how long the password is valid', async () => {
  const { body } = await open((await begun()).path)
  assert.match(body, /936000\*{6}0000/)
  assert.match(body, /Bank Rakyat Indonesia/)
  assert.match(body, /<dd>15 minutes<\/dd>/)
  assert.match(body, /The password is 123456\./)
  assert.doesNotMatch(body, /9360001609987000000/)
})

test('the right password binds the card and ends on the merchant’s URL, with how it ended', async () => {
  const { path, referenceNo } = await begun()
  const { statusCode, headers, body } = await submit(path, { otp: ` ${rightOtp} ` })
  assert.deepEqual([statusCode, headers.location, body], [303, succeeded(referenceNo), ''])
  assert.equal(headers['cache-control'], 'no-store')
  assert.equal(headers['referrer-policy'], 'no-referrer')
  // Whoever comes back later is led there as well.
  assert.equal((await open(path)).headers.location, succeeded(referenceNo))
  assert.equal((await submit(path, { otp: wrongOtp })).headers.location, succeeded(referenceNo))
  assert.equal((await submit(path, { cancel: '' })).headers.location, succeeded(referenceNo))
})

test('the third refusal fails the binding, and then the right password is too late', async () => {
  const { path, referenceNo } = await begun()
  const first = await submit(path, { otp: wrongOtp })
  assert.equal(first.statusCode, 200)
  assert.match(first.body, /role="alert">That password is not right\. 2 tries left\./)
  assert.doesNotMatch(first.body, new RegExp(wrongOtp))
  assert.doesNotMatch((await open(path)).body, /role="alert"/)
  assert.match((await submit(path, { otp: '' })).body, /1 try left/)
  for (const otp of [wrongOtp, rightOtp]) {
    const { statusCode, headers } = await submit(path, { otp })
    assert.deepEqual([statusCode, headers.location], [303, failed(referenceNo)])
  }
})

test('whatever is entered at once, never more than three passwords are tried', async () => {
  const { path, referenceNo } = await begun()
  await Promise.all(Array.from({ length: 12 }, () => submit(path, { otp: wrongOtp })))
  const [row] = await world.database`
    select otp_tries from bindings where reference_no = ${referenceNo}`
  assert.ok(row && row['otp_tries'] <= 3)
  for (let tries = row['otp_tries']; tries < 3; tries++) await submit(path, { otp: wrongOtp })
  assert.equal((await submit(path, { otp: rightOtp })).headers.location, failed(referenceNo))
})

test('a right password that is sent twice at once binds one card', async () => {
  const { path, referenceNo } = await begun()
  await Promise.all([submit(path, { otp: rightOtp }), submit(path, { otp: rightOtp })])
  assert.equal((await open(path)).headers.location, succeeded(referenceNo))
})

test('cancel gives up, whatever stands in the field', async () => {
  const { path, referenceNo } = await begun()
  const { statusCode, headers } = await submit(path, { otp: rightOtp, cancel: '' })
  assert.deepEqual([statusCode, headers.location], [303, failed(referenceNo)])
  assert.equal((await submit(path, { otp: rightOtp })).headers.location, failed(referenceNo))
})

test('where the merchant gave no URL, a page without a form says how it ended', async () => {
  const [good, bad] = [await begun({}), await begun({})]
  await submit(bad.path, { cancel: 'cancel' })
  for (const [answer, title] of [
    [await submit(good.path, { otp: rightOtp }), 'Your card is linked'],
    [await open(good.path), 'Your card is linked'],
    [await open(bad.path), 'Your card was not linked'],
    [await submit(bad.path, { otp: rightOtp }), 'Your card was not linked'],
  ] as const) {
    assert.equal(answer.statusCode, 200)
    assert.match(answer.body, new RegExp(`<h1>${title}</h1>`))
    assert.doesNotMatch(answer.body, /<form/)
    assert.equal(answer.headers['refresh'], undefined)
  }
})

test('while the switch’s answer is out, a page without a form looks again by itself', async () => {
  const { path, referenceNo } = await begun()
  await world.kkiSimulator.steerNext(merchant.clientId, { lose: 'answer' })
  const answers = [await submit(path, { otp: rightOtp }), await open(path)]
  for (const { statusCode, body, headers } of answers) {
    assert.equal(statusCode, 200)
    assert.match(body, /<h1>One moment, please<\/h1>/)
    assert.doesNotMatch(body, /<form/)
    assert.equal(headers['refresh'], '3')
  }
  await control(world, 'POST', '/sandbox/clock', { advanceMs: 30_000 })
  assert.equal((await open(path)).headers.location, succeeded(referenceNo))
})

test('a page that is opened before the switch has sent a password waits for it', async () => {
  await world.kkiSimulator.steerNext(merchant.clientId, { lose: 'answer' })
  const answer = await callKki(merchant, 'bind-card', bodyWith(ends))
  assert.equal(answer.status, 202, answer.text)
  const path = new URL(answer.body.redirectUrl).pathname
  for (const { body, headers } of [await open(path), await submit(path, { otp: rightOtp })]) {
    assert.match(body, /<h1>One moment, please<\/h1>/)
    assert.equal(headers['refresh'], '3')
  }
  await control(world, 'POST', '/sandbox/clock', { advanceMs: 30_000 })
  assert.match((await open(path)).body, /<form/)
})

test('a binding whose one-time password the merchant asks for has no page', async () => {
  const { bankCardToken } = await bound(merchant)
  assert.ok(bankCardToken)
  const body = bodyWith(ends)
  const { redirectUrl } = await served(merchant, 'bind-card', body, { channel: 'H2H' })
  assert.equal(redirectUrl, undefined)
})

test('the page speaks Indonesian to those who ask for it first', async () => {
  const { path } = await begun()
  const indonesian = { 'accept-language': 'id-ID,id;q=0.9,en;q=0.8' }
  const { body } = await open(path, indonesian)
  assert.match(body, /<html lang="id">[\s\S]*<h1>Hubungkan kartu Anda<\/h1>/)
  assert.match(body, /<dt>Kode berlaku<\/dt><dd>15 menit<\/dd>/)
  const wrong = await submit(path, { otp: wrongOtp }, indonesian)
  assert.match(wrong.body, /Kode OTP salah\. Sisa percobaan: 2\./)
  const missing = await open(`${otpPath}/none`, indonesian)
  assert.match(missing.body, /Halaman tidak ditemukan/)
})

test('a merchant whose name is markup is shown as text', async () => {
  const name = `<script>alert(1)</script>"'&amp;<img src=x onerror=alert(2)>`
  const { body: made } = await control(world, 'POST', '/sandbox/merchants', { name })
  const { path } = await begun(ends, { ...merchant, ...made })
  const { body } = await open(path)
  assert.doesNotMatch(body, /<script|<img/)
  assert.match(body, /<dd>&lt;script&gt;alert\(1\)&lt;\/script&gt;&quot;&#39;&amp;amp;&lt;img/)
})

test('a page that is left open leads on by itself once its password has expired', async () => {
  const { path, referenceNo } = await begun()
  await control(world, 'POST', '/sandbox/clock', { advanceMs: 14 * 60_000 + 30_000 })
  const { body, headers } = await open(path)
  assert.match(body, /<dd>less than a minute<\/dd>/)
  const seconds = Number(headers['refresh'])
  assert.ok(seconds > 1 && seconds <= 31, String(seconds))
  await control(world, 'POST', '/sandbox/clock', { advanceMs: seconds * 1_000 })
  assert.equal((await open(path)).headers.location, failed(referenceNo))
  const late = await submit(path, { otp: rightOtp })
  assert.deepEqual([late.statusCode, late.headers.location], [303, failed(referenceNo)])
})

test('in live mode the page is there, and tells nobody a password', async () => {
  const binding = {
    merchantId: 'mer_x',
    maskedCpan: '936000******0000',
    issuer: 'Bank Mandiri',
    otpExpiresAt: undefined,
  }
  const state = { kind: 'open', binding, triesLeft: 3 } as unknown as OtpPage
  const answer = await standingAlone(async () => state)
  assert.equal(answer.statusCode, 200)
  assert.match(answer.body, /Bank Mandiri/)
  assert.doesNotMatch(answer.body, /123456|test page|valid for/)
  assert.equal(answer.headers['refresh'], undefined)
  const live = await createWorld({ live: true })
  assert.equal((await live.app.server.inject({ url: `${otpPath}/x` })).statusCode, 404)
})

test('a crash is a page that says to try again, and is logged', async () => {
  const lines: string[] = []
  const crash = async () => {
    throw new Error('something that nobody thought of')
  }
  const answer = await standingAlone(crash, lines)
  assert.equal(answer.statusCode, 500)
  assert.match(answer.body, /<h1>Please try again<\/h1>/)
  assert.doesNotMatch(answer.body, /nobody thought of/)
  assert.match(lines.join(''), /nobody thought of/)
})

/** The page without a gateway, for what a real binding does not come to. */
async function standingAlone(openPage: () => Promise<OtpPage>, lines: string[] = []) {
  const log = createLog({ level: 'info', destination: { write: (line) => void lines.push(line) } })
  const alone = createServer({
    log,
    bodyLimitBytes: 1_024,
    unreadable: () => ({}),
    refuse: async () => {},
  })
  const merchants: OtpPageDeps['merchants'] = { find: async () => undefined }
  const bindings = { openPage, enterOtp: openPage, cancel: openPage }
  const clock = systemClock()
  await registerOtpPage(alone, { bindings, merchants, clock, log, testOtp: undefined })
  return alone.inject({ url: `${otpPath}/x` })
}

test('no log line ever held a password', () => {
  const log = world.logLines.join('')
  assert.match(log, /POST \/kki\/bindings/)
  assert.doesNotMatch(log, new RegExp(`${wrongOtp}|\\b${rightOtp}\\b|otp=`))
})
