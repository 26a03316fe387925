/** GET /orders/v1/status/{invoice number or Request-Id} (wire.md 4.9). */
import { describeErrors, transactionReport } from '@gerbang/wire/schemas'
import type { Payment, Payments } from '../../payments/index.ts'
import type { MerchantId } from '../../primitives/id.ts'
import type { Requests } from '../../requests/index.ts'
import { CardError } from './card-error.ts'
import type { ReadingRoute } from './door/door.ts'
import { toTransactionReport } from './transaction-report.ts'

export function orderStatusRoute(deps: {
  readonly payments: Payments
  readonly requests: Requests
}): ReadingRoute {
  return {
    url: '/orders/v1/status/*',
    summary: 'Order status',
    description: `How a payment stands, by invoice number or by the Request-Id of its charge. Of several charges of one invoice the paid one is shown, else the open one, else the latest.\n\nErrors:\n\n${describeErrors(['transaction_not_found'])}`,
    response: transactionReport,
    handle: async ({ merchant }, identifier) => {
      const payment = await findPayment(deps, merchant.merchantId, identifier)
      if (!payment) throw new CardError('transaction_not_found')
      return toTransactionReport(payment)
    },
  }
}

async function findPayment(
  deps: { payments: Payments; requests: Requests },
  merchantId: MerchantId,
  identifier: string,
): Promise<Payment | undefined> {
  // Neither an invoice number nor a Request-Id is longer, and PostgreSQL has no text with NUL.
  if (identifier.length > 128 || identifier.includes('\0')) return undefined
  const byInvoice = await deps.payments.findByInvoice(merchantId, identifier)
  if (byInvoice) return byInvoice
  const key = { merchantId, scope: 'transaction', requestId: identifier } as const
  const request = await deps.requests.find(key)
  if (!request) return undefined
  return (await deps.payments.findByOperation(merchantId, request.operationId))?.payment
}
