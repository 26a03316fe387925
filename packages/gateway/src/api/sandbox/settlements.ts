/** Settlement and manual refunds on the control surface (sandbox.md, Looking inside). */
import { JsonNumber } from '@gerbang/wire'
import type { FastifyInstance } from 'fastify'
import { type Static, Type } from 'typebox'
import type { Merchants } from '../../merchants/index.ts'
import type { AcquirerSimulator } from '../../networks/card-acquirer/simulator/index.ts'
import type { Payments } from '../../payments/index.ts'
import { type Money, money, rupiahDigits, wholeRupiah } from '../../primitives/money.ts'
import { Problem } from '../../primitives/problem.ts'
import type { Batch, Settlements } from '../../settlement/index.ts'
import { about, merchantOf, noWishes, ofMerchant } from './call.ts'
import { SandboxError } from './sandbox-error.ts'

export type SettlementCallDeps = {
  readonly merchants: Merchants
  readonly payments: Pick<Payments, 'decideManualRefund'>
  readonly settlements: Settlements
  readonly acquirerSimulator: Pick<AcquirerSimulator, 'decideRefund'>
}

const invoice = Type.Object(
  { invoiceNumber: Type.String({ minLength: 1 }) },
  { additionalProperties: false },
)
const decision = Type.Object({ approve: Type.Boolean() }, { additionalProperties: false })

type OfMerchant = { Querystring: Static<typeof ofMerchant> }

export function registerSettlementCalls(scope: FastifyInstance, deps: SettlementCallDeps): void {
  const { settlements } = deps
  scope.get('/settlements', { schema: about('The latest batches', {}) }, async () => ({
    batches: (await settlements.latest()).map(toAnswer),
  }))
  scope.post(
    '/settlements',
    { schema: about('Close the open batch of every acquirer now', { body: noWishes }) },
    async () => ({ batches: (await settlements.settleNow()).map(toAnswer) }),
  )
  scope.post<OfMerchant & { Body: Static<typeof invoice> }>(
    '/settlements/release',
    {
      schema: about('Release a payment that hold_settlement keeps out of the batches', {
        querystring: ofMerchant,
        body: invoice,
      }),
    },
    async ({ query, body: { invoiceNumber } }) => {
      const { merchantId } = await merchantOf(deps, query.clientId)
      const released = await settlements.release(merchantId, invoiceNumber)
      if (released === undefined) {
        throw new SandboxError(404, 'NOT_FOUND', 'No payment has this invoiceNumber')
      }
      return { invoiceNumber, released: released > 0 }
    },
  )
  scope.get<OfMerchant & { Params: { batchId: string } }>(
    '/settlements/:batchId.csv',
    {
      schema: about('The settlement report of a batch for a merchant, as CSV', {
        querystring: ofMerchant,
      }),
    },
    async ({ query, params: { batchId } }, reply) => {
      const report = await settlements.report(batchId, await merchantOf(deps, query.clientId))
      if (report === undefined) {
        throw new SandboxError(404, 'NOT_FOUND', 'No closed batch of the merchant has this id')
      }
      return reply
        .type('text/csv; charset=utf-8; header=present')
        .header('Content-Disposition', `attachment; filename="${batchId}.csv"`)
        .send(report)
    },
  )
  scope.post<OfMerchant & { Params: { requestId: string }; Body: Static<typeof decision> }>(
    '/refunds/:requestId',
    {
      schema: about('Decide a manual refund, named by its Request-Id', {
        querystring: ofMerchant,
        body: decision,
      }),
    },
    async ({ query, params: { requestId }, body: { approve } }) => {
      const merchant = await merchantOf(deps, query.clientId)
      const { payment, operation } = await deps.payments
        .decideManualRefund({
          merchant,
          requestId,
          approve,
          decide: (acquirerId, refund) =>
            deps.acquirerSimulator.decideRefund(acquirerId, refund, approve),
        })
        .catch(refuse)
      return {
        requestId,
        invoiceNumber: payment.invoiceNumber,
        type: operation.refundType,
        status: operation.state === 'approved' ? 'SUCCESS' : 'FAILED',
        amount: wholeRupiah(operation.amount),
      }
    },
  )
}

const refusals: Readonly<Record<string, readonly [status: number, code: string]>> = {
  manual_refund_not_found: [404, 'NOT_FOUND'],
  manual_refund_decided: [409, 'ALREADY_DECIDED'],
  payment_ended_by_reset: [503, 'SERVICE_UNAVAILABLE'],
}

function refuse(error: unknown): never {
  const refusal = error instanceof Problem ? refusals[error.problem] : undefined
  if (!refusal) throw error
  throw new SandboxError(...refusal, (error as Problem).message)
}

/** Amounts in rupiah, null while they can still change. */
function toAnswer({ totals, closedAt, ...batch }: Batch) {
  return {
    ...batch,
    closedAt: closedAt ?? null,
    payments: totals ? totals.payments : null,
    captured: totals ? toNumber(totals.captured) : null,
    refunds: totals ? totals.refunds : null,
    refunded: totals ? toNumber(totals.refunded) : null,
    net: totals ? toNumber(money(totals.captured.minor - totals.refunded.minor, 'IDR')) : null,
  }
}

/** To the digit: of KKI there are sen, and more digits than a JS number has. */
function toNumber(amount: Money): JsonNumber {
  return new JsonNumber(rupiahDigits(amount))
}
