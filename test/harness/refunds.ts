/** Voids and refunds of a world's payments, as the refund route asks for them. */
import { randomBytes, randomUUID } from 'node:crypto'
import type { AskDeps } from '../../packages/gateway/src/payments/ask.ts'
import type { FollowUpResult } from '../../packages/gateway/src/payments/capture.ts'
import { refund } from '../../packages/gateway/src/payments/refund.ts'
import { settleOperations } from '../../packages/gateway/src/payments/stores/settle.store.ts'
import { createTraceNumbers } from '../../packages/gateway/src/payments/stores/trace-numbers.ts'
import { retrying } from '../../packages/gateway/src/platform/database/index.ts'
import { sleep } from '../../packages/gateway/src/primitives/clock.ts'
import { createIds } from '../../packages/gateway/src/primitives/id.ts'
import { rupiah } from '../../packages/gateway/src/primitives/money.ts'
import { systemRandom } from '../../packages/gateway/src/primitives/random.ts'
import { announceWithNewIds } from './charges.ts'
import type { Paid } from './settlements.ts'
import { clientId, type World } from './world.ts'

export type AskRefund = (
  paid: Paid,
  change?: { readonly requestId?: string; readonly amount?: number },
) => Promise<FollowUpResult>

/** Makes what gives a payment's amount, or part of it, back. */
export function createRefunds(world: World): AskRefund {
  const { database, clock, acquirerSimulator } = world
  const random = systemRandom
  const deps: AskDeps & { requestLifetimeMs: number } = {
    database,
    acquirers: acquirerSimulator.acquirer,
    traceNumbers: createTraceNumbers(database),
    settle: async (settlement) => {
      const [won] = await settleOperations(database, announceWithNewIds, [settlement])
      return won === true
    },
    clock,
    ids: createIds(clock, random),
    repeat: (work) => retrying(work, { sleep: (ms) => sleep(clock, ms), random }),
    askDeadlineMs: 5_000,
    requestLifetimeMs: 86_400_000,
  }
  return async (paid, change = {}) => {
    const merchant = await world.app.merchants.findByClientId(clientId)
    if (!merchant) throw new Error('the merchant is gone')
    const { merchantId } = merchant
    return refund(deps, {
      merchant,
      claim: {
        merchantId,
        scope: 'transaction',
        requestId: change.requestId ?? randomUUID(),
        route: '/cancellation/credit-card/refund',
        bodyMac: randomBytes(32),
        signatureMac: randomBytes(32),
        supersedes: undefined,
      },
      invoiceNumber: paid.invoice,
      originalRequestId: paid.requestId,
      amount: rupiah(BigInt(change.amount ?? paid.amount)),
    })
  }
}
