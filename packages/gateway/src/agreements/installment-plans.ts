/** Instalments: which plan of the bank, over how many months. The plans are settings of an account. */
import type { AcquirerAccount } from '../merchants/index.ts'
import { problems } from '../primitives/problem.ts'

/** As the charge is asked of the acquirer. */
export type Installment = { readonly planId: string; readonly tenor: number }

/** `field` is the member of the request that names what the account does not have. */
const installmentProblems = problems({
  plan_not_found: { says: 'The acquirer has no such instalment plan for the merchant.' },
  tenor_not_offered: { says: 'The instalment plan has no such tenor.' },
})

/**
 * The plan of an INSTALLMENT at the account that takes the card. `payment.plan_id` is optional
 * (seed): without one it is the account's first plan of this tenor.
 */
export function choosePlan(
  account: Pick<AcquirerAccount, 'installmentPlans'>,
  wish: { readonly planId?: string | undefined; readonly tenor: number },
): Installment {
  const plans = (account.installmentPlans ?? []).filter(
    ({ planId }) => wish.planId === undefined || planId === wish.planId,
  )
  if (plans.length === 0) throw installmentProblems.plan_not_found({ field: 'payment.plan_id' })
  const plan = plans.find(({ tenors }) => tenors.includes(wish.tenor))
  if (!plan) throw installmentProblems.tenor_not_offered({ field: 'payment.tenor' })
  return { planId: plan.planId, tenor: wish.tenor }
}
