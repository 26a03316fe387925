/** The KKI switch as a network of payments: what it is asked about payments that were begun. */
import type { AboutCommand, OriginalMessage } from '../../networks/card-acquirer/contract.ts'
import type { KkiOutcome, KkiSwitch } from '../../networks/kki-switch/contract.ts'
import type { Outcome, PaymentNetwork } from '../network.ts'

/** Who switches for KKI (wire.md 7.1), as accounts and payments call it. */
export const kkiAcquirerId = 'ALTO'

/** It takes no captures and no voids, and clears by itself: a batch is closed in our book only. */
export function kkiNetwork(kkiSwitch: KkiSwitch): PaymentNetwork {
  return {
    capabilities: {
      inquiry: kkiSwitch.capabilities.inquiry,
      void: false,
      partialReversal: false,
      onlineRefund: true,
    },
    capture: () => Promise.reject(new Error('the KKI switch takes no captures')),
    void: () => Promise.reject(new Error('the KKI switch takes no voids')),
    refund: async (command, deadline) => {
      const { references, amount } = command.original
      const original = { kind: 'pay', references, amount } as const
      const refund = { ...messageOf(command), amount: command.amount, original }
      return toOutcome(await kkiSwitch.refund(refund, deadline))
    },
    inquire: async (command, deadline) => {
      const inquiry = { ...messageOf(command), original: originalOf(command.original) }
      const outcome = await kkiSwitch.inquire(inquiry, deadline)
      return outcome.kind === 'not_found' ? outcome : toOutcome(outcome)
    },
    reverse: (command, deadline) =>
      kkiSwitch.reverse(
        { ...messageOf(command), original: originalOf(command.original) },
        deadline,
      ),
    closeBatch: async () => ({ kind: 'closed' }),
  }
}

/** What the switch decided, as operations know it. */
export function toOutcome(outcome: KkiOutcome): Outcome {
  if (outcome.kind !== 'approved') return outcome
  const { responseCode, approvalCode, account } = outcome
  return { kind: 'approved', responseCode, approvalCode, account }
}

function messageOf({ references, mid, tid, subMerchantId, invoiceNumber }: AboutCommand) {
  return {
    references,
    mid,
    tid,
    subMerchantId,
    partnerReferenceNo: invoiceNumber,
    custIdMerchant: undefined,
  }
}

/** Of a sale, which is how operations call a payment, or of a refund. */
function originalOf({ kind, references, amount }: OriginalMessage) {
  return { kind: kind === 'refund' ? 'refund' : 'pay', references, amount } as const
}
