/**
 * What every card acquirer connector must do, as a suite that each connector's test runs against
 * itself (docs/operating/connectors.md). The world says how to bring the acquirer into each
 * situation; what a link cannot be brought into is skipped, with its reason.
 */
import { testCapabilities } from './conformance/capabilities.ts'
import { testDecisions } from './conformance/decisions.ts'
import { testLimits } from './conformance/limits.ts'
import { testLostMessages } from './conformance/lost-messages.ts'
import { testRepeats } from './conformance/repeats.ts'
import { testReversals } from './conformance/reversals.ts'
import type { AcquirerWorld } from './conformance/world.ts'

export type { AcquirerWorld, Provocation } from './conformance/world.ts'

export function testCardAcquirer(name: string, world: AcquirerWorld): void {
  testDecisions(name, world)
  testCapabilities(name, world)
  testRepeats(name, world)
  testLimits(name, world)
  testReversals(name, world)
  testLostMessages(name, world)
}
