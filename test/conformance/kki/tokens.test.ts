/** The bankCardTokens of a customer in the list of tokens of the cards dialect (wire.md 4.7). */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { getTokensResponse } from '@gerbang/wire/schemas'
import { post } from '../../harness/world.ts'
import { anotherMerchant, assertShape, changeSettings } from '../calls.ts'
import {
  begin,
  bound,
  channel,
  cpans,
  createKkiMerchant,
  newReference,
  served,
  unbindBody,
} from './calls.ts'

const merchant = await createKkiMerchant()
const { world } = merchant

async function list(customerId: string, more: object = { channel: { id: channel } }) {
  const body = { customer: { id: customerId }, ...more }
  const answer = await post(world, '/tokenization/v2/get-token', body)
  assert.equal(answer.status, 200, answer.text)
  assertShape(getTokensResponse, answer.body)
  assert.deepEqual(answer.body.customer, { id: customerId })
  return answer.body.tokens
}

test('a customer’s bound cards are listed, the oldest first, without what a CPAN has not', async () => {
  const customer = newReference('CUST')
  const bri = await bound(merchant, { customer })
  const mandiri = await bound(merchant, { customer, cpan: cpans.mandiri })
  assert.deepEqual(await list(customer), [
    {
      id: bri.bankCardToken,
      masked_account: '********0000',
      card: { brand: 'KKI', issuer: 'Bank Rakyat Indonesia', country: 'ID', bin: 936000 },
    },
    {
      id: mandiri.bankCardToken,
      masked_account: '********8901',
      card: { brand: 'KKI', issuer: 'Bank Mandiri', country: 'ID', bin: 936000 },
    },
  ])
  const [only, ...more] = await list(customer, {
    channel: { id: channel },
    issuer: { id: 'BANK_MANDIRI' },
  })
  assert.deepEqual([only.id, more], [mandiri.bankCardToken, []])
})

test('they are listed only where the channel says so', async () => {
  const { custIdMerchant } = await bound(merchant)
  for (const more of [{}, { channel: { id: 'CREDIT_CARD' } }, { channel: { id: 'OVO' } }]) {
    assert.deepEqual(await list(custIdMerchant, more), [])
  }
})

test('a card that is not bound yet, or no longer, is not listed', async () => {
  const customer = newReference('CUST')
  await begin(merchant, { customer })
  assert.deepEqual(await list(customer), [])
  const { bankCardToken, custIdMerchant } = await bound(merchant)
  assert.equal((await list(custIdMerchant)).length, 1)
  await served(merchant, 'unbind-card', unbindBody(bankCardToken))
  assert.deepEqual(await list(custIdMerchant), [])
})

test('a customer of 64 characters has tokens, and a merchant without saved cards too', async () => {
  const customer = newReference('CUST').padEnd(64, 'x')
  await bound(merchant, { customer })
  await changeSettings(world, { tokenization: false })
  assert.equal((await list(customer)).length, 1)
  await changeSettings(world, { tokenization: true })
})

test("another merchant does not see a merchant's customers", async () => {
  const { custIdMerchant } = await bound(merchant)
  const stranger = await anotherMerchant(world)
  const body = { customer: { id: custIdMerchant }, channel: { id: channel } }
  const answer = await post(world, '/tokenization/v2/get-token', body, stranger)
  assert.deepEqual([answer.status, answer.body.tokens], [200, []])
})
