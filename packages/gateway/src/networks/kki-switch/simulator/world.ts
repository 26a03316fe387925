/**
 * The suite's world at the simulated switch, where everything can be provoked and looked at; the
 * simulator's own tests use it too. Business time stands still until it is moved.
 */
import { createHmac } from 'node:crypto'
import { type Clock, systemClock } from '../../../primitives/clock.ts'
import { rupiah } from '../../../primitives/money.ts'
import { Secret } from '../../../primitives/secret.ts'
import type { KkiWorld } from '../conformance.ts'
import type { KkiSwitch } from '../contract.ts'
import type { Instruction, KkiSimulator } from './index.ts'

/** Makes fingerprints with a key that protects nothing. */
export const testKeyRing = {
  fingerprint: (purpose: string, value: string | Uint8Array) =>
    createHmac('sha256', 'a key of the tests').update(`${purpose}\0`).update(value).digest(),
}

/** A clock that several simulators share, as processes of one sandbox do. */
export function createStillClock(): Clock & { offsetMs(): number; moveBy(ms: number): void } {
  const start = Date.now()
  let offset = 0
  return {
    ...systemClock(),
    now: () => new Date(start + offset),
    offsetMs: () => offset,
    moveBy: (milliseconds) => {
      offset += milliseconds
    },
  }
}

const patienceMs = 150
let stan = 0

/** Unique in this process: several worlds may share one book. */
function nextReferences() {
  stan += 1
  const digits = String(stan).padStart(6, '0')
  return { stan: digits, rrn: `632500${digits}`, transmittedAt: new Date() }
}

/** `kkiSwitch` stands in for the simulator's own, as one that several processes offer. */
export function worldOf(
  simulator: KkiSimulator,
  clock: ReturnType<typeof createStillClock>,
  kkiSwitch: KkiSwitch = simulator.kkiSwitch,
): KkiWorld {
  const subMerchantId = 'MCH-1'
  const steering = (instruction: Instruction) => () =>
    simulator.steerNext(subMerchantId, instruction)
  const message = () => {
    const references = nextReferences()
    return {
      references,
      mid: '000360012345',
      tid: '36001234',
      subMerchantId,
      partnerReferenceNo: `INV-${references.stan}`,
      custIdMerchant: `CUST${references.stan}`,
    }
  }
  const cpan = new Secret('9360001609987000000')
  return {
    kkiSwitch,
    newBinding: () => ({ ...message(), card: { cpan, ott: undefined }, phoneNumber: undefined }),
    newPayment: (amount) => {
      const common = message()
      return {
        ...common,
        referenceNo: `REF-${common.references.stan}`,
        amount: amount ?? rupiah(90_000n),
        source: { kind: 'card', card: { cpan, ott: new Secret('12345678') }, binds: false },
      }
    },
    nextReferences,
    rightOtp: new Secret('123456'),
    wrongOtp: new Secret('654321'),
    answerMs: 5_000,
    patienceMs,
    provoke: {
      refusal: steering({ responseCode: '05' }),
      lostRequest: steering({ lose: 'request' }),
      lostAnswer: steering({ lose: 'answer' }),
      lateAnswer: steering({ delayMs: 2 * patienceMs }),
      waiting: steering({ waits: true }),
    },
    decide: async ({ referenceNo }, approve) =>
      (await simulator.confirm(referenceNo, approve)) === 'confirmed',
    passTimeTo: async (instant) =>
      clock.moveBy(Math.max(instant.getTime() - clock.now().getTime(), 0)),
    countMessages: async (custIdMerchant, kind) =>
      (await simulator.messages(subMerchantId, { custIdMerchant })).filter(
        (one) => one.kind === kind,
      ).length,
  }
}
