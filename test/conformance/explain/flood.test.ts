/** What a refusal may cost: those who pay are served meanwhile, whatever is sent and whatever is locked. */
import assert from 'node:assert/strict'
import { randomBytes, randomUUID } from 'node:crypto'
import { test } from 'node:test'
import { Secret } from '../../../packages/gateway/src/primitives/secret.ts'
import { checkBody, control, createWorld, paths, post, secretKey } from '../../harness/world.ts'
import { clientId, send } from './card-client.ts'
import { explanationOf } from './explained.ts'

const world = await createWorld()
const wrong = { key: 'SK-WrongWrongWrong' }

const timeOf = async <T>(work: Promise<T>): Promise<[T, number]> => {
  const begin = performance.now()
  return [await work, performance.now() - begin]
}

for (const [depth, length] of [
  [2_500, 28_000],
  [4_000, 28_500],
  [31, 30_000],
] as const) {
  test(`a body ${depth} deep with ${length} items is refused as fast as any`, async () => {
    const body = `${'['.repeat(depth)}${'0,'.repeat(length)}0${']'.repeat(depth)}`
    const before = process.memoryUsage().rss
    const [answer, ms] = await timeOf(send(world, { ...wrong, body }))
    assert.equal((await explanationOf(world, answer)).cause, 'wrong-secret')
    assert.ok(ms < 700, `${ms} ms`)
    assert.ok(process.memoryUsage().rss - before < 150_000_000)
  })
}

test('while the explanations are locked all refusals go out, and payments are served', async () => {
  let unlock = () => {}
  const isUnlocked = new Promise<void>((resolve) => {
    unlock = resolve
  })
  const locked = new Promise<void>((resolve) => {
    void world.database.begin(async (transaction) => {
      await transaction`lock table sandbox.explanations in exclusive mode`
      resolve()
      await isUnlocked
    })
  })
  await locked
  const refusals = Array.from({ length: 40 }, () => send(world, wrong))
  const [good, goodMs] = await timeOf(post(world, paths.check, checkBody()))
  const [answers, ms] = await timeOf(Promise.all(refusals))
  unlock()
  assert.equal(good.status, 200)
  assert.ok(goodMs < 1_900 && ms < 1_900, `${goodMs} ms, ${ms} ms`)
  for (const answer of answers) assert.equal(answer.body.error.code, 'invalid_signature')
  const after = await send(world, wrong)
  assert.equal((await explanationOf(world, after)).cause, 'wrong-secret')
})

test('of a few refusals at once each is explained', async () => {
  const answers = await Promise.all(Array.from({ length: 5 }, () => send(world, wrong)))
  for (const answer of answers) await explanationOf(world, answer)
})

test('the merchant of every installation is known, however many came after it', async () => {
  const { merchants } = world.app
  const usual = await merchants.findByClientId(clientId)
  assert.ok(usual)
  for (let i = 0; i < 101; i++) {
    const id = usual.merchantId.replace(/.{8}$/, randomBytes(4).toString('hex'))
    await merchants.add({
      ...usual,
      merchantId: id as typeof usual.merchantId,
      clientId: `MCH-0009-${10_000_000_000_000 + i}`,
      secretKey: new Secret(`SK-${randomUUID()}`),
    })
  }
  const newest = await send(world, { clientId: 'MCH-0009-10000000000100', key: secretKey })
  const { cause, hint } = await explanationOf(world, newest)
  assert.equal(cause, 'secret-of-another-merchant')
  assert.ok(hint.includes(clientId))
  const lower = await send(world, { clientId: clientId.toLowerCase() })
  assert.equal((await explanationOf(world, lower)).cause, 'client-id-misspelt')
  assert.equal((await control(world, 'GET', '/sandbox/explain')).status, 200)
})
