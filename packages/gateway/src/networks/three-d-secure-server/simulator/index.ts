/**
 * The simulated 3-D Secure server with its directory server and issuer: decides by the test cards
 * of sandbox.md, keeps a durable book on a connection of its own, and answers the same reference
 * the same way again.
 */
import { timingSafeEqual } from 'node:crypto'
import type { Database } from '../../../platform/database/index.ts'
import { maskCardNumber } from '../../../primitives/card-number.ts'
import type { Clock } from '../../../primitives/clock.ts'
import type { Random } from '../../../primitives/random.ts'
import type { AuthenticationOutcome, ThreeDSecureServer } from '../contract.ts'
import { electronicCommerceIndicators } from '../electronic-commerce-indicator.ts'
import {
  type BookEntry,
  type BookStatus,
  findAuthentication,
  passChallenge,
  writeAuthentication,
} from './book.store.ts'
import { behaviourOf, type CardBehaviour, rightPassword } from './cards.ts'

/** Table emptied by a sandbox reset. */
export const threeDSecureSimulatorTables = ['sandbox.three_d_secure_authentications'] as const

/** EMV 3-D Secure protocol version that the simulated server speaks. */
const version = '2.2.0'

const statusOf: Record<Exclude<CardBehaviour, 'not_enrolled' | 'unreachable'>, BookStatus> = {
  challenge: 'C',
  authenticated: 'Y',
  attempted: 'A',
  N: 'N',
  U: 'U',
  R: 'R',
}

export function createThreeDSecureSimulator(deps: {
  database: Database
  clock: Clock
  random: Random
}): ThreeDSecureServer {
  const { database, clock, random } = deps
  // CAVV, AAV and AEVV are 20 bytes.
  const cryptogram = () => random.bytes(20).toString('base64')

  return {
    authenticate: async ({ reference, card }, deadline) => {
      if (deadline.aborted) return { kind: 'unreachable', reason: 'no answer in time' }
      const behaviour = card.number.reveal(behaviourOf)
      const indicators = electronicCommerceIndicators[card.brand]
      if (behaviour === 'unreachable') {
        return { kind: 'unreachable', reason: 'no directory server' }
      }
      if (behaviour === 'not_enrolled') {
        return {
          kind: 'not_enrolled',
          eci: indicators.none,
          cryptogram: undefined,
          directoryServerTransactionId: undefined,
          version: undefined,
        }
      }
      const status = statusOf[behaviour]
      const proves = status === 'Y' || status === 'A'
      const entry = await writeAuthentication(database, {
        reference,
        maskedCardNumber: card.number.reveal(maskCardNumber),
        brand: card.brand,
        status,
        eci: status === 'A' ? indicators.attempted : proves ? indicators.authenticated : '',
        cryptogram: proves ? cryptogram() : null,
        directoryServerTransactionId: uuid(random.bytes(16)),
        version,
        receivedAt: clock.now(),
      })
      if (!entry) throw new Error('the book took no entry')
      return toOutcome(entry)
    },

    answerChallenge: async (reference, password, deadline) => {
      if (deadline.aborted) return { kind: 'unreachable', reason: 'no answer in time' }
      const open = await findAuthentication(database, reference)
      if (!open) return { kind: 'unreachable', reason: 'no such authentication' }
      if (!password.reveal(isRightPassword)) return { kind: 'wrong_password' }
      const proof = {
        eci: electronicCommerceIndicators[open.brand].authenticated,
        cryptogram: cryptogram(),
      }
      const entry =
        (await passChallenge(database, reference, proof)) ??
        (await findAuthentication(database, reference))
      const outcome = entry && toOutcome(entry)
      return outcome?.kind === 'authenticated'
        ? outcome
        : { kind: 'unreachable', reason: 'the challenge is not open' }
    },

    findResult: async (reference) => {
      const entry = await findAuthentication(database, reference)
      return entry && toOutcome(entry)
    },
  }
}

function toOutcome(entry: BookEntry): AuthenticationOutcome {
  switch (entry.status) {
    case 'C':
      return { kind: 'challenge', version: entry.version }
    case 'Y':
    case 'A':
      return {
        kind: entry.status === 'Y' ? 'authenticated' : 'attempted',
        eci: entry.eci,
        cryptogram: entry.cryptogram ?? undefined,
        directoryServerTransactionId: entry.directoryServerTransactionId,
        version: entry.version,
      }
    case 'N':
    case 'U':
    case 'R':
      return { kind: 'failed', status: entry.status, version: entry.version }
  }
}

function isRightPassword(entered: string): boolean {
  const right = Buffer.from(rightPassword)
  const given = Buffer.from(entered)
  return given.length === right.length && timingSafeEqual(given, right)
}

/** UUID version 4 (RFC 9562) of 16 random bytes. */
function uuid(bytes: Buffer): string {
  bytes.writeUInt8((bytes.readUInt8(6) & 0x0f) | 0x40, 6)
  bytes.writeUInt8((bytes.readUInt8(8) & 0x3f) | 0x80, 8)
  return bytes.toString('hex').replace(/(.{8})(.{4})(.{4})(.{4})(.{12})/, '$1-$2-$3-$4-$5')
}
