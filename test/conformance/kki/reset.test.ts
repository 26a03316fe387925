/** A reset truncates every table while cards are bound, pay, are refunded and are unbound. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { countDeadlocks } from '../../harness/deadlocks.ts'
import { type Answer, control } from '../../harness/world.ts'
import {
  bindBody,
  callKki,
  channel,
  createKkiMerchant,
  type KkiService,
  newReference,
  payBody,
  payByTokenBody,
  refundBody,
  rightOtp,
  unbindBody,
} from './calls.ts'

const connections = 8
const merchant = await createKkiMerchant({ connections })
const { world } = merchant

/** Binds a card, pays with it, refunds, asks and unbinds, as far as a reset lets it come. */
async function liveOnce(call: (service: KkiService, body: object) => Promise<Answer['body']>) {
  const customer = newReference('CUST')
  const begun = await call('bind-card', bindBody(merchant, { customer }))
  const { authCode = 'x' } = begun.additionalInfo ?? {}
  const { bankCardToken } = await call('verify-otp', { otp: rightOtp, authCode })
  const body = bankCardToken ? payByTokenBody(bankCardToken) : payBody()
  await call('pay', body)
  const customerOf = { customerId: newReference('CUST') }
  const binding = { channel, isBindAndPay: true, customer: customerOf }
  await call('pay', { ...payBody(), additionalInfo: binding })
  const { partnerReferenceNo } = body
  await call('refund', refundBody(partnerReferenceNo, '1500.00'))
  const status = { originalPartnerReferenceNo: partnerReferenceNo, serviceCode: '55' }
  await call('payment-status', status)
  await call('unbind-card', unbindBody(bankCardToken ?? 'x'))
}

test('a reset never deadlocks with KKI calls, and none of them is told of a defect', async () => {
  const seen = new Set<string>()
  let isOver = false
  const workers = Array.from({ length: 6 }, async () => {
    while (!isOver) {
      await liveOnce(async (service, body) => {
        const { status, body: answer } = await callKki(merchant, service, body)
        seen.add(`${service} ${status}`)
        return answer
      })
    }
  })
  const cameThrough = () => seen.has('pay 200') && seen.has('verify-otp 200')
  // A busy machine needs longer until something comes between two resets: each leaves more time.
  for (let i = 0; i < 15 || (!cameThrough() && i < 60); i++) {
    assert.equal((await control(world, 'POST', '/sandbox/reset')).status, 200)
    await new Promise((resolve) => setTimeout(resolve, 50 + 10 * i))
  }
  isOver = true
  await Promise.all(workers)
  // What was reset away is not found, cannot be refunded any more, or is told to come again.
  const others = [...seen].filter((answer) => !/ (200|404|503)$|refund 405/.test(answer))
  assert.deepEqual(others, [])
  assert.ok(cameThrough(), 'nothing came between two resets')
  assert.equal(await countDeadlocks(world.database, connections), 0)
})
