/**
 * The suite's world at the simulated acquirer, where everything can be provoked and looked at; the
 * simulator's own tests use it too.
 */
import { rupiah } from '../../../primitives/money.ts'
import { Secret } from '../../../primitives/secret.ts'
import type { AcquirerWorld } from '../conformance.ts'
import type { CardAcquirer } from '../contract.ts'
import type { AcquirerSimulator, Instruction } from './index.ts'

/** The accounts of the sandbox's merchant (sandbox.md). */
const accounts = {
  BNI: { mid: '000100012345', tid: '10001234' },
  BANK_CIMB: { mid: '018033035', tid: '01803503' },
  BANK_MANDIRI: { mid: '71003372992', tid: '73120903' },
} as const

export type SimulatedAcquirerId = keyof typeof accounts

const patienceMs = 150
let stan = 0

/** Unique in this process: several worlds may share one book. */
function nextReferences() {
  stan += 1
  const digits = String(stan).padStart(6, '0')
  return { stan: digits, rrn: `632500${digits}`, transmittedAt: new Date() }
}

/** `acquirer` stands in for the simulator's own, as one that several processes offer. */
export function worldOf(
  simulator: AcquirerSimulator,
  acquirerId: SimulatedAcquirerId,
  wish: { readonly acquirer?: CardAcquirer; readonly subMerchantId?: string } = {},
): AcquirerWorld {
  const { acquirer = simulator.acquirer(acquirerId), subMerchantId = 'MCH-1' } = wish
  const steering = (instruction: Instruction) => () =>
    simulator.steerNext(subMerchantId, instruction)
  return {
    acquirer,
    newSale: (amount) => {
      const references = nextReferences()
      return {
        ...accounts[acquirerId],
        references,
        subMerchantId,
        invoiceNumber: `INV-${references.stan}`,
        descriptor: undefined,
        amount: amount ?? rupiah(90_000n),
        card: {
          number: new Secret('4111111111111111'),
          expiry: { month: 12, year: 2030 },
          cvv: undefined,
        },
        authentication: undefined,
      }
    },
    nextReferences,
    answerMs: 5_000,
    patienceMs,
    provoke: {
      refusal: steering({ responseCode: '51' }),
      lostRequest: steering({ lose: 'request' }),
      lostAnswer: steering({ lose: 'answer' }),
      lateAnswer: steering({ delayMs: 2 * patienceMs }),
    },
    countMessages: async (invoiceNumber, kind) =>
      (await simulator.messages(subMerchantId, invoiceNumber)).filter((one) => one.kind === kind)
        .length,
  }
}
