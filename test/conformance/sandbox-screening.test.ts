/** GET and PUT /sandbox/merchant/screening (docs/guides/sandbox.md). */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { errorEnvelope } from '@gerbang/wire/schemas'
import { control, createWorld } from '../harness/world.ts'
import { assertShape } from './calls.ts'

const world = await createWorld()
const path = '/sandbox/merchant/screening'
const verdict = 'REJECT'
const hashed = 'a'.repeat(64)

const everyRule = {
  mostAmount: { amount: 5_000_000, verdict },
  mostTriesPerHour: { tries: 3, verdict },
  blockedCards: { hashedCardNumbers: [hashed], verdict },
  blockedCountries: { countries: ['KP'], verdict },
  allowedCountries: { countries: ['ID', 'SG'], verdict },
  blockedEmailDomains: { domains: ['mailinator.com', 'a-b.co.id'], verdict },
}

test('rules are answered as they were set, and read again', async () => {
  assert.deepEqual((await control(world, 'GET', path)).body, {})
  const set = await control(world, 'PUT', path, everyRule)
  assert.deepEqual([set.status, set.body], [200, everyRule])
  assert.deepEqual((await control(world, 'GET', path)).body, everyRule)
})

test('a PUT replaces all rules; an empty one removes them', async () => {
  await control(world, 'PUT', path, everyRule)
  const { mostAmount } = everyRule
  await control(world, 'PUT', path, { mostAmount })
  assert.deepEqual((await control(world, 'GET', path)).body, { mostAmount })
  await control(world, 'PUT', path, {})
  assert.deepEqual((await control(world, 'GET', path)).body, {})
})

test('another merchant has rules of his own', async () => {
  const { clientId } = (await control(world, 'POST', '/sandbox/merchants', {})).body
  await control(world, 'PUT', `${path}?clientId=${clientId}`, everyRule)
  assert.deepEqual((await control(world, 'GET', path)).body, {})
  assert.deepEqual((await control(world, 'GET', `${path}?clientId=${clientId}`)).body, everyRule)
  const unknown = await control(world, 'PUT', `${path}?clientId=nobody`, everyRule)
  assert.equal(unknown.status, 404)
})

test('a reset keeps the rules and forgets the tries', async () => {
  await control(world, 'PUT', path, everyRule)
  await world.database`
    insert into card_tries (merchant_id, operation_id, hashed_card_number, tried_at)
    values ('m', 'o', ${hashed}, ${new Date()})`
  await world.database`
    insert into billing_agreements (
      merchant_id, billing_number, variability, currency, amount_minor, created_at
    ) values ('m', 'A', 'FIXED', 'IDR', 1, ${new Date()})`
  await control(world, 'POST', '/sandbox/reset', {})
  assert.deepEqual((await control(world, 'GET', path)).body, everyRule)
  assert.equal((await world.database`select from card_tries`).length, 0)
  assert.equal((await world.database`select from billing_agreements`).length, 0)
})

const refused: readonly [why: string, rules: object][] = [
  ['a rule that does not exist', { mostMoney: { amount: 1, verdict } }],
  ['a rule without a verdict', { mostAmount: { amount: 1 } }],
  ['a verdict that does not exist', { mostAmount: { amount: 1, verdict: 'APPROVE' } }],
  ['a misspelt member of a rule', { mostAmount: { amount: 1, verdict, amout: 1 } }],
  ['an amount of nothing', { mostAmount: { amount: 0, verdict } }],
  ['half a rupiah', { mostAmount: { amount: 1.5, verdict } }],
  ['no try at all', { mostTriesPerHour: { tries: 0, verdict } }],
  ['a card number', { blockedCards: { hashedCardNumbers: ['4111111111111111'], verdict } }],
  ['an empty list', { blockedCountries: { countries: [], verdict } }],
  ['a country in words', { allowedCountries: { countries: ['Indonesia'], verdict } }],
  ['an e-mail address', { blockedEmailDomains: { domains: ['eve@trash.example'], verdict } }],
  ['a domain in capitals', { blockedEmailDomains: { domains: ['Trash.Example'], verdict } }],
]
for (const [why, rules] of refused) {
  test(`${why} is refused and changes nothing`, async () => {
    await control(world, 'PUT', path, everyRule)
    const answer = await control(world, 'PUT', path, rules)
    assert.equal(answer.status, 400, answer.text)
    assertShape(errorEnvelope, answer.body)
    assert.deepEqual((await control(world, 'GET', path)).body, everyRule)
  })
}
