/** Closing batches against everything that comes between: voids, a second process, a kill. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { advance } from '../../../../test/conformance/calls.ts'
import {
  asksBack,
  batchesOf,
  doBooksAgree,
  type Paid,
  paymentOf,
  pays,
  reportOf,
  settleNow,
} from '../../../../test/harness/settlements.ts'
import { createWorld } from '../../../../test/harness/world.ts'
import type { CardAcquirer } from '../networks/card-acquirer/contract.ts'
import { findBatchTotals, takePayments } from '../payments/index.ts'
import { createLog } from '../platform/log/index.ts'
import { later } from '../primitives/clock.ts'
import { createIds } from '../primitives/id.ts'
import { systemRandom } from '../primitives/random.ts'
import { closingWork } from './close.ts'
import { newBatches } from './cut-off.ts'
import { claimBatches, endCollecting, lockCollecting, openBatches } from './settlement.store.ts'

const world = await createWorld()
const other = await createWorld({ shares: world })
const { clock, database, acquirerSimulator } = world
const ids = createIds(clock, systemRandom)

const paysSeveral = async (count: number) => {
  const paid: Paid[] = []
  for (let i = 0; i < count; i++) paid.push(await pays(world))
  return paid
}
const batchOf = async (paid: Paid) => (await paymentOf(world, paid)).batchId
/** How many captures the acquirer's own batches of these names hold. */
const closedAtAcquirer = async (batchId: string) => {
  const [row] = await database<{ count: bigint }[]>`
    select count(*) from sandbox.acquirer_messages where batch_id = ${batchId}`
  return Number(row?.count)
}

test('a void that races with a close has one winner, 20 times, and the books agree', async () => {
  const seen = { voided: 0, batched: 0, closedFirst: 0 }
  for (let i = 0; i < 20; i++) {
    const [raced, bystander] = (await paysSeveral(2)) as [Paid, Paid]
    // The two begin at about the same time: whichever a little later than the other.
    const pause = () => new Promise((resolve) => setTimeout(resolve, (i % 5) * 2))
    const [refund] = await Promise.all([
      (i % 2 === 0 ? Promise.resolve() : pause()).then(() => asksBack(world, raced)),
      (i % 2 === 0 ? pause() : Promise.resolve()).then(() => settleNow(other)),
    ])
    assert.equal(refund.status, 'SUCCESS')
    const row = await paymentOf(world, raced)
    if (refund.type === 'VOID') {
      seen.voided++
      assert.deepEqual([row.state, row.batchId], ['voided', null])
    } else {
      assert.equal(refund.type, 'FULL_REFUND')
      assert.equal(row.state, 'refunded')
      // The void came first here and second at the acquirer, or a batch had it.
      if (row.batchId === null) assert.ok(row.voidClosed)
      seen[row.batchId === null ? 'closedFirst' : 'batched']++
    }
    assert.notEqual(await batchOf(bystander), null)
    assert.ok(await doBooksAgree(world, raced))
    assert.ok(await doBooksAgree(world, bystander))
    await settleNow(world)
  }
  assert.ok(seen.voided > 0 && seen.batched + seen.closedFirst > 0, JSON.stringify(seen))
  for (const batch of await batchesOf(world)) assert.equal(batch.state, 'closed')
})

test('a void that is about to begin when a batch takes the payment becomes a refund', async () => {
  const paid = await pays(world)
  let refunding: ReturnType<typeof asksBack> | undefined
  await database.begin(async (transaction) => {
    await transaction`
      update payments set batch_id = 'bat_of_this_test' where invoice_number = ${paid.invoice}`
    refunding = asksBack(other, paid)
    // It has read the payment as it was, and waits for the row.
    while (!(await isAnybodyWaiting())) await new Promise((resolve) => setTimeout(resolve, 5))
  })
  assert.deepEqual((await refunding)?.type, 'FULL_REFUND')
  const { state, batchId } = await paymentOf(world, paid)
  assert.deepEqual([state, batchId], ['refunded', 'bat_of_this_test'])
  assert.ok(await doBooksAgree(world, paid))
  await settleNow(world)
})

/** Whether a statement waits for a row that another one holds. */
async function isAnybodyWaiting(): Promise<boolean> {
  const [row] = await other.database<{ waiting: boolean }[]>`
    select exists (
      select 1 from pg_stat_activity
      where datname = current_database() and wait_event_type = 'Lock'
    ) as waiting`
  return row?.waiting === true
}

test('a payment whose void is beginning or under way is left for the next batch', async () => {
  const [voided, bystander] = (await paysSeveral(2)) as [Paid, Paid]
  const [batch] = await database.begin(async (transaction) => {
    await transaction`
      update payments set open_operation_id = 'op_of_a_void'
      where invoice_number = ${voided.invoice}`
    return settleNow(other)
  })
  assert.equal(await batchOf(bystander), batch?.batchId)
  assert.equal(await batchOf(voided), null)
  assert.deepEqual(await settleNow(world), [])
  await takeSlot(voided, null)
  const [next] = await settleNow(world)
  assert.equal(await batchOf(voided), next?.batchId)
})

/** As the begin of a void does, or its settle. */
async function takeSlot({ invoice }: Paid, operationId: string | null): Promise<void> {
  await database`
    update payments set open_operation_id = ${operationId} where invoice_number = ${invoice}`
}

test('two processes that close at once close every payment once', async () => {
  for (let i = 0; i < 5; i++) {
    const paid = await paysSeveral(6)
    const answers = await Promise.all([world, other, world, other].map(settleNow))
    const batches = new Map(answers.flat().map((batch) => [batch.batchId, batch]))
    const counted = [...batches.values()].reduce((sum, { payments }) => sum + payments, 0)
    assert.equal(counted, paid.length)
    for (const one of paid) assert.ok(batches.has(String(await batchOf(one))))
  }
})

test('both processes pass a cut-off at once, and it is made once', async () => {
  const paid = await paysSeveral(3)
  const known = (await batchesOf(world)).length
  await Promise.all([advance(world, 24), advance(other, 24)])
  const batches = await batchesOf(world)
  assert.equal(batches.length, known + 1)
  for (const one of paid) assert.equal(await batchOf(one), batches[0]?.batchId)
})

/** A batch as a process left it that was killed after so many steps. */
async function killedAfter(steps: number, paid: readonly Paid[]) {
  const [opened] = await newBatches({ database, clock, ids }, clock.now())
  assert.ok(opened)
  // A lease of somebody who lives keeps the background work of the worlds away meanwhile.
  const alive = later(clock.realNow(), 60_000)
  const { batchId, cutOffAt } = opened
  await database.begin(async (transaction) => {
    await openBatches(transaction as never, [opened])
    await transaction`update batches set leased_until = ${alive} where batch_id = ${batchId}`
  })
  const taking = { ...opened, batch: lockCollecting(database, batchId), limit: 1, after: '' }
  if (steps >= 1) assert.equal((await takePayments(database, taking)).length, 1)
  if (steps >= 2) {
    await takePayments(database, {
      ...taking,
      batch: lockCollecting(database, batchId),
      limit: 100,
    })
    assert.equal((await endCollecting(database, batchId, cutOffAt))?.state, 'closing')
  }
  if (steps >= 3) {
    const { acquirerId, mid, tid } = opened
    const { signal } = new AbortController()
    await acquirerSimulator.acquirer(acquirerId).closeBatch({ mid, tid, batchId }, signal)
  }
  assert.equal((await findBatchTotals(database, batchId)).paymentCount, [0n, 1n, 3n, 3n][steps])
  assert.equal(paid.length, 3)
  // The dead process's lease ends.
  await database`
    update batches set leased_until = ${clock.realNow()} where batch_id = ${batchId}`
  return batchId
}

const steps = ['opened it', 'took a payment', 'ended the collecting', 'told the acquirer']
for (const [step, name] of steps.entries()) {
  test(`whoever comes next closes the batch of a process that died when it had ${name}`, async () => {
    const paid = await paysSeveral(3)
    const batchId = await killedAfter(step, paid)
    const late = await pays(world)
    await advance(other, 0)
    const [batch] = (await batchesOf(world)).filter((one) => one.batchId === batchId)
    assert.deepEqual([batch?.state, batch?.payments, batch?.captured], ['closed', 3, 270_000])
    for (const one of paid) assert.equal(await batchOf(one), batchId)
    assert.equal(await batchOf(late), null)
    assert.ok((await closedAtAcquirer(batchId)) >= 3)
    assert.equal((await reportOf(world, batchId)).rows.length, 3)
    await settleNow(world)
    assert.notEqual(await batchOf(late), null)
  })
}

test('a process that slept through the end of the collecting takes nothing any more', async () => {
  const [freed, ...paid] = await paysSeveral(4)
  assert.ok(freed)
  await takeSlot(freed, 'op_of_a_void_that_is_refused')
  const batchId = await killedAfter(2, paid)
  await takeSlot(freed, null)
  const account = { acquirerId: 'BNI', mid: '000100012345', tid: '10001234' }
  const batch = lockCollecting(database, batchId)
  const taking = { ...account, batchId, batch, after: '', limit: 100 }
  assert.deepEqual(await takePayments(database, taking), [])
  assert.equal(await batchOf(freed), null)
  await settleNow(world)
})

test('an acquirer that does not answer is told again, and the next batch waits for the first', async () => {
  const told: string[] = []
  let isAway = true
  const acquirer = (acquirerId: string): CardAcquirer => ({
    ...acquirerSimulator.acquirer(acquirerId),
    closeBatch: async (command, deadline) => {
      told.push(command.batchId)
      if (isAway) return { kind: 'unknown', reason: 'away' }
      return acquirerSimulator.acquirer(acquirerId).closeBatch(command, deadline)
    },
  })
  // The worlds' own background work must not close it: their acquirer is there.
  const work = closingWork({
    database,
    networks: acquirer,
    clock,
    log: createLog({ level: 'silent' }),
    announce: () => [],
    repeat: (run) => run(),
  })
  await Promise.all([world.app.jobs.stop(), other.app.jobs.stop()])
  try {
    const first = await pays(world)
    const [one] = await newBatches({ database, clock, ids }, clock.now())
    assert.ok(one)
    await openBatches(database, [one])
    await work.runDue(clock.now())
    assert.equal(await batchOf(first), one.batchId)

    const second = await pays(world)
    const [two] = await newBatches({ database, clock, ids }, clock.now())
    assert.ok(two)
    await openBatches(database, [two])
    await work.runDue(clock.now())
    assert.equal(await batchOf(second), null)
    assert.deepEqual(told, [one.batchId])
    const due = await work.nextDueAt()
    assert.ok(due && due > clock.now(), 'told again at once')

    isAway = false
    await work.runDue(later(clock.now(), 10_000))
    await work.runDue(later(clock.now(), 10_000))
    assert.deepEqual(told, [one.batchId, one.batchId, two.batchId])
    assert.equal(await batchOf(second), two.batchId)
    assert.equal(await work.nextDueAt(), undefined)
  } finally {
    world.app.jobs.start()
    other.app.jobs.start()
  }
})

test('a batch that found nothing is none', async () => {
  const paid = await pays(world)
  const [opened] = await newBatches({ database, clock, ids }, clock.now())
  assert.ok(opened)
  await asksBack(world, paid)
  assert.equal((await paymentOf(world, paid)).state, 'voided')
  await openBatches(database, [opened])
  await advance(world, 0)
  const found = (await batchesOf(world)).filter(({ batchId }) => batchId === opened.batchId)
  assert.deepEqual(found, [])
})

test('more payments than one statement takes are all in the batch', async () => {
  const [template] = await paysSeveral(1)
  assert.ok(template)
  await database`
    insert into payments
    select (jsonb_populate_record(p, jsonb_build_object(
      'payment_id', p.payment_id || lpad(n::text, 5, '0'),
      'request_id', p.request_id || n, 'invoice_number', p.invoice_number || '-' || n))).*
    from payments p, generate_series(1, 1200) as n
    where p.invoice_number = ${template.invoice}`
  const [batch] = await settleNow(world)
  assert.equal(batch?.payments, 1201)
  assert.equal(batch.captured, 1201 * 90_000)
  assert.equal((await reportOf(world, batch.batchId)).rows.length, 1201)
})

test('an account that has nothing due claims no batch', async () => {
  const now = clock.now()
  const realNow = clock.realNow()
  const options = { now, realNow, leaseUntil: realNow, limit: 8 }
  assert.equal((await claimBatches(database, options)).length, 0)
  assert.deepEqual(await newBatches({ database, clock, ids }, now), [])
})
