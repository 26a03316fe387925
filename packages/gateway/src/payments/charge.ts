/** A charge: begun, asked, settled (design.md 2), for every type of payment. */
import type { AuthenticationProof, CardAcquirer } from '../networks/card-acquirer/contract.ts'
import { askInTime, messageOf, settleBy } from './ask.ts'
import type { Outcome } from './network.ts'
import { rejectionOf } from './outcome.ts'
import type { OperationOfPayment, Payment } from './payment.ts'
import { type ChargeCommand, type PlanDeps, planCharge } from './plan-charge.ts'
import type { BeginCharge, Begun } from './stores/begin.store.ts'

export type ChargeDeps = PlanDeps & {
  readonly acquirers: (acquirerId: string) => CardAcquirer
  readonly begin: (begin: BeginCharge) => Promise<Begun>
}

export type ChargeResult =
  | { readonly kind: 'charged'; readonly payment: Payment }
  /** Another request holds the Request-Id. */
  | { readonly kind: 'duplicate' }

/**
 * Begins a charge, asks the acquirer, settles.
 * @throws Problem of planCharge and of beginCharges: then nothing was begun
 */
export async function charge(deps: ChargeDeps, command: ChargeCommand): Promise<ChargeResult> {
  const plan = await planCharge(deps, command)
  const begun = await deps.begin(plan)
  if (begun.kind === 'duplicate') return begun

  const { used } = begun
  const asked = {
    // Of an authentication the statement that begins knows the card.
    payment: { ...plan.payment, ...(used && { eci: used.eci, cardId: used.cardId }) },
    operation: plan.operation,
  }
  const outcome = await ask(deps, command, asked, used ?? command.ownAuthentication)
  const { payment } = await settleBy(deps, asked, outcome)
  return { kind: 'charged', payment }
}

/** What is known after the asking; a screening that rejected asks nobody. */
async function ask(
  deps: ChargeDeps,
  command: ChargeCommand,
  asked: OperationOfPayment,
  authentication: AuthenticationProof | undefined,
): Promise<Outcome> {
  const { payment } = asked
  const rejection = rejectionOf(payment)
  if (rejection) return rejection
  const card = command.card ?? (await deps.vault.open(payment.merchantId, payment.cardId))
  if (!card) return { kind: 'unknown', reason: 'the card is gone' }
  const message = {
    ...messageOf(asked, command.merchant.clientId),
    descriptor: payment.descriptor,
    card: { ...card, cvv: command.cvv },
    authentication,
    terms: payment.terms,
  }
  const acquirer = deps.acquirers(payment.acquirerId)
  return askInTime(deps, asked.operation, (deadline) =>
    asked.operation.kind === 'authorize'
      ? acquirer.authorize(message, deadline)
      : acquirer.sale(message, deadline),
  )
}
