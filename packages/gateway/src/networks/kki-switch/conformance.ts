/**
 * What every connector to the KKI switch must do, as a suite that each connector's test runs against
 * itself (docs/operating/connectors.md). The world says how to bring the switch into each situation;
 * what a link cannot be brought into is skipped, with its reason.
 */
import { testBindings } from './conformance/bindings.ts'
import { testDecisions } from './conformance/decisions.ts'
import { testLostMessages } from './conformance/lost-messages.ts'
import { testPending } from './conformance/pending.ts'
import { testRefunds } from './conformance/refunds.ts'
import { testRepeats } from './conformance/repeats.ts'
import { testReversals } from './conformance/reversals.ts'
import { testUnbindings } from './conformance/unbindings.ts'
import type { KkiWorld } from './conformance/world.ts'

export type { KkiWorld } from './conformance/world.ts'

export function testKkiSwitch(name: string, world: KkiWorld): void {
  testDecisions(name, world)
  testBindings(name, world)
  testUnbindings(name, world)
  testPending(name, world)
  testRefunds(name, world)
  testRepeats(name, world)
  testReversals(name, world)
  testLostMessages(name, world)
}
