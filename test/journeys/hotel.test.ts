import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createListeningWorld } from '../harness/listening.ts'
import { runExample } from '../harness/run-example.ts'
import { control } from '../harness/world.ts'

const world = await createListeningWorld({ config: { askDeadlineMs: 5_000 } })

test('a hotel captures less than it held, gives money back and lets a hold expire', async () => {
  const { code, output } = await runExample('hotel', world.url)
  assert.equal(code, 0, output)
  for (const text of [
    '"type": "CAPTURE"',
    '"amount": 1250000',
    '"type": "VOID"',
    '"type": "PARTIAL_REFUND"',
    'Authorization has been voided',
    'Authorization has expired',
  ]) {
    assert.ok(output.includes(text), `the story tells ${text}`)
  }
  assert.ok(!output.includes('4111111111111111'), 'the story shows no card number')
  const { messages } = (await messagesOfLastRoom(output)).body
  assert.deepEqual(
    messages.map(({ kind }: { kind: string }) => kind),
    ['authorize', 'reversal'],
  )
})

/** What the acquirer received of the last room that the story tells of: the guest who never came. */
function messagesOfLastRoom(output: string) {
  const room = output.match(/ROOM-\d+/g)?.at(-1) ?? ''
  return control(world, 'GET', `/sandbox/acquirer/messages?invoiceNumber=${room}`)
}

test('it ends non-zero where a step is wrong, and says which', async () => {
  await control(world, 'PATCH', '/sandbox/merchant', { authorize: false })
  const { code, output } = await runExample('hotel', world.url)
  assert.equal(code, 1)
  assert.match(output, /AUTHORIZE is not activated for this merchant/)
})
