/** The simulated acquirers pass the suite that every connector passes. */
import { after } from 'node:test'
import { createTestDatabase } from '../../../../../../test/harness/database.ts'
import { systemClock } from '../../../primitives/clock.ts'
import { rupiah } from '../../../primitives/money.ts'
import { systemRandom } from '../../../primitives/random.ts'
import { Secret } from '../../../primitives/secret.ts'
import { testCardAcquirer } from '../conformance.ts'
import { createAcquirerSimulator, type Instruction } from './index.ts'

const testDatabase = await createTestDatabase()
after(() => testDatabase.drop())
const simulator = createAcquirerSimulator({
  database: testDatabase.connect(4),
  clock: systemClock(),
  random: systemRandom,
})

const subMerchantId = 'MCH-1'
const patienceMs = 150
let stan = 0

function nextReferences() {
  stan += 1
  const digits = String(stan).padStart(6, '0')
  return { stan: digits, rrn: `632500${digits}`, transmittedAt: new Date() }
}

const steering = (instruction: Instruction) => () => simulator.steerNext(subMerchantId, instruction)

// BNI does everything; BANK_CIMB takes no refund messages (sandbox.md).
for (const [acquirerId, mid, tid] of [
  ['BNI', '000100012345', '10001234'],
  ['BANK_CIMB', '018033035', '01803503'],
] as const) {
  testCardAcquirer(`simulated ${acquirerId}`, {
    acquirer: simulator.acquirer(acquirerId),
    newSale: (amount) => {
      const references = nextReferences()
      return {
        references,
        mid,
        tid,
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
  })
}
