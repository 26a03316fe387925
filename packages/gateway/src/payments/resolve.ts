/**
 * The resolver: finishes what nobody finished, because an answer was lost or a process died between
 * the phases (design.md 2). It asks the acquirer what became of the message; what never arrived, or
 * cannot be asked about, is reversed until the reversal is acknowledged, and only then refused. It
 * never sends a message of its own again as a new one.
 */
import type { Merchants } from '../merchants/index.ts'
import type { DueWork } from '../platform/jobs/index.ts'
import { type Look, lookingWork } from '../platform/looking/index.ts'
import { withDeadline } from '../primitives/clock.ts'
import type { OperationId } from '../primitives/id.ts'
import { type AskDeps, messageAbout, reverseLater, settleBy } from './ask.ts'
import type { Decision, PaymentNetwork } from './network.ts'
import { rejectionOf } from './outcome.ts'
import { noAnswerCode, type Operation, type OperationOfPayment, type Payment } from './payment.ts'
import { findByOperation, findOperations } from './stores/payments.store.ts'
import { openOperations } from './stores/unfinished.store.ts'

export type ResolveDeps = AskDeps & {
  readonly merchants: Pick<Merchants, 'find'>
  /** Told of each payment that the resolver settled. */
  readonly onSettled: (payment: Payment) => void
}

/** An inquiry is not steered by amounts and answers soon or not at all. */
const inquiryDeadlineMs = 5_000

/** What acquirers left unanswered, or a crash left unfinished. */
export function resolverWork(deps: ResolveDeps): DueWork {
  return lookingWork<OperationId, OperationOfPayment>(deps, {
    name: 'resolver',
    in: openOperations,
    find: (claimed) =>
      findOperations(
        deps.database,
        claimed.map(({ merchantId, id }) => ({ merchantId, operationId: id })),
      ),
    idOf: ({ operation }) => operation.operationId,
    look: (unfinished) => resolve(deps, unfinished),
  })
}

async function resolve(deps: ResolveDeps, unfinished: OperationOfPayment): Promise<Look> {
  const { payment, operation } = unfinished
  const merchant = await deps.merchants.find(payment.merchantId)
  if (!merchant) return 'open'
  const network = deps.networks(payment.acquirerId)
  if (operation.kind === 'reversal') {
    return reverse(deps, network, unfinished, merchant.clientId)
  }
  const outcome =
    rejectionOf(payment) ?? (await inquire(deps, network, unfinished, merchant.clientId))
  switch (outcome.kind) {
    case 'unknown':
      return 'open'
    case 'pending':
      return outcome
    case 'approved':
    case 'refused':
      await settleResolved(deps, unfinished, outcome)
      return 'finished'
    case 'not_found':
      break
  }
  const operationId = await reverseLater(deps, unfinished)
  if (!operationId) return 'finished'
  const reversal = await findByOperation(deps.database, payment.merchantId, operationId)
  if (!reversal) return 'finished'
  return reverse(deps, network, reversal, merchant.clientId)
}

async function inquire(
  deps: ResolveDeps,
  network: PaymentNetwork,
  about: OperationOfPayment,
  subMerchantId: string,
) {
  // Without an inquiry nobody knows: then it must not stand. Nor what is being reversed already: it
  // may have come since, before its reversal.
  const isBeingReversed = about.operation.responseCode !== undefined
  if (!network.capabilities.inquiry || isBeingReversed) return { kind: 'not_found' } as const
  const references = await deps.traceNumbers.next(about.payment, deps.clock.now())
  const command = { ...messageAbout(about, about.operation, subMerchantId), references }
  return withDeadline(deps.clock, inquiryDeadlineMs, (deadline) =>
    network.inquire(command, deadline),
  )
}

/**
 * Sends a reversal; once it is acknowledged, its original is refused and then it is done itself. In
 * this order: what dies in between sends the reversal once more.
 */
async function reverse(
  deps: ResolveDeps,
  network: PaymentNetwork,
  reversal: OperationOfPayment,
  subMerchantId: string,
): Promise<Look> {
  const { payment, operation } = reversal
  const originalId = operation.originalOperationId
  const original =
    originalId && (await findByOperation(deps.database, payment.merchantId, originalId))
  if (!original) throw new Error('a reversal without its original')
  const command = messageAbout(reversal, original.operation, subMerchantId)
  const outcome = await withDeadline(deps.clock, inquiryDeadlineMs, (deadline) =>
    network.reverse(command, deadline),
  )
  if (outcome.kind === 'unknown') return 'open'
  if (isOpen(original.operation)) {
    await settleResolved(deps, original, { kind: 'refused', responseCode: noAnswerCode })
  }
  await settleBy(deps, reversal, { kind: 'approved', responseCode: '00', approvalCode: '' })
  return 'finished'
}

function isOpen({ state }: Operation): boolean {
  return state === 'asked' || state === 'unknown'
}

async function settleResolved(
  deps: ResolveDeps,
  unfinished: OperationOfPayment,
  decision: Decision,
): Promise<void> {
  const { payment } = await settleBy(deps, unfinished, decision)
  deps.onSettled(payment)
}
