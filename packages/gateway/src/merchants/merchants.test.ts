import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import { createWorld, secretKey } from '../../../../test/harness/world.ts'
import { makeSandboxMerchant } from '../api/sandbox/sandbox-merchants.ts'
import { type Merchant, merchantFeatures, merchantUrls } from './index.ts'

const clientId = 'MCH-0001-10791114622547'
const world = await createWorld()
const { merchants } = world.app
const found = async (id = clientId) => {
  const merchant = await merchants.findByClientId(id)
  assert.ok(merchant)
  return merchant
}

test('a merchant is found by Client-Id, exactly, and by its own id', async () => {
  const merchant = await found()
  assert.deepEqual(await merchants.find(merchant.merchantId), merchant)
  for (const other of ['', clientId.toLowerCase(), ` ${clientId}`, `${clientId} `, '%']) {
    assert.equal(await merchants.findByClientId(other), undefined, other)
  }
})

test('the secret key is sealed at rest and prints as nothing', async () => {
  const merchant = await found()
  assert.equal(
    merchant.secretKey.reveal((text) => text),
    secretKey,
  )
  assert.ok(!JSON.stringify(merchant).includes(secretKey))
  const [row] = await world.database`select * from merchants where client_id = ${clientId}`
  assert.ok(!Object.values(row ?? {}).some((value) => String(value).includes(secretKey)))
})

test('each setting can be changed alone, and is in force at once', async () => {
  const { merchantId } = await found()
  for (const name of merchantFeatures) {
    const before = (await found()).settings
    const value = !before[name]
    const changed = await merchants.changeSettings(merchantId, { [name]: value })
    assert.deepEqual(changed?.settings, { ...before, [name]: value })
    assert.deepEqual((await found()).settings, changed?.settings)
    await merchants.changeSettings(merchantId, { [name]: before[name] })
  }
  for (const name of merchantUrls) {
    const set = await merchants.changeSettings(merchantId, { [name]: 'https://m.example/x' })
    assert.equal(set?.settings[name], 'https://m.example/x')
    const cleared = await merchants.changeSettings(merchantId, { [name]: null })
    assert.equal(cleared?.settings[name], null)
  }
})

test('a change of nothing changes nothing', async () => {
  const merchant = await found()
  assert.deepEqual(await merchants.changeSettings(merchant.merchantId, {}), merchant)
})

test('a Client-Id is taken once', async () => {
  const merchant = await found()
  assert.equal(await merchants.add({ ...merchant, name: 'Another' }), false)
  assert.equal((await found()).name, merchant.name)
})

test('screening rules come with the merchant, are replaced as a whole, and are his own', async () => {
  const { merchantId } = await found()
  assert.deepEqual((await found()).screeningRules, {})
  const one = { mostAmount: { amount: 5_000_000, verdict: 'REVIEW' } } as const
  const two = { blockedCountries: { countries: ['KP'], verdict: 'REJECT' } } as const
  for (const rules of [one, two, {}]) {
    await merchants.replaceScreeningRules(merchantId, rules)
    assert.deepEqual((await found()).screeningRules, rules)
    assert.deepEqual((await merchants.find(merchantId))?.screeningRules, rules)
    assert.deepEqual(
      (await merchants.changeSettings(merchantId, { moto: true }))?.screeningRules,
      rules,
    )
  }
  await merchants.replaceScreeningRules(merchantId, one)
  const other = await makeSandboxMerchant(world.app.sandboxMerchants, 'Another')
  assert.deepEqual((await found(other.clientId)).screeningRules, {})
})

test('instalment plans come with the account that has them', async () => {
  const { acquirerAccounts } = await found()
  const plans = acquirerAccounts.map(({ acquirerId, installmentPlans }) => [
    acquirerId,
    installmentPlans,
  ])
  const sandboxPlans = [{ planId: '1232131', tenors: [3, 6, 12] }]
  assert.deepEqual(plans, [
    ['BANK_MANDIRI', sandboxPlans],
    ['BANK_CIMB', undefined],
    ['BNI', sandboxPlans],
    ['ALTO', undefined],
  ])
})

test('a sandbox merchant that was made before there were plans gets them, nobody else does', async () => {
  const { merchantId } = await found()
  const before = (await found()).acquirerAccounts
  const other = { ...(await found()), merchantId: 'mer_live', clientId: 'MCH-LIVE' } as Merchant
  await merchants.add(other)
  await world.database`
    update merchants set acquirer_accounts = (
      select jsonb_agg(account - 'installmentPlans' order by position)
      from jsonb_array_elements(acquirer_accounts) with ordinality as accounts (account, position)
    )
    where merchant_id in (${merchantId}, 'mer_live')`
  const file = '../../migrations/sandbox/0013-installment-plans.sql'
  await world.database.unsafe(readFileSync(new URL(file, import.meta.url), 'utf8'))
  assert.deepEqual((await found()).acquirerAccounts, before)
  const untouched = (await found('MCH-LIVE')).acquirerAccounts
  assert.ok(
    untouched.length === before.length && untouched.every((account) => !account.installmentPlans),
  )
})
