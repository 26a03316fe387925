import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createListeningWorld } from '../harness/listening.ts'
import { runExample } from '../harness/run-example.ts'
import { control } from '../harness/world.ts'

const world = await createListeningWorld({ config: { askDeadlineMs: 5_000 } })

test('a subscription is paid for months with one saved card, a declined month included', async () => {
  const { code, output } = await runExample('subscription', world.url)
  assert.equal(code, 0, output)
  for (const text of [
    '"number_of_payments": 3',
    '"response_code": "51"',
    '"code": "PAYMENT_FAILED"',
    'This payment of the billing agreement was made before',
    '"status": "INACTIVE"',
    'Card token is not found',
  ]) {
    assert.ok(output.includes(text), `the story tells ${text}`)
  }
  assert.ok(!output.includes('4137190000009008'), 'the story shows no card number')
  assert.equal((await control(world, 'GET', '/sandbox/merchant')).body.notificationUrl, null)
  const { offsetMs } = (await control(world, 'GET', '/sandbox/clock')).body
  assert.equal(offsetMs, 65 * 86_400_000)
})

test('the story can be told again, months later', async () => {
  assert.equal((await runExample('subscription', world.url)).code, 0)
})

test('it ends non-zero where a step is wrong, and says which', async () => {
  await control(world, 'PATCH', '/sandbox/merchant', { recurring: false })
  const { code, output } = await runExample('subscription', world.url)
  assert.equal(code, 1)
  assert.match(output, /RECURRING is not activated for this merchant/)
})
