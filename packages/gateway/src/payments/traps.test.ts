/** The traps of single statements, each tried on the real database under concurrency. */
import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { test } from 'node:test'
import {
  authenticated,
  cards,
  chargeBody,
  checkBody,
  control,
  createWorld,
  newInvoice,
  paths,
  pay,
  post,
} from '../../../../test/harness/world.ts'

const world = await createWorld()
const { database } = world

const countOf = async (table: string, invoice: string) => {
  const [row] = await database<{ count: bigint }[]>`
    select count(*) from ${database(table)} where invoice_number = ${invoice}`
  return Number(row?.count)
}

test('claim: in a race of 20 one begins, and each of the others finds the holder', async () => {
  const invoice = newInvoice()
  const authenticationId = await authenticated(world, { invoice })
  const body = chargeBody({ authenticationId, invoice })
  const requestId = randomUUID()
  const answers = await Promise.all(
    Array.from({ length: 20 }, () => post(world, paths.charge, body, { requestId })),
  )
  assert.equal(answers.filter(({ status }) => status === 200).length, 1)
  assert.ok(answers.every(({ status }) => [200, 400, 409].includes(status)))
  assert.equal(await countOf('payments', invoice), 1)
  assert.equal(await countOf('requests', invoice), 2)
})

test('a claim without a payment: the loser of an authentication leaves neither', async () => {
  const authenticationId = await authenticated(world)
  const invoices = [newInvoice(), newInvoice(), newInvoice()]
  const answers = await Promise.all(
    invoices.map((invoice) => post(world, paths.charge, chargeBody({ authenticationId, invoice }))),
  )
  const paid = answers.filter(({ status }) => status === 200)
  const refused = answers.filter(({ status }) => status === 400)
  assert.deepEqual([paid.length, refused.length], [1, 2])
  assert.ok(refused.every(({ body }) => body.error.message === 'Invalid Authentication Id'))
  const counts = await Promise.all(
    invoices.map(async (invoice) => [
      await countOf('requests', invoice),
      await countOf('payments', invoice),
    ]),
  )
  assert.deepEqual(counts.sort(), [
    [0, 0],
    [0, 0],
    [1, 1],
  ])
})

test('an open charge of an invoice refuses the next, whose Request-Id stays free', async () => {
  const invoice = newInvoice()
  const first = await authenticated(world, { amount: 19_068, invoice })
  const second = await authenticated(world, { amount: 90_000, invoice })
  const lost = await post(
    world,
    paths.charge,
    chargeBody({ authenticationId: first, amount: 19_068, invoice }),
  )
  assert.equal(lost.body.payment.status, 'PENDING')
  const requestId = randomUUID()
  const refused = await post(
    world,
    paths.charge,
    chargeBody({ authenticationId: second, invoice }),
    { requestId },
  )
  assert.equal(refused.body.error.code, 'DOUBLE_REQUEST_DETECTED')
  const corrected = chargeBody({ authenticationId: second, invoice: newInvoice() })
  assert.equal((await post(world, paths.charge, corrected, { requestId })).status, 200)
})

test('limits: a row never holds more captured than its amount', async () => {
  const invoice = newInvoice()
  await pay(world, { invoice })
  await assert.rejects(
    database`update payments set captured_minor = amount_minor + 1 where invoice_number = ${invoice}`,
    { constraint_name: 'payments_captured_at_most_authorized' },
  )
})

test('a pool of one connection serves 20 payments at once', async () => {
  const narrow = await createWorld({ connections: 1 })
  const answers = await Promise.all(Array.from({ length: 20 }, () => pay(narrow)))
  assert.ok(answers.every(({ body }) => body.payment.status === 'SUCCESS'))
})

test('a reset under running charges ends them without a trace and without a crash', async () => {
  const charges = Array.from({ length: 20 }, async () => {
    const invoice = newInvoice()
    const checked = await post(world, paths.check, checkBody({ invoice }))
    const authenticationId = checked.body.three_dsecure?.authentication_id
    if (!authenticationId) return checked.status
    return (await post(world, paths.charge, chargeBody({ authenticationId, invoice }))).status
  })
  assert.equal((await control(world, 'POST', '/sandbox/reset')).status, 200)
  for (const status of await Promise.all(charges)) assert.ok([200, 400, 503].includes(status))
  assert.equal((await pay(world, { number: cards.frictionless })).body.payment.status, 'SUCCESS')
})
