/**
 * Money is never lost and never doubled: random captures, voids, refunds, lost answers and retries,
 * several at once, over two processes on one database. In the end the gateway's book and the
 * acquirer's say the same of every payment.
 */
import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { test } from 'node:test'
import { formatTimestamp } from '@gerbang/wire'
import fc from 'fast-check'
import { assertBooksAgree } from '../harness/compare-books.ts'
import { callProcess, controlProcess } from '../harness/process.ts'
import { startProcessPair } from '../harness/process-pair.ts'
import { type Answer, cards, futureExpiry, newInvoice } from '../harness/world.ts'

const pair = await startProcessPair()
const { database, first, findOut, settleAll } = pair
// Who is charged is not the question here.
await fetch(`${first.url}/sandbox/merchant`, {
  method: 'PATCH',
  headers: { 'Content-Type': 'application/json' },
  body: JSON.stringify({ threeDSecure: false }),
})

/** At an acquirer with refund messages, and at the one whose people refund. */
const numbers = [cards.frictionless, '5576920000001000']

/** `…9068`: the answer is lost; `…9069`: the request; `…9051`: declined (sandbox.md). */
const chargeAmounts = [100_000, 100_000, 100_000, 100_000, 109_068, 109_068, 109_069, 109_051]
const amounts = [100_000, 60_000, 30_000, 10_000, 39_068, 39_069, 39_051, 109_068, 500_000]

const action = fc.record({
  kind: fc.constantFrom(
    'capture',
    'capture',
    'refund',
    'refund',
    'refund',
    'again',
    'settle',
    'find out',
  ),
  amount: fc.constantFrom(...amounts),
  /** The whole of what was charged, whatever `amount` says. */
  isWhole: fc.boolean(),
  process: fc.constantFrom(0, 1),
})
type Action = typeof action extends fc.Arbitrary<infer T> ? T : never

const payment = fc.record({
  type: fc.constantFrom('AUTHORIZE', 'AUTHORIZE', 'SALE', 'MOTO'),
  number: fc.constantFrom(numbers[0], numbers[0], numbers[0], numbers[1]),
  amount: fc.constantFrom(...chargeAmounts),
  /** What is done at once, and then what is done at once. */
  waves: fc.array(fc.array(action, { minLength: 1, maxLength: 5 }), { minLength: 1, maxLength: 3 }),
})
type Payment = typeof payment extends fc.Arbitrary<infer T> ? T : never

let calls = 0
const answersSeen: Record<string, number> = {}

async function send(process: number, path: string, body: object, requestId: string, later = 0) {
  calls += 1
  const timestamp = formatTimestamp(new Date(Date.now() + later))
  const { url } = await pair.gateway(process)
  const answer = await callProcess(url, path, body, { requestId, timestamp })
  assert.ok(answer, 'no answer')
  assert.ok(answer.status < 500, `${path}: ${answer.text}`)
  const { body: said } = answer
  const word = said.refund?.status ?? said.payment?.status ?? said.error?.message
  const seen = `${path.split('/').at(-1)} ${answer.status} ${word}`
  answersSeen[seen] = (answersSeen[seen] ?? 0) + 1
  return answer
}

/** Plays one payment's life; its invoice. */
async function play(plan: Payment): Promise<string> {
  const invoice = newInvoice()
  const card = { number: plan.number, expiry: futureExpiry, cvv: '917' }
  const order = { invoice_number: invoice, amount: plan.amount }
  const chargeId = randomUUID()
  const charge = { order, payment: { type: plan.type }, card }
  const charged = await send(0, '/credit-card/charge', charge, chargeId)
  const sent: (() => Promise<Answer>)[] = [
    () => send(1, '/credit-card/charge', charge, chargeId, 1_500),
  ]
  const act = async ({ kind: wished, amount, isWhole, process }: Action) => {
    // Of what was not authorized nothing is captured: those would only be refused.
    const kind = wished === 'capture' && plan.type !== 'AUTHORIZE' ? 'refund' : wished
    const requestId = randomUUID()
    const wanted = isWhole ? plan.amount : amount
    if (kind === 'settle') return void (await controlProcess(first.url, '/sandbox/settlements', {}))
    if (kind === 'find out') return findOut()
    if (kind === 'again') return void (await sent.at(amount % sent.length)?.())
    const path = kind === 'capture' ? '/credit-card/capture' : '/cancellation/credit-card/refund'
    const body =
      kind === 'capture'
        ? {
            payment: {
              authorize_id: charged.body.payment.authorize_id || '0',
              ...(isWhole ? {} : { capture_amount: wanted }),
            },
          }
        : {
            order: { invoice_number: invoice },
            payment: { original_request_id: chargeId },
            refund: { amount: wanted },
          }
    sent.push(() => send(1 - process, path, body, requestId, 1_500))
    await send(process, path, body, requestId)
  }
  for (const wave of plan.waves) await Promise.all(wave.map(act))
  return invoice
}

test('in every interleaving the two books agree, over 10,000 operations', async (t) => {
  const states: Record<string, number> = {}
  const property = fc.asyncProperty(
    fc.array(payment, { minLength: 12, maxLength: 24 }),
    async (plans) => {
      const invoices = await Promise.all(plans.map(play))
      await settleAll()
      const counts = await assertBooksAgree(database, invoices)
      for (const [state, count] of Object.entries(counts)) {
        states[state] = (states[state] ?? 0) + count
      }
    },
  )
  const seed = Math.floor(Math.random() * 2 ** 31)
  t.diagnostic(`seed ${seed}`)
  // What failed once may not fail again: the interleaving is the machine's, not the seed's.
  const options = { seed, endOnFailure: true } as const
  for (let round = 0; calls < 10_000; round++) {
    await fc.assert(property, { ...options, seed: seed + round, numRuns: 10 })
  }
  t.diagnostic(`${calls} calls: ${JSON.stringify(answersSeen)}`)
  t.diagnostic(`payments ended as ${JSON.stringify(states)}`)
  for (const state of ['authorized', 'captured', 'voided', 'refused']) {
    assert.ok((states[state] ?? 0) > 0, `no payment ended ${state}`)
  }
})
