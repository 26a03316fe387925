/** Bindings whose messages or answers get lost, and processes that die between the phases. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import {
  begun,
  bind,
  bound,
  createBindingsWorld,
  newClaim,
  newCustomer,
  rightOtp,
  wrongOtp,
} from '../../../../test/harness/bindings.ts'
import type { Bindings } from './index.ts'

const world = await createBindingsWorld()
const { bindings, simulator } = world

const otp = (authCode: string, value = rightOtp, by: Bindings = bindings) =>
  by.verifyOtp({ ...newClaim(), name: { by: 'authCode', value: authCode }, otp: value })

/** The resolver's look, some time after the deadline. */
const resolve = () => world.runDue(3_000)

const countOf = async (custIdMerchant: string, kind: string) =>
  (await simulator.messages('MCH-9', { custIdMerchant })).filter((one) => one.kind === kind).length

test('a binding whose answer is lost waits, and goes on once the switch was asked', async () => {
  await world.steer({ lose: 'answer' })
  const { isAsked, pageId, authCode } = await begun(bindings)
  assert.equal(isAsked, false)
  assert.equal((await bindings.openPage(pageId)).kind, 'waiting')
  await assert.rejects(otp(authCode), { problem: 'otp_not_sent' })
  await resolve()
  assert.equal((await bindings.openPage(pageId)).kind, 'open')
  assert.equal((await otp(authCode)).kind, 'bound')
})

test('a binding that never reached the switch fails', async () => {
  await world.steer({ lose: 'request' })
  const { pageId } = await begun(bindings)
  await resolve()
  const page = await bindings.openPage(pageId)
  assert.equal(page.kind === 'finished' && page.binding.responseCode, 'TO')
})

test('a one-time password whose answer is lost binds once the switch was asked', async () => {
  const { authCode, binding, pageId } = await begun(bindings)
  await world.steer({ lose: 'answer' })
  assert.equal((await otp(authCode)).kind, 'in_progress')
  assert.equal((await bindings.openPage(pageId)).kind, 'waiting')
  assert.equal((await otp(authCode)).kind, 'in_progress', 'nothing else is asked meanwhile')
  assert.equal((await bindings.cancel(pageId)).kind, 'waiting')
  await resolve()
  const page = await bindings.openPage(pageId)
  assert.equal(page.kind === 'finished' && page.isBound, true)
  assert.equal((await bindings.listTokens(binding.merchantId, binding.custIdMerchant)).length, 1)
  assert.equal(await countOf(binding.custIdMerchant, 'otp'), 1)
})

test('a one-time password that never arrived is reversed, and may be entered again', async () => {
  const { authCode, pageId, binding } = await begun(bindings)
  await world.steer({ lose: 'request' })
  assert.equal((await otp(authCode)).kind, 'in_progress')
  await resolve()
  const page = await bindings.openPage(pageId)
  assert.equal(page.kind === 'open' && page.triesLeft, 2)
  assert.equal(await countOf(binding.custIdMerchant, 'reversal'), 1)
  assert.equal((await otp(authCode)).kind, 'bound')
})

test('three one-time passwords that never arrived fail the binding', async () => {
  const { authCode, pageId } = await begun(bindings)
  for (let i = 0; i < 3; i++) {
    await world.steer({ lose: 'request' })
    await otp(authCode)
    await resolve()
  }
  const page = await bindings.openPage(pageId)
  assert.equal(page.kind === 'finished' && page.binding.responseCode, '75')
})

test('of many tries at once no more than three are asked, and one at a time', async () => {
  const { authCode, binding } = await begun(bindings)
  const results = await Promise.allSettled(
    Array.from({ length: 12 }, () => otp(authCode, wrongOtp)),
  )
  assert.ok(results.some(({ status }) => status === 'fulfilled'))
  for (let i = 0; i < 4; i++) await otp(authCode, wrongOtp).catch(() => {})
  assert.equal(await countOf(binding.custIdMerchant, 'otp'), 3)
  await assert.rejects(otp(authCode), { problem: 'otp_tries_used' })
})

test('what the switch bound for a binding that failed meanwhile is taken back there', async () => {
  const { authCode, binding } = await begun(bindings)
  const { merchantId, custIdMerchant, bindingId } = binding
  const beside = world.withSwitch({
    verifyOtp: async (command, deadline) => {
      const outcome = await simulator.kkiSwitch.verifyOtp(command, deadline)
      await world.database`
        update bindings set state = 'failed'
        where merchant_id = ${merchantId} and binding_id = ${bindingId}`
      return outcome
    },
  })
  assert.equal((await otp(authCode, rightOtp, beside)).kind, 'in_progress')
  await resolve()
  assert.deepEqual(await bindings.listTokens(merchantId, custIdMerchant), [])
  // The switch has forgotten it too: it would refuse a card that is bound there.
  await bound(bindings, { custIdMerchant })
})

test('a process that died before it asked leaves a binding that fails', async () => {
  const dying = world.withSwitch({ bind: () => new Promise(() => {}) })
  const custIdMerchant = newCustomer()
  void bind(dying, { custIdMerchant })
  await new Promise((done) => setTimeout(done, 60))
  await resolve()
  const rows = await world.database<{ state: string }[]>`
    select state from bindings where cust_id_merchant = ${custIdMerchant}`
  assert.deepEqual([...rows], [{ state: 'failed' }])
})

test('an unbinding is sent again, as the same message, until the switch decides', async () => {
  const { custIdMerchant, bankCardToken } = await bound(bindings)
  await bindings.unbind({ ...newClaim(), bankCardToken })
  for (const instruction of [{ lose: 'request' }, { lose: 'answer' }] as const) {
    await world.steer(instruction)
    // The deadline of an unbinding is some seconds, which nobody waits for here.
    const impatient = world.withSwitch({
      unbind: (command) => simulator.kkiSwitch.unbind(command, AbortSignal.timeout(50)),
    })
    world.clock.moveBy(60_000)
    for (const work of impatient.works) await work.runDue(world.clock.now())
  }
  await world.runDue(3_600_000)
  await world.runDue(1_000)
  const [row] = await world.database<{ state: string }[]>`
    select state from bindings where cust_id_merchant = ${custIdMerchant}`
  assert.equal(row?.state, 'unbound')
  assert.equal(await countOf(custIdMerchant, 'unbind'), 1)
})

test('an unbinding that the switch refuses is asked anew, until it does it', async () => {
  const { custIdMerchant, bankCardToken } = await bound(bindings)
  await bindings.unbind({ ...newClaim(), bankCardToken })
  await world.steer({ responseCode: '96' })
  await world.runDue()
  await world.runDue(60_000)
  await world.runDue(1_000)
  const messages = await simulator.messages('MCH-9', { custIdMerchant })
  const codes = messages.filter(({ kind }) => kind === 'unbind').map((one) => one.responseCode)
  assert.deepEqual(codes, ['96', '00'])
  const [row] = await world.database<{ state: string }[]>`
    select state from bindings where cust_id_merchant = ${custIdMerchant}`
  assert.equal(row?.state, 'unbound')
})

test('an account that the switch does not have any more has ended', async () => {
  const { custIdMerchant, bankCardToken } = await bound(bindings)
  await bindings.unbind({ ...newClaim(), bankCardToken })
  await world.steer({ responseCode: '56' })
  await world.runDue()
  const [row] = await world.database<{ state: string }[]>`
    select state from bindings where cust_id_merchant = ${custIdMerchant}`
  assert.equal(row?.state, 'unbound')
})

test('two workers at once end a token once, and tell it once', async () => {
  const { custIdMerchant, bankCardToken } = await bound(bindings)
  await bindings.unbind({ ...newClaim(), bankCardToken })
  await world.runDue()
  world.clock.moveBy(1_000)
  const before = (await world.readEvents()).length
  const workers = Array.from({ length: 5 }, () => world.withSwitch({}))
  await Promise.all(
    workers.flatMap(({ works }) => works.map((work) => work.runDue(world.clock.now()))),
  )
  assert.equal((await world.readEvents()).length, before + 1)
  assert.equal(await countOf(custIdMerchant, 'unbind'), 1)
})

test('tokens that are bound while the card is unbound are either ended or left whole', async () => {
  const cpan = '9360000812345678901'
  for (let i = 0; i < 5; i++) {
    const { bankCardToken } = await bound(bindings, { cpan })
    const waiting = await Promise.all(Array.from({ length: 4 }, () => begun(bindings, { cpan })))
    await Promise.all([
      bindings.unbind({ ...newClaim(), bankCardToken }),
      ...waiting.map(({ authCode }) => otp(authCode)),
    ])
    await world.runDue()
    await world.runDue(1_000)
    const left = await world.database<{ unfinished: bigint; counted: bigint }[]>`
      select (select count(*) from bindings where state = 'unbinding') as unfinished,
        (select coalesce(sum(tokens_unbinding), 0)::bigint from kki_cards) as counted`
    assert.deepEqual([...left], [{ unfinished: 0n, counted: 0n }])
  }
})
