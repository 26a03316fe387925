/**
 * Payments: the heart. Every charge is begun by one statement, asked of an acquirer without a
 * transaction open, and settled by one statement (design.md 2). A lost answer is not a refusal: the
 * operation is then unknown and the payment stays pending. Next: charge.ts, begin.store.ts,
 * settle.store.ts; the machines are in machines.ts.
 */
import { batching } from '../platform/database/index.ts'
import type { MerchantId } from '../primitives/id.ts'
import { type BeginCharge, type Begun, beginCharges, beginKeys } from './begin.store.ts'
import { type ChargeCommand, type ChargeDeps, type ChargeResult, charge } from './charge.ts'
import type { OperationOfPayment, Payment } from './payment.ts'
import { findByInvoice, findByOperation } from './payments.store.ts'
import { type Announcement, type Settlement, settleOperations } from './settle.store.ts'
import { createTraceNumbers } from './trace-numbers.ts'

export type { ChargeCommand, ChargeResult } from './charge.ts'
export { operationMoves, paymentMoves } from './machines.ts'
export type { OperationOfPayment, Payment } from './payment.ts'
export type { Announcement } from './settle.store.ts'

export type Payments = {
  /** Raises no_route, double_request, authentication_not_usable, invoice_number_too_long. */
  charge(command: ChargeCommand): Promise<ChargeResult>
  /** What an earlier request began, as it stands now. */
  findByOperation(
    merchantId: MerchantId,
    operationId: string,
  ): Promise<OperationOfPayment | undefined>
  /** The payment that stands for an invoice: the paid one, else the open one, else the latest. */
  findByInvoice(merchantId: MerchantId, invoiceNumber: string): Promise<Payment | undefined>
}

/**
 * Tables emptied by a sandbox reset, in the order in which every statement locks them; trace
 * numbers go on, so that none comes twice.
 */
export const paymentTables = ['operations', 'payments'] as const

export function createPayments(
  deps: Omit<ChargeDeps, 'traceNumbers' | 'begin' | 'settle'> & { readonly announce: Announcement },
): Payments {
  const { database, announce, repeat } = deps
  const chargeDeps = {
    ...deps,
    traceNumbers: createTraceNumbers(database),
    begin: batching<BeginCharge, Begun>({
      run: (begins) => repeat(() => beginCharges(database, begins)),
      keysOf: beginKeys,
    }),
    settle: batching<Settlement, boolean>({
      run: (settlements) => repeat(() => settleOperations(database, announce, settlements)),
      keysOf: ({ operationId }) => [operationId],
    }),
  }
  return {
    charge: (command) => charge(chargeDeps, command),
    findByOperation: (merchantId, id) => findByOperation(database, merchantId, id),
    findByInvoice: (merchantId, invoice) => findByInvoice(database, merchantId, invoice),
  }
}
