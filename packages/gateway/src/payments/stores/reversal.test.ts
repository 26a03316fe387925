/**
 * A reversal and a late approval of the same message: whichever is written down first, the acquirer
 * and the gateway end by saying the same. Messages that were under way when a process was paused
 * arrive at any time.
 */
import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import {
  announceWithNewIds,
  beginCharge,
  merchantId,
  newBegin,
} from '../../../../../test/harness/charges.ts'
import { createTestDatabase } from '../../../../../test/harness/database.ts'
import type { InquiryOutcome, ReversalOutcome } from '../../networks/card-acquirer/contract.ts'
import { createLog } from '../../platform/log/index.ts'
import { systemClock } from '../../primitives/clock.ts'
import { createIds } from '../../primitives/id.ts'
import { systemRandom } from '../../primitives/random.ts'
import { reverseLater, settleBy } from '../ask.ts'
import { type ResolveDeps, resolverWork } from '../resolve.ts'
import { findByOperation } from './payments.store.ts'
import { settleOperations } from './settle.store.ts'
import { createTraceNumbers } from './trace-numbers.ts'

const testDatabase = await createTestDatabase()
after(() => testDatabase.drop())
const database = testDatabase.connect(4)

const clock = systemClock()
const approval = { kind: 'approved', responseCode: '00', approvalCode: '777777' } as const
const lost = { kind: 'unknown', reason: 'the line is cut' } as const

/** An acquirer that answers as it is told, and a resolver that has it. */
function line() {
  const answers = {
    inquiry: approval as InquiryOutcome,
    reversal: lost as ReversalOutcome,
    isReversed: false,
  }
  const acquirer = {
    capabilities: { inquiry: true },
    inquire: async () => answers.inquiry,
    reverse: async () => {
      if (answers.reversal.kind === 'acknowledged') answers.isReversed = true
      return answers.reversal
    },
  }
  const deps: ResolveDeps = {
    database,
    networks: () => acquirer as unknown as ReturnType<ResolveDeps['networks']>,
    bindings: { sealAccount: () => assert.fail('nothing is bound here') },
    traceNumbers: createTraceNumbers(database),
    settle: async (settlement) =>
      (await settleOperations(database, announceWithNewIds, [settlement]))[0],
    clock,
    log: createLog({ level: 'silent', destination: { write: () => {} } }),
    ids: createIds(clock, systemRandom),
    repeat: (work) => work(),
    askDeadlineMs: 1_000,
    merchants: {
      find: async () => ({ clientId: 'a-client' }) as Awaited<ReturnType<FindMerchant>>,
    },
    onSettled: () => {},
  }
  const look = async () => {
    await database`update operations set look_at = created_at, leased_until = null`
    await resolverWork(deps).runDue(clock.now())
  }
  return { answers, deps, look }
}
type FindMerchant = ResolveDeps['merchants']['find']

/** A sale whose asker is paused: its deadline is over, and nothing is known. */
async function paused() {
  const begin = newBegin()
  const operation = { ...begin.operation, askUntil: clock.now() }
  await beginCharge(database, { ...begin, operation })
  const { operationId } = operation
  const found = async () => {
    const one = await findByOperation(database, merchantId, operationId)
    assert.ok(one)
    return one
  }
  return { asked: await found(), found }
}

test('what arrives while its reversal is under way is reversed, not captured', async () => {
  const { found } = await paused()
  const { answers, look } = line()
  answers.inquiry = { kind: 'not_found' }
  await look()
  answers.inquiry = approval
  await look()
  assert.equal((await found()).payment.state, 'pending')
  answers.reversal = { kind: 'acknowledged' }
  await look()
  assert.equal(answers.isReversed, true)
  assert.equal((await found()).payment.state, 'refused')
})

test('an asker that wakes with an approval while its reversal is under way settles nothing', async () => {
  const { asked, found } = await paused()
  const { answers, deps, look } = line()
  answers.inquiry = { kind: 'not_found' }
  await look()
  assert.equal((await settleBy(deps, asked, approval)).payment.state, 'pending')
  answers.reversal = { kind: 'acknowledged' }
  await look()
  assert.equal((await found()).payment.state, 'refused')
})

test('what was approved meanwhile is not reversed', async () => {
  const { asked, found } = await paused()
  const { answers, deps, look } = line()
  await settleBy(deps, asked, approval)
  await reverseLater(deps, asked)
  answers.reversal = { kind: 'acknowledged' }
  await look()
  assert.equal(answers.isReversed, false)
  assert.equal((await found()).payment.state, 'captured')
})

test('a reversal and an approval at once: one of them stands', async () => {
  for (let round = 0; round < 10; round++) {
    const { asked, found } = await paused()
    const { answers, deps, look } = line()
    await Promise.all([reverseLater(deps, asked), settleBy(deps, asked, approval)])
    answers.reversal = { kind: 'acknowledged' }
    await look()
    const expected = answers.isReversed ? 'refused' : 'captured'
    assert.equal((await found()).payment.state, expected)
  }
})

test('what the screening rejected is nothing to ask about: a crash before its end changes nothing', async () => {
  const begin = newBegin()
  const verification = { status: 'REJECT', reason: 'Decision Card Blocked' } as const
  await beginCharge(database, {
    ...begin,
    payment: { ...begin.payment, verification },
    operation: { ...begin.operation, askUntil: clock.now() },
  })
  const { answers, look } = line()
  answers.inquiry = { kind: 'not_found' }
  answers.reversal = { kind: 'acknowledged' }
  await look()
  assert.equal(answers.isReversed, false)
  const found = await findByOperation(database, merchantId, begin.operation.operationId)
  assert.deepEqual([found?.payment.state, found?.payment.responseCode], ['refused', 'RJ'])
})

test('an approval that comes after the refusal is reversed', async () => {
  const { asked, found } = await paused()
  const { answers, deps, look } = line()
  await settleBy(deps, asked, { kind: 'refused', responseCode: '51' })
  await settleBy(deps, asked, approval)
  answers.reversal = { kind: 'acknowledged' }
  await look()
  assert.equal(answers.isReversed, true)
  assert.equal((await found()).payment.responseCode, '51')
})
