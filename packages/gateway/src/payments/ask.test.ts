/** What becomes of an answer that comes after its operation was settled otherwise. */
import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import {
  announceWithNewIds,
  beginCharge,
  newBegin,
  settleOperation,
} from '../../../../test/harness/charges.ts'
import { createTestDatabase } from '../../../../test/harness/database.ts'
import type { AcquirerOutcome } from '../networks/card-acquirer/contract.ts'
import { createLog } from '../platform/log/index.ts'
import { systemClock } from '../primitives/clock.ts'
import { createIds } from '../primitives/id.ts'
import { systemRandom } from '../primitives/random.ts'
import { type AskDeps, settleBy } from './ask.ts'
import { settlementOf } from './outcome.ts'
import { settleOperations } from './stores/settle.store.ts'
import { createTraceNumbers } from './stores/trace-numbers.ts'

const testDatabase = await createTestDatabase()
after(() => testDatabase.drop())
const database = testDatabase.connect(4)
const clock = systemClock()
const deps: AskDeps = {
  database,
  networks: () => assert.fail('nobody is asked here'),
  bindings: { sealAccount: () => assert.fail('nothing is bound here') },
  traceNumbers: createTraceNumbers(database),
  settle: async (settlement) =>
    (await settleOperations(database, announceWithNewIds, [settlement]))[0],
  clock,
  log: createLog({ level: 'silent' }),
  ids: createIds(clock, systemRandom),
  repeat: (work) => work(),
  askDeadlineMs: 5_000,
}

const approved: AcquirerOutcome = { kind: 'approved', responseCode: '00', approvalCode: '123456' }
const refused: AcquirerOutcome = { kind: 'refused', responseCode: 'TO' }

/** A sale that another process settled by `first`, and whose own answer is `late`. */
async function answeredLate(
  first: Exclude<AcquirerOutcome, { kind: 'unknown' }>,
  late: AcquirerOutcome,
) {
  const begin = newBegin()
  await beginCharge(database, begin)
  const asked = { payment: begin.payment, operation: begin.operation }
  assert.ok(await settleOperation(database, settlementOf(asked, first, clock.now())))
  // Also when the answer is looked at twice.
  const ends = [await settleBy(deps, asked, late), await settleBy(deps, asked, late)]
  const reversals = await database<{ original: string; state: string; amount: bigint }[]>`
    select original_operation_id as original, state, amount_minor as amount
    from operations
    where kind = 'reversal' and payment_id = ${begin.payment.paymentId}`
  return { begin, states: ends.map(({ payment }) => payment.state), reversals: [...reversals] }
}

test('a late approval of what was refused is reversed, once, and the payment stays refused', async () => {
  const { begin, states, reversals } = await answeredLate(refused, approved)
  assert.deepEqual(states, ['refused', 'refused'])
  const original = begin.operation.operationId
  assert.deepEqual(reversals, [{ original, state: 'asked', amount: 9_000_000n }])
})

test('an approval that comes after its reversal was acknowledged is reversed once more', async () => {
  const { begin, reversals } = await answeredLate(refused, approved)
  assert.equal(reversals.length, 1)
  await database`
    update operations set state = 'approved'
    where kind = 'reversal' and payment_id = ${begin.payment.paymentId}`
  await settleBy(deps, { payment: begin.payment, operation: begin.operation }, approved)
  const rows = await database<{ state: string }[]>`
    select state from operations
    where kind = 'reversal' and payment_id = ${begin.payment.paymentId}
    order by state`
  assert.deepEqual(
    rows.map(({ state }) => state),
    ['approved', 'asked'],
  )
})

for (const [what, first, late] of [
  ['approval of what was approved', approved, approved],
  ['refusal of what was approved', approved, refused],
  ['refusal of what was refused', refused, refused],
  ['loss of what was approved', approved, { kind: 'unknown', reason: 'late' }],
] as const) {
  test(`a late ${what} changes nothing`, async () => {
    const { states, reversals } = await answeredLate(first, late)
    const state = first.kind === 'approved' ? 'captured' : 'refused'
    assert.deepEqual(states, [state, state])
    assert.deepEqual(reversals, [])
  })
}
