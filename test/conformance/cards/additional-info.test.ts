/** `additional_info` comes back to the digit, wherever it is shown (wire.md 4.2, 4.9, 5.2). */
import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { test } from 'node:test'
import { formatTimestamp } from '@gerbang/wire'
import { chargeBody, control, createWorld, newInvoice, post } from '../../harness/world.ts'
import { changeSettings, charge, orderStatus } from '../calls.ts'
import { startMerchantServer } from '../merchant-server.ts'

const world = await createWorld()
const merchantServer = await startMerchantServer()
await changeSettings(world, { threeDSecure: false, notificationUrl: `${merchantServer.url}/told` })

// The database has the members of an object in its own order: shorter names first.
const infos = [
  '{"id":12345678901234567890,"big":1e400,"tiny":1e-99999,"price":1.10}',
  '{"a":-0,"b":[1.0,2.50,1E+2],"c":1e200000}',
  '{"x":{"#number":"1.10"},"#number":1.10}',
  '{"#number":"1.10"}',
  '12345678901234567890',
]
for (const info of infos) {
  test(`${info} comes back to the digit`, async () => {
    const invoice = newInvoice()
    const body = { ...chargeBody({ invoice }), payment: { type: 'AUTHORIZE' } }
    const text = JSON.stringify(body).replace(/\}$/, `,"additional_info":${info}}`)
    const member = `"additional_info":${info}`
    const requestId = randomUUID()
    const charged = await charge(world, text, { requestId })
    assert.ok(charged.text.includes(member), charged.text)
    const timestamp = formatTimestamp(new Date(Date.now() + 2_000))
    const again = await charge(world, text, { requestId, timestamp })
    assert.equal(again.status, 409)
    assert.ok(again.text.includes(member), again.text)
    const status = await orderStatus(world, invoice)
    assert.ok(status.text.includes(member), status.text)
    const payment = { authorize_id: charged.body.payment.authorize_id }
    const captured = await post(world, '/credit-card/capture', { payment })
    assert.ok(captured.text.includes(member), captured.text)
    const shown = await control(world, 'GET', `/sandbox/notifications?invoiceNumber=${invoice}`)
    assert.ok(shown.body.notifications.length > 0)
    assert.ok(shown.text.includes(member), shown.text)
    while (!merchantServer.received.some((it) => it.body.includes(invoice))) {
      await new Promise((resolve) => setTimeout(resolve, 5))
    }
    const told = merchantServer.received.filter((it) => it.body.includes(invoice))
    for (const { body } of told) assert.ok(body.includes(member), body)
  })
}

test('the members that mean something still do', async () => {
  const invoice = newInvoice()
  const url = `${merchantServer.url}/told?other`
  const info = `{"override_notification_url":"${url}","id":12345678901234567890}`
  const body = JSON.stringify(chargeBody({ invoice }))
  await charge(world, body.replace(/\}$/, `,"additional_info":${info}}`))
  const shown = await control(world, 'GET', `/sandbox/notifications?invoiceNumber=${invoice}`)
  assert.equal(shown.body.notifications[0].url, url)
})
