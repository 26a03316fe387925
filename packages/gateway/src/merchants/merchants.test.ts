import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createWorld, secretKey } from '../../../../test/harness/world.ts'
import { merchantFeatures, merchantUrls } from './index.ts'

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
