import { randomBytes } from 'node:crypto'
import { after } from 'node:test'
import { createTestDatabase } from '../../../../../../test/harness/database.ts'
import { systemClock } from '../../../primitives/clock.ts'
import { rupiah } from '../../../primitives/money.ts'
import { systemRandom } from '../../../primitives/random.ts'
import { Secret } from '../../../primitives/secret.ts'
import { testThreeDSecureServer } from '../conformance.ts'
import { createThreeDSecureSimulator } from './index.ts'

const testDatabase = await createTestDatabase()
after(() => testDatabase.drop())
const server = createThreeDSecureSimulator({
  database: testDatabase.connect(2),
  clock: systemClock(),
  random: systemRandom,
})

const numbers = {
  frictionless: '4111111111111111',
  attempted: '4000000000001000',
  'not-enrolled': '4000000000000002',
  challenge: '4761349999000039',
  'not-authenticated': '4000000000002008',
  unavailable: '4000000000003006',
  rejected: '4000000000004004',
  unreachable: '4000000000005001',
}

testThreeDSecureServer('the simulated 3-D Secure server', {
  server: () => server,
  command: (situation, brand = 'VISA') => ({
    reference: randomBytes(32).toString('hex'),
    card: {
      number: new Secret(numbers[situation]),
      expiry: { month: 12, year: 2030 },
      brand,
    },
    order: { amount: rupiah(90_000n), invoiceNumber: undefined },
    merchantName: 'Shop',
    browser: undefined,
  }),
  rightPassword: '123456',
  wrongPassword: '000000',
})
