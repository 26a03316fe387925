/** The simulated acquirers pass the suite that every connector passes. */
import { after } from 'node:test'
import { createTestDatabase } from '../../../../../../test/harness/database.ts'
import { systemClock } from '../../../primitives/clock.ts'
import { systemRandom } from '../../../primitives/random.ts'
import { testCardAcquirer } from '../conformance.ts'
import { createAcquirerSimulator } from './index.ts'
import { worldOf } from './world.ts'

const testDatabase = await createTestDatabase()
after(() => testDatabase.drop())
const simulator = createAcquirerSimulator({
  database: testDatabase.connect(4),
  clock: systemClock(),
  random: systemRandom,
})

// BNI does everything; BANK_CIMB takes no refund messages (sandbox.md).
for (const acquirerId of ['BNI', 'BANK_CIMB'] as const) {
  testCardAcquirer(`simulated ${acquirerId}`, worldOf(simulator, acquirerId))
}
