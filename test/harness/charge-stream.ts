/** A stream of charges that outlives the gateways it runs against, and what must be true after. */
import assert from 'node:assert/strict'
import { callProcess, messagesOf } from './process.ts'
import { type Answer, chargeBody, checkBody, newInvoice, paths } from './world.ts'

export type ChargeStream = {
  /** Invoices whose charge was sent, answered or not. */
  readonly sent: Set<string>
  /** The answers 200. */
  readonly answered: Map<string, Answer>
  /** Status and code of every other answer. */
  readonly refusals: Set<string>
  /** How long the slowest charge took. */
  slowestMs(): number
  /** Charges over and over, so many at once, until it is stopped. */
  run(url: string, workers: number): { stop(): Promise<void> }
}

export function chargeStream(): ChargeStream {
  const sent = new Set<string>()
  const answered = new Map<string, Answer>()
  const refusals = new Set<string>()
  let slowestMs = 0
  const note = (answer: Answer | undefined) => {
    if (answer && answer.status !== 200) refusals.add(`${answer.status} ${answer.body.error.code}`)
  }
  const chargeOnce = async (url: string) => {
    const invoice = newInvoice()
    const checked = await callProcess(url, paths.check, checkBody({ invoice }))
    note(checked)
    if (checked?.status !== 200) return
    const authenticationId = checked.body.three_dsecure.authentication_id
    sent.add(invoice)
    const body = chargeBody({ invoice, authenticationId })
    const start = performance.now()
    const answer = await callProcess(url, paths.charge, body)
    slowestMs = Math.max(slowestMs, performance.now() - start)
    note(answer)
    if (answer?.status === 200) answered.set(invoice, answer)
  }
  return {
    sent,
    answered,
    refusals,
    slowestMs: () => slowestMs,
    run: (url, workers) => overAndOver(() => chargeOnce(url), workers),
  }
}

/** Does something over and over, so many at once, until it is stopped. */
export function overAndOver(work: () => Promise<void>, workers: number): { stop(): Promise<void> } {
  let isStopped = false
  const repeat = async () => {
    while (!isStopped) await work()
  }
  const all = Promise.all(Array.from({ length: workers }, repeat))
  return {
    stop: async () => {
      isStopped = true
      await all
    },
  }
}

/**
 * Compares what the merchant was told, what the gateway says now, and the acquirer's book:
 * everything answered is there as answered, nothing is sold twice, nothing failed that is in the
 * book, and what nobody answered is absent, pending or settled as the book says.
 * @returns how many charges ended how, for the log of the test
 */
export async function compareBooks(
  url: string,
  stream: ChargeStream,
): Promise<Record<string, number>> {
  const counts: Record<string, number> = {}
  for (const invoice of stream.sent) {
    const status = await callProcess(url, paths.status(invoice))
    const messages = await messagesOf(url, invoice)
    const sales = messages.filter(({ kind }) => kind === 'sale')
    assert.ok(sales.length <= 1, `${invoice} was sold ${sales.length} times`)
    const answer = stream.answered.get(invoice)
    const told = answer?.body.payment.status ?? 'unanswered'
    const now = status?.status === 200 ? status.body.transaction.status : status?.body.error.code
    const end = `${told} → ${now}`
    counts[end] = (counts[end] ?? 0) + 1
    if (now === 'SUCCESS') {
      const { approval_code } = status?.body.card_payment ?? {}
      assert.equal(approval_code, sales[0]?.approvalCode, invoice)
      if (told === 'SUCCESS') assert.equal(answer?.body.payment.approval_code, approval_code)
    } else if (now === 'TRANSACTION_NOT_FOUND') {
      assert.equal(sales.length, 0, `${invoice}: nothing is asked before it is begun`)
    } else if (now === 'FAILED') {
      const isReversed = messages.some(({ kind }) => kind === 'reversal')
      assert.ok(sales.length === 0 || isReversed, `${invoice} failed and stands at the acquirer`)
    }
    const expected = {
      SUCCESS: ['SUCCESS'],
      // The resolver finds out what was lost, sooner or later.
      PENDING: ['PENDING', 'SUCCESS', 'FAILED'],
      unanswered: ['TRANSACTION_NOT_FOUND', 'PENDING', 'SUCCESS', 'FAILED'],
    }[told as string]
    assert.ok(expected?.includes(now), `${invoice}: ${end}`)
  }
  return counts
}
