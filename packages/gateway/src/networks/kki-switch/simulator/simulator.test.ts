/** The simulated switch passes the suite that every connector passes. */
import { after } from 'node:test'
import { createTestDatabase } from '../../../../../../test/harness/database.ts'
import { systemRandom } from '../../../primitives/random.ts'
import { testKkiSwitch } from '../conformance.ts'
import type { KkiSwitch } from '../contract.ts'
import { codes } from '../response-codes.ts'
import { createKkiSimulator } from './index.ts'
import { createStillClock, testKeyRing, worldOf } from './world.ts'

const testDatabase = await createTestDatabase()
after(() => testDatabase.drop())
const clock = createStillClock()
const simulator = createKkiSimulator({
  database: testDatabase.connect(4),
  clock,
  random: systemRandom,
  keyRing: testKeyRing,
})

testKkiSwitch('simulated switch', worldOf(simulator, clock))

/** A switch that can less, so that the suite's cases for what is not claimed are run as well. */
const poorer: KkiSwitch = {
  ...simulator.kkiSwitch,
  capabilities: { inquiry: false, partialRefund: false },
  inquire: async () => ({ kind: 'unknown', reason: 'this switch answers no inquiries' }),
  refund: async (command, deadline) =>
    command.amount.minor < command.original.amount.minor
      ? { kind: 'refused', responseCode: codes.invalid_amount }
      : simulator.kkiSwitch.refund(command, deadline),
}

testKkiSwitch('a switch that can less', worldOf(simulator, clock, poorer))
