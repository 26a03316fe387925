/** Statements about a binding that meet, are repeated, or come late; and a pool of one connection. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import {
  begun,
  bound,
  createBindingsWorld,
  newClaim,
  newCustomer,
  rightOtp,
} from '../../../../test/harness/bindings.ts'
import { createTraceNumbers } from '../payments/index.ts'
import type { Database } from '../platform/database/index.ts'
import { later } from '../primitives/clock.ts'
import { type BindingDeps, type Bindings, createBindings } from './index.ts'

const world = await createBindingsWorld()
const { database, simulator } = world
// No answer is lost here, and a busy machine may take its time.
const deps: BindingDeps = { ...world.deps, askDeadlineMs: 10_000 }
const bindings = createBindings(deps)

const otp = (authCode: string, by: Bindings = bindings) =>
  by.verifyOtp({ ...newClaim(), name: { by: 'authCode', value: authCode }, otp: rightOtp })

const stateOf = async (custIdMerchant: string) => {
  const rows = await database<{ state: string; tries: number }[]>`
    select state, otp_tries as tries from bindings where cust_id_merchant = ${custIdMerchant}`
  return rows.map(({ state, tries }) => ({ state, tries }))
}

/** Waits until so many statements wait for a lock. */
async function waiting(count: number): Promise<void> {
  for (const end = Date.now() + 5_000; Date.now() < end; ) {
    const rows = await database`
      select from pg_stat_activity
      where datname = current_database() and wait_event_type = 'Lock'`
    if (rows.count >= count) return
    await new Promise((resolve) => setTimeout(resolve, 5))
  }
  throw new Error(`no ${count} statements wait`)
}

test('a one-time password that comes while another is settled does not deadlock with it', async () => {
  const { cardFingerprint } = await bound(bindings)
  const { authCode } = await begun(bindings)
  let both: Promise<PromiseSettledResult<unknown>[]> | undefined
  await database.begin(async (transaction) => {
    // Holds the first one up between its message and its binding.
    await transaction`
      select from kki_cards where card_fingerprint = ${cardFingerprint} for update`
    const first = otp(authCode)
    await waiting(1)
    both = Promise.allSettled([first, otp(authCode)])
    await waiting(2)
  })
  const [first, second] = (await both) ?? []
  assert.equal(first?.status === 'fulfilled' && Object(first.value).kind, 'bound')
  assert.equal(second?.status === 'rejected' && second.reason.problem, 'otp_not_open')
})

test('a switch that is late with its decision is asked now and then, not all the time', async () => {
  // The card's only token: all of a card are ended together.
  const { bankCardToken } = await bound(bindings, { cpan: '9360000812345678901' })
  await bindings.unbind({ ...newClaim(), bankCardToken })
  let asked = 0
  const late = world.withSwitch({
    unbind: async () => {
      asked += 1
      return { kind: 'pending', decidedBy: later(world.clock.now(), -1) }
    },
  })
  const look = async () => {
    for (const work of late.works) await work.runDue(world.clock.now())
  }
  for (let i = 0; i < 3; i++) await look()
  assert.equal(asked, 1)
  world.clock.moveBy(10_000)
  for (let i = 0; i < 3; i++) await look()
  assert.equal(asked, 2)
  await world.runDue(3_600_000)
  await world.runDue(1_000)
})

/** Each statement is done, and its answer lost, once. */
const losingAnswers = (): Pick<BindingDeps, 'repeat'> => ({
  repeat: async (work) => {
    await work()
    return work()
  },
})

test('a binding, a one-time password and an unbinding are done once, though repeated', async () => {
  const losing = createBindings({ ...deps, ...losingAnswers() })
  const custIdMerchant = newCustomer()
  const { bankCardToken } = await bound(losing, { custIdMerchant })
  assert.deepEqual(await stateOf(custIdMerchant), [{ state: 'bound', tries: 1 }])
  const result = await losing.unbind({ ...newClaim(), bankCardToken })
  assert.equal(result.kind, 'unbinding')
  await world.runDue()
  await world.runDue(1_000)
  const [binding] = await stateOf(custIdMerchant)
  assert.equal(binding?.state, 'unbound')
})

test('a one-time password that overslept its deadline is not sent', async () => {
  const { authCode, pageId } = await begun(bindings)
  let sent = 0
  let asleepMs = 0
  const sleeping = createBindings({
    ...world.deps,
    clock: { ...deps.clock, realNow: () => later(deps.clock.realNow(), asleepMs) },
    // The statement that begins the try is done when the process falls asleep.
    repeat: async (work) => {
      const result = await work()
      asleepMs = 60_000
      return result
    },
    kkiSwitch: {
      ...simulator.kkiSwitch,
      verifyOtp: (command, deadline) => {
        sent += 1
        return simulator.kkiSwitch.verifyOtp(command, deadline)
      },
    },
  })
  assert.equal((await otp(authCode, sleeping)).kind, 'in_progress')
  assert.equal(sent, 0)
  await world.runDue(13_000)
  assert.equal((await bindings.openPage(pageId)).kind, 'open')
})

test('a card of many tokens is unbound by a process with one connection', async () => {
  const cpan = '9360000812345678901'
  const tokens = []
  for (let i = 0; i < 3; i++) tokens.push(await bound(bindings, { cpan }))
  const [one] = tokens
  const alone: Database = world.connect(1)
  // Its first numbers of messages have to be reserved in the database.
  const traceNumbers = createTraceNumbers(alone)
  const small = createBindings({ ...deps, database: alone, traceNumbers })
  const unbound = small.unbind({ ...newClaim(), bankCardToken: one?.bankCardToken ?? '' })
  const late = new Promise<undefined>((resolve) => setTimeout(resolve, 5_000, undefined).unref())
  assert.equal((await Promise.race([unbound, late]))?.kind, 'unbinding')
  for (const { merchantId, bankCardToken } of tokens) {
    assert.equal(await bindings.findActive(merchantId, bankCardToken), undefined)
  }
  await world.runDue()
  await world.runDue(1_000)
  const [left] = await database<{ left: bigint }[]>`
    select sum(tokens_unbinding)::bigint as left from kki_cards`
  assert.equal(left?.left, 0n)
})
