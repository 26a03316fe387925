import assert from 'node:assert/strict'
import { type TestContext, test } from 'node:test'
import { signNotificationForTest, type TransactionReport } from '@gerbang/client'
import { type StubAnswer, type StubRequest, startStubGateway } from '@gerbang/client/testing'
import { runDemo } from './demo.ts'

const merchant = { clientId: 'MCH-0001-10791114622547', secretKey: 'SK-GerbangSandbox0001' }
const authenticationId = 'eb7e7231'.repeat(8)
const formerUrl = 'http://127.0.0.1:9/former'

type Twist = {
  paymentStatus?: string
  location?: string
  otherSecret?: boolean
  html?: string
  offsetMs?: number
}

/** Just enough of a sandbox, in canned answers; a twist makes one of them wrong. */
async function sandboxWorld(t: TestContext, twist: Twist = {}) {
  const settings: { notificationUrl: string | null } = { notificationUrl: formerUrl }
  let successUrl = ''
  const form = `<h1>Toko &amp; Co</h1><form method="post" action="/3ds/answer">
    <input type="hidden" name="key" value="a&quot;b"><label>OTP<input name="otp"></label>
    <button name="cancel">Cancel</button></form>`

  const notify = (report: TransactionReport) => {
    const secretKey = twist.otherSecret ? 'SK-other' : merchant.secretKey
    const to = { notification: report, path: '/notifications', ...merchant, secretKey }
    const { headers, body } = signNotificationForTest(to)
    void fetch(settings.notificationUrl ?? '', { method: 'POST', headers, body })
  }
  const report = (invoice: string, requestId: string) =>
    ({
      order: { invoice_number: invoice, amount: 90000 },
      transaction: { type: 'SALE', status: 'SUCCESS', date: '', original_request_id: requestId },
    }) as TransactionReport
  let charged = { invoice: '', requestId: '' }

  const answer = (request: StubRequest): StubAnswer => {
    const body = request.text.startsWith('{') ? JSON.parse(request.text) : undefined
    switch (`${request.method} ${request.path.replace(/DEMO-.*/, '')}`) {
      case 'GET /sandbox/clock':
        return { json: { now: '2035-03-19T10:30:00.000Z', offsetMs: twist.offsetMs ?? 0 } }
      case 'GET /sandbox/credentials':
        return { json: merchant }
      case 'PATCH /sandbox/merchant':
        Object.assign(settings, body)
        return { json: settings }
      case 'GET /sandbox/merchant':
        return { json: settings }
      case 'POST /credit-card/check-three-d-secure':
        successUrl = body.three_dsecure.callback_url_success
        return {
          json: {
            order: { amount: 90000 },
            three_dsecure: {
              enrollment_status: true,
              authentication_id: authenticationId,
              authentication_url: `http://${request.headers.host}/3ds`,
            },
          },
        }
      case 'GET /3ds':
        return { text: twist.html ?? form, headers: { 'Content-Type': 'text/html' } }
      case 'POST /3ds/answer': {
        const sent = new URLSearchParams(request.text)
        assert.deepEqual(Object.fromEntries(sent), { key: 'a"b', otp: '123456' })
        return { status: 303, text: '', headers: { Location: twist.location ?? successUrl } }
      }
      case 'POST /credit-card/charge': {
        const requestId = String(request.headers['request-id'])
        charged = { invoice: body.order.invoice_number, requestId }
        notify(report(charged.invoice, requestId))
        const payment = { status: twist.paymentStatus ?? 'SUCCESS', request_id: requestId }
        return { json: { order: { amount: 90000 }, payment } }
      }
      case 'GET /orders/v1/status/':
        return { json: report(charged.invoice, charged.requestId) }
      default:
        return { status: 404, json: {} }
    }
  }
  const gateway = await startStubGateway({ ...merchant, answer })
  t.after(() => gateway.close())
  const printed: string[] = []
  const print = (text: string) => printed.push(text)
  return {
    run: () => runDemo({ gatewayUrl: gateway.url, print }),
    text: () => printed.join('\n'),
    settings,
  }
}

test('the story is told from the check to the status, and the settings are put back', async (t) => {
  const { run, text, settings } = await sandboxWorld(t)
  await run()
  const told = text()
  assert.equal(settings.notificationUrl, formerUrl)
  assert.match(told, /Toko & Co/)
  assert.match(told, /1\. .*[\s\S]*10\. /)
  assert.equal(told.match(/signature of the answer is verified/g)?.length, 3)
  assert.match(told, /signature of the notification is verified/)
  assert.match(told, /557338\*{6}1101/)
  assert.doesNotMatch(told, /5573381011111101|"123"|SK-Gerbang/)
  assert.match(told.split('\n').at(-1) ?? '', /^✓ Paid Rp 90\.000 for DEMO-\d+/)
})

test('nothing is told of a clock that is right, and of a moved one first of all', async (t) => {
  const usual = await sandboxWorld(t)
  await usual.run()
  assert.doesNotMatch(usual.text(), /clock/)
  const moved = await sandboxWorld(t, { offsetMs: 1 })
  await moved.run()
  const [first = '', second = ''] = moved.text().split('\n')
  assert.match(
    first,
    /clock was moved and says 2035-03-19T10:30Z: curl -X POST \S+\/sandbox\/reset/,
  )
  assert.equal(second, '')
})

test('the card of the story is good by the sandbox’s clock', async (t) => {
  const { run, text } = await sandboxWorld(t, { offsetMs: 1 })
  await run()
  assert.match(text(), /"expiry": "1237"/)
})

const wrongSteps: [string, Twist, RegExp][] = [
  ['a declined charge', { paymentStatus: 'FAILED' }, /payment\.status.*SUCCESS.*FAILED/s],
  ['a redirect elsewhere', { location: 'http://127.0.0.1/failed' }, /where the browser is sent/],
  ['a notification signed by another', { otherSecret: true }, /notification.*wrong-signature/s],
  ['a page with two forms', { html: '<form></form><form></form>' }, /number of forms.*1.*2/s],
  ['a form by GET', { html: '<form><input name="otp"></form>' }, /method of the form/],
  ['a form without otp', { html: '<form method=POST><input name=a></form>' }, /fields.*otp.*a/s],
]
for (const [name, twist, message] of wrongSteps) {
  test(`${name} ends the story with a plain message, and the settings are put back`, async (t) => {
    const { run, settings } = await sandboxWorld(t, twist)
    await assert.rejects(run(), { name: 'WrongStep', message })
    assert.equal(settings.notificationUrl, formerUrl)
  })
}

test('where no gateway runs, the reader is told how to start one', async () => {
  const gatewayUrl = 'http://127.0.0.1:9'
  const message = /at http:\/\/127\.0\.0\.1:9: start it with npm start, or say in GERBANG_URL/
  await assert.rejects(runDemo({ gatewayUrl, print: () => {} }), { name: 'NoGateway', message })
})
