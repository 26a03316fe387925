/**
 * Money is never lost and never doubled, over KKI too: random payments of all variants, confirmed or
 * not, refunds, duplicates of every number at once, lost and late messages and answers, over two
 * processes on one database of which one is killed again and again. In the end the gateway's book and
 * the switch's say the same to the last sen, and what a merchant was told is in them.
 */
import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { test } from 'node:test'
import fc from 'fast-check'
import { createKkiSimulator } from '../../packages/gateway/src/networks/kki-switch/simulator/index.ts'
import {
  createStillClock,
  testKeyRing,
} from '../../packages/gateway/src/networks/kki-switch/simulator/world.ts'
import { systemRandom } from '../../packages/gateway/src/primitives/random.ts'
import {
  bindBody,
  cpans,
  newReference,
  payBody,
  payByTokenBody,
  refundBody,
  rightOtp,
} from '../conformance/kki/calls.ts'
import { assertKkiBooksAgree } from '../harness/compare-kki-books.ts'
import { controlProcess } from '../harness/process.ts'
import { startProcessPair } from '../harness/process-pair.ts'
import type { SnapMerchant } from '../harness/snap.ts'
import type { Answer } from '../harness/world.ts'
import { bindAndPayBody, callKkiProcess, type KkiCall, processToken } from './kki-calls.ts'
import { assertToldIsKept, type Told } from './kki-told.ts'

const pair = await startProcessPair()
const { database, first } = pair
const merchant: SnapMerchant = (await controlProcess(first.url, '/sandbox/credentials')).body
/** Steers the switch that both processes are connected to. */
const { steerNext } = createKkiSimulator({
  database: pair.testDatabase.connect(1),
  clock: createStillClock(),
  random: systemRandom,
  keyRing: testKeyRing,
})

// An access token lives 15 minutes of a clock that is moved.
let token = await processToken(first.url, merchant)

let calls = 0
const answersSeen: Record<string, number> = {}

/** Calls once; undefined where the process died. Nothing crashes, and nothing is said to have failed that is unknown. */
async function send(
  process: number,
  call: KkiCall,
  externalId: string = randomUUID(),
): Promise<Answer | undefined> {
  calls += 1
  const { url } = await pair.gateway(process)
  const answer = await callKkiProcess(url, merchant, call, { token, externalId })
  const code = answer?.body.responseCode ?? 'died'
  // 504: a refund that never arrived, asked again.
  assert.ok(answer === undefined || answer.status < 500 || answer.status === 504, answer?.text)
  note(`${call.service} ${code}`)
  return answer
}

function note(seen: string): void {
  answersSeen[seen] = (answersSeen[seen] ?? 0) + 1
}

/** `…9068`: the answer is lost; `…9069`: the request; `…9051`: declined; `…9002`: waits (sandbox.md). */
const payments = [
  ...['11500.00', '11500.00', '100000.01', '100000.01', '1234567890123456.78'],
  ...['9999999999999999.99', '9999999999999999.99', '109068.50', '9999999999999068.99'],
  ...['109069.50', '109051.00', '109002.25', '9999999999999002.01'],
]
const refunds = [
  ...['0.01', '4000.00', '33333.33', '3333333333333333.33'],
  ...['9068.50', '9069.50', '9051.25'],
]

const action = fc.record({
  kind: fc.constantFrom(
    ...['refund', 'refund', 'refund', 'refund', 'refund', 'again', 'again', 'pay again'],
    ...['decide', 'find out', 'steer'],
  ),
  value: fc.constantFrom(...refunds),
  /** The whole of what was paid, whatever `value` says. */
  isWhole: fc.boolean(),
  isApproved: fc.boolean(),
  /** How often the same is sent at once, over both processes; the very same call, or another of the same number. */
  copies: fc.constantFrom(1, 1, 2, 3),
  isSameCall: fc.boolean(),
  process: fc.constantFrom(0, 1),
  instruction: fc.constantFrom(
    { lose: 'answer' } as const,
    { lose: 'request' } as const,
    // Later than the gateway waits.
    { delayMs: 160 },
    { waits: true },
  ),
})
type Action = typeof action extends fc.Arbitrary<infer T> ? T : never

const plan = fc.record({
  source: fc.constantFrom('card', 'card', 'token', 'token', 'bind'),
  value: fc.constantFrom(...payments),
  paying: action,
  /** Whether what is lost is found out before anything else is done. */
  isFoundOut: fc.boolean(),
  /** What is done at once, and then what is done at once. */
  waves: fc.array(fc.array(action, { minLength: 1, maxLength: 4 }), { minLength: 1, maxLength: 3 }),
})
type Plan = typeof plan extends fc.Arbitrary<infer T> ? T : never

const tokens: string[] = []
const told: Told = { payments: new Map(), refunds: new Map() }

/** Sends a call in copies; every answer. Who got none asks the process that lives again. */
async function sendCopies(call: KkiCall, { copies, isSameCall, process }: Action) {
  const externalId = randomUUID()
  const answers = await Promise.all(
    Array.from({ length: copies }, async (_, i) => {
      const id = isSameCall ? externalId : randomUUID()
      const answer = await send((process + i) % 2, call, id)
      return answer ? [answer] : [undefined, await send(0, call)]
    }),
  )
  return answers.flat()
}

function bodyOf({ source, value }: Plan, i: number) {
  if (source === 'card') return payBody({ value })
  if (source === 'bind') return bindAndPayBody(newReference('CUST'), value)
  return payByTokenBody(tokens[i % tokens.length] ?? '', value)
}

/** Plays one payment's life. */
async function play(of: Plan, i: number): Promise<void> {
  const body = bodyOf(of, i)
  const { partnerReferenceNo } = body
  const pay: KkiCall = { service: 'pay', body }
  const answers: (Answer | undefined)[] = []
  told.payments.set(partnerReferenceNo, { value: of.value, answers })
  const payOnce = async (by: Action) => {
    const given = await sendCopies(pay, by)
    answers.push(...given)
    tokens.push(...given.flatMap((answer) => answer?.body.bankCardToken ?? []))
  }
  const refunded: KkiCall[] = []
  const refundOnce = async (call: KkiCall, by: Action) => {
    const { partnerRefundNo, refundAmount } = call.body as ReturnType<typeof refundBody>
    const kept = told.refunds.get(partnerRefundNo) ?? { value: refundAmount.value, answers: [] }
    told.refunds.set(partnerRefundNo, kept)
    kept.answers.push(...(await sendCopies(call, by)))
  }
  const act = async (by: Action) => {
    switch (by.kind) {
      case 'refund': {
        const value = by.isWhole ? of.value : by.value
        const call: KkiCall = { service: 'refund', body: refundBody(partnerReferenceNo, value) }
        refunded.push(call)
        return refundOnce(call, by)
      }
      case 'again': {
        const call = refunded.at(-1)
        return call && refundOnce(call, by)
      }
      case 'pay again':
        return payOnce(by)
      case 'decide': {
        const referenceNo = answers.find((answer) => answer?.body.referenceNo)?.body.referenceNo
        const path = `/sandbox/kki/confirmations/${referenceNo ?? 'none'}`
        const decided = await controlProcess(first.url, path, { approve: by.isApproved })
        assert.ok([200, 404, 409].includes(decided.status), decided.text)
        return note(`decide ${by.isApproved} ${decided.status}`)
      }
      case 'find out':
        return pair.findOut()
      case 'steer':
        return steerNext(merchant.clientId, by.instruction)
    }
  }
  await payOnce(of.paying)
  if (of.isFoundOut && !answers.some((answer) => answer?.status === 200)) await pair.findOut()
  for (const wave of of.waves) await Promise.all(wave.map(act))
}

/** A card of a customer, bound by its one-time password; of another where the machine was too busy. */
async function bindCard(cpan: string): Promise<void> {
  const body = bindBody(merchant, { cpan })
  const begun = await send(0, { service: 'bind-card', channel: 'H2H', body })
  const otp = { otp: rightOtp, authCode: begun?.body.additionalInfo.authCode }
  const bound =
    begun?.status === 200 ? await send(1, { service: 'verify-otp', body: otp }) : undefined
  if (bound?.status !== 200) return bindCard(cpan)
  tokens.push(bound.body.bankCardToken)
}

test('in every interleaving, and though one is killed again and again, the books agree to the last sen', async (t) => {
  for (const cpan of [cpans.bri, cpans.mandiri, cpans.bri, cpans.mandiri]) await bindCard(cpan)
  let runs = 0
  let kills = 0
  const property = fc.asyncProperty(
    fc.array(plan, { minLength: 8, maxLength: 24 }),
    fc.integer({ min: 20, max: 400 }),
    async (plans, killAfterMs) => {
      const kill = async () => {
        await new Promise((resolve) => setTimeout(resolve, killAfterMs))
        await pair.killSecond()
        kills += 1
      }
      await Promise.all([...plans.map(play), ...(runs++ % 5 === 0 ? [kill()] : [])])
      await pair.settleAll()
      token = await processToken(first.url, merchant)
      await assertKkiBooksAgree(database)
    },
  )
  const seed = Math.floor(Math.random() * 2 ** 31)
  t.diagnostic(`seed ${seed}`)
  // What failed once may not fail again: the interleaving is the machine's, not the seed's.
  for (let round = 0; calls < 3_500; round++) {
    await fc.assert(property, { endOnFailure: true, seed: seed + round, numRuns: 4 })
  }
  const states = await assertKkiBooksAgree(database)
  await assertToldIsKept(database, told)
  t.diagnostic(`${calls} calls, ${kills} kills: ${JSON.stringify(answersSeen)}`)
  t.diagnostic(`payments ended as ${JSON.stringify(states)}`)
  assert.ok(kills > 0)
  for (const state of ['captured', 'refunded', 'refused']) {
    assert.ok((states[state] ?? 0) > 0, `no payment ended ${state}`)
  }
})
