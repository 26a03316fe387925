/** Unknown is not failed: lost and late answers of the acquirer (sandbox.md, Test amounts). */
import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { test } from 'node:test'
import { formatTimestamp } from '@gerbang/wire'
import { authenticated, chargeBody, control, createWorld, newInvoice } from '../../harness/world.ts'
import { charge, messagesOf, orderStatus } from '../calls.ts'

const hasty = await createWorld({ config: { askDeadlineMs: 300 } })
// Nobody but the charge itself may settle what is asked here.
await hasty.app.jobs.stop()

async function chargeable(amount: number, world = hasty) {
  const invoice = newInvoice()
  const authenticationId = await authenticated(world, { amount, invoice })
  return chargeBody({ amount, invoice, authenticationId })
}

for (const [amount, asked, what] of [
  [19_068, ['sale'], 'the answer is lost'],
  [19_069, [], 'the request is lost'],
] as const) {
  test(`${what}: the charge is PENDING when the deadline is over`, async () => {
    const body = await chargeable(amount)
    const requestId = randomUUID()
    const started = performance.now()
    const answer = await charge(hasty, body, { requestId })
    const took = performance.now() - started
    assert.ok(took >= 290 && took < 8_000, `${took} ms`)
    assert.equal(answer.status, 200)
    const { status, response_code, response_message, approval_code } = answer.body.payment
    assert.deepEqual(
      [status, response_code, response_message],
      ['PENDING', 'TO', 'PAYMENT PENDING'],
    )
    assert.equal(approval_code, undefined)
    assert.equal(answer.body.error, undefined)

    const invoice = body.order.invoice_number
    const messages = await messagesOf(hasty, invoice)
    assert.deepEqual(
      messages.map(({ kind }) => kind),
      asked,
    )
    const report = await orderStatus(hasty, invoice)
    assert.equal(report.body.transaction.status, 'PENDING')
    assert.equal(report.body.card_payment.response_code, 'TO')
    // The same request again is told how it stands.
    const timestamp = formatTimestamp(new Date(Date.now() + 1_500))
    const again = await charge(hasty, body, { requestId, timestamp })
    assert.deepEqual([again.status, again.body.payment.status], [409, 'PENDING'])
  })
}

test('an answer that is late, but in time, is waited for', async () => {
  const patient = await createWorld({ config: { askDeadlineMs: 5_000 } })
  const answer = await charge(patient, await chargeable(19_096, patient))
  assert.equal(answer.body.payment.status, 'SUCCESS')
})

test('an answer that is later than the deadline leaves the payment PENDING', async () => {
  const answer = await charge(hasty, await chargeable(19_096))
  assert.equal(answer.body.payment.status, 'PENDING')
})

for (const instruction of [{ lose: 'answer' }, { lose: 'request' }, { delayMs: 5_000 }]) {
  test(`the acquirer can be told to ${JSON.stringify(instruction)}`, async () => {
    const body = await chargeable(90_000)
    await control(hasty, 'POST', '/sandbox/acquirer/next', instruction)
    assert.equal((await charge(hasty, body)).body.payment.status, 'PENDING')
    const next = await charge(hasty, await chargeable(90_000))
    assert.equal(next.body.payment.status, 'SUCCESS')
  })
}
