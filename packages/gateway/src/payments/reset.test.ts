/** The trap of different lock orders: a reset truncates every table while charges run. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { countDeadlocks } from '../../../../test/harness/deadlocks.ts'
import {
  chargeBody,
  checkBody,
  control,
  createWorld,
  get,
  newInvoice,
  paths,
  post,
} from '../../../../test/harness/world.ts'

const connections = 8
const world = await createWorld({ connections })

/** What a charge may be told whose payment is being reset away. */
const expected = {
  check: ['200', '503 SERVICE_UNAVAILABLE'],
  // Its authentication may be gone already.
  charge: ['200', '400 INVALID_PARAMETER', '503 SERVICE_UNAVAILABLE'],
  status: ['200', '400 TRANSACTION_NOT_FOUND'],
}

test('a reset never deadlocks with checks, charges, settles, readings and deliveries', async () => {
  // Port 9 (discard) refuses at once: every settled charge is delivered, and fails, meanwhile.
  await control(world, 'PATCH', '/sandbox/merchant', { notificationUrl: 'http://127.0.0.1:9/n' })
  const seen = new Set<string>()
  let isOver = false
  const note = (call: string, answer: { status: number; body: { error?: { code: string } } }) =>
    seen.add(`${call} ${answer.status} ${answer.body.error?.code ?? ''}`.trim())
  const workers = Array.from({ length: 8 }, async () => {
    while (!isOver) {
      const invoice = newInvoice()
      const checked = await post(world, paths.check, checkBody({ invoice }))
      note('check', checked)
      const authenticationId = checked.body.three_dsecure?.authentication_id
      if (!authenticationId) continue
      note('charge', await post(world, paths.charge, chargeBody({ invoice, authenticationId })))
      note('status', await get(world, paths.status(invoice)))
    }
  })
  for (let i = 0; i < 50; i++) {
    assert.equal((await control(world, 'POST', '/sandbox/reset')).status, 200)
    await new Promise((resolve) => setTimeout(resolve, 10))
  }
  isOver = true
  await Promise.all(workers)

  const allowed = Object.entries(expected).flatMap(([call, answers]) =>
    answers.map((answer) => `${call} ${answer}`),
  )
  assert.deepEqual(
    [...seen].filter((answer) => !allowed.includes(answer)),
    [],
  )
  assert.ok(seen.has('charge 200'), 'no charge came between two resets')
  assert.equal(await countDeadlocks(world.database, connections), 0)
})
