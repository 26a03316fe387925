import { after } from 'node:test'
import { createTestDatabase } from '../../../../../../test/harness/database.ts'
import { systemClock } from '../../../primitives/clock.ts'
import { rupiah } from '../../../primitives/money.ts'
import { systemRandom } from '../../../primitives/random.ts'
import { Secret } from '../../../primitives/secret.ts'
import { testCardAcquirer } from '../conformance.ts'
import { createAcquirerSimulator } from './index.ts'

const testDatabase = await createTestDatabase()
after(() => testDatabase.drop())
const simulator = createAcquirerSimulator({
  database: testDatabase.connect(2),
  clock: systemClock(),
  random: systemRandom,
})

const amounts = {
  approve: 90_000n,
  decline: 19_051n,
  'lose-answer': 19_068n,
  'lose-request': 19_069n,
}
let stan = 0

testCardAcquirer('the simulated acquirer', {
  acquirer: () => simulator.acquirer('BNI'),
  command: (situation) => {
    stan += 1
    const digits = String(stan).padStart(6, '0')
    return {
      references: { stan: digits, rrn: `632500${digits}`, transmittedAt: new Date() },
      mid: '000100012345',
      tid: '10001234',
      subMerchantId: 'MCH-1',
      invoiceNumber: `INV-${stan}`,
      descriptor: undefined,
      amount: rupiah(amounts[situation]),
      card: {
        number: new Secret('4111111111111111'),
        expiry: { month: 12, year: 2030 },
        cvv: undefined,
      },
      authentication: undefined,
    }
  },
  countMessages: async (invoice) => (await simulator.messages('MCH-1', invoice)).length,
})
