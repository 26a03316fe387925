/** Calls about one card or one payment that meet: what is told, and what then stands at the switch. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { control, post } from '../../harness/world.ts'
import {
  advance,
  begin,
  bound,
  callKki,
  channel,
  createKkiMerchant,
  newReference,
  payBody,
  payByTokenBody,
  rightOtp,
  served,
  unbindBody,
} from './calls.ts'

const merchant = await createKkiMerchant()
const { world } = merchant

/** A payment that binds the card of a customer. */
function bindAndPayBody(customer: string, value?: string) {
  const body = payBody({ ...(value === undefined ? {} : { value }) })
  const customerOf = { customerId: customer }
  return {
    ...body,
    additionalInfo: { ...body.additionalInfo, isBindAndPay: true, customer: customerOf },
  }
}

/** The tokens that a customer can pay by. */
async function tokensOf(customer: string): Promise<string[]> {
  const body = { customer: { id: customer }, channel: { id: channel } }
  const answer = await post(world, '/tokenization/v2/get-token', body)
  return answer.body.tokens.map(({ id }: { id: string }) => id)
}

/** Waits until what the gateway does by itself has come so far. */
async function until(isSo: () => Promise<boolean>): Promise<void> {
  for (const end = Date.now() + 10_000; !(await isSo()); ) {
    assert.ok(Date.now() < end, 'it did not become so in 10 s')
    await new Promise((resolve) => setTimeout(resolve, 10))
  }
}

const messageKinds = async (customer: string) => {
  const query = new URLSearchParams({ custIdMerchant: customer })
  const { messages } = (await control(world, 'GET', `/sandbox/kki/messages?${query}`)).body
  return messages.map(({ kind }: { kind: string }) => kind)
}

test('a card that a payment binds pays, though its one-time password came meanwhile', async () => {
  const customer = newReference('CUST')
  const { authCode } = (await begin(merchant, { customer })).additionalInfo
  const paying = await callKki(merchant, 'pay', bindAndPayBody(customer, '19002.00'))
  assert.equal(paying.status, 202)
  // The payment has the customer's place: what the switch bound by the password is taken back there.
  const verified = await callKki(merchant, 'verify-otp', { otp: rightOtp, authCode })
  assert.equal(verified.status, 202, verified.text)
  const path = `/sandbox/kki/confirmations/${paying.body.referenceNo}`
  assert.equal((await control(world, 'POST', path, { approve: true })).status, 200)
  await until(async () => (await messageKinds(customer)).includes('reversal'))
  const [token = '', ...others] = await tokensOf(customer)
  assert.deepEqual(others, [])
  await served(merchant, 'pay', payByTokenBody(token))
})

test('once the switch has taken an unbinding, a payment binds the card again', async () => {
  const customer = newReference('CUST')
  const { bankCardToken } = await bound(merchant, { customer })
  await served(merchant, 'unbind-card', unbindBody(bankCardToken))
  await until(async () => {
    const rows = await world.database`
      select from binding_messages m join bindings b using (merchant_id, binding_id)
      where b.cust_id_merchant = ${customer} and m.kind = 'unbind' and m.state = 'asked'`
    return rows.count === 0
  })
  const answer = await served(merchant, 'pay', bindAndPayBody(customer))
  await advance(merchant, 60_000)
  await served(merchant, 'pay', payByTokenBody(answer.bankCardToken))
})

test('a payment whose switch is late with the decision is asked about now and then', async () => {
  const paying = await callKki(merchant, 'pay', payBody({ value: '19002.00' }))
  assert.equal(paying.status, 202)
  const { kkiSwitch } = world.kkiSimulator
  const { inquire } = kkiSwitch
  let asked = 0
  const late: typeof inquire = async () => {
    asked += 1
    return { kind: 'pending', decidedBy: new Date(0) }
  }
  Object.assign(kkiSwitch, { inquire: late })
  await advance(merchant, 302_000)
  Object.assign(kkiSwitch, { inquire })
  assert.equal(asked, 1)
  await advance(merchant, 60_000)
  const [row] = await world.database`
    select state from payments where reference_no = ${paying.body.referenceNo}`
  assert.equal(row?.['state'], 'refused')
})
