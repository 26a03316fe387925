/**
 * What the simulated switch does with a message: the KKI test data of sandbox.md, and what a test
 * asked for, which goes before the amounts. Pure.
 */
import type { Money } from '../../../primitives/money.ts'
import type { Secret } from '../../../primitives/secret.ts'
import { codes } from '../response-codes.ts'

/** What happens to one message; `lose` names what gets lost on the way. */
export type Behaviour = {
  readonly responseCode: string
  readonly lose?: 'answer' | 'request' | undefined
  readonly delayMs?: number | undefined
  /** A payment that waits for its cardholder. */
  readonly waits?: boolean | undefined
}

/** An instruction for the next message of a merchant. */
export type Instruction = Partial<Behaviour>

/** What the cards of sandbox.md are refused with; undefined is approved. Any other is unknown. */
const cards: Readonly<Record<string, string | undefined>> = {
  '9360001609987000000': undefined,
  '9360000812345678901': undefined,
  '9360001600000000002': codes.not_permitted,
  '9360001600000000003': codes.suspected_fraud,
}

/** One-time tokens that need no app; undefined is taken, always. */
const tokens: Readonly<Record<string, string | undefined>> = {
  '12345678': undefined,
  '00000000': codes.invalid_ott,
  '11111111': codes.ott_expired,
}

/** The amounts that are about lost or late answers, and about the issuer's app. */
const specialAmounts: Readonly<Record<string, Behaviour>> = {
  '68': { responseCode: codes.approved, lose: 'answer' },
  '69': { responseCode: codes.approved, lose: 'request' },
  '96': { responseCode: codes.approved, delayMs: 3_000 },
  '02': { responseCode: codes.approved, waits: true },
}

/** An amount whose whole rupiah end in 90NN answers code NN. */
export function behaviourFor(
  amount: Money | undefined,
  instruction: Instruction | undefined,
): Behaviour {
  const code = amount && /90(\d\d)$/.exec(String(amount.minor / 100n))?.[1]
  const byAmount = code ? (specialAmounts[code] ?? { responseCode: code }) : undefined
  const usual = byAmount ?? { responseCode: codes.approved }
  // A delay or a loss alone leaves the decision as it is; a response code replaces it altogether.
  return instruction?.responseCode === undefined
    ? { ...usual, ...instruction }
    : { ...instruction, responseCode: instruction.responseCode }
}

/** Whether an issuer knows the card, so that its app gives one-time tokens for it. */
export function isIssued(cpan: Secret<string>): boolean {
  return cpan.reveal((digits) => Object.hasOwn(cards, digits))
}

/** What a card is refused with whoever asks; undefined where it is not. */
export function refusalOfCard(cpan: Secret<string>): string | undefined {
  return isIssued(cpan) ? cpan.reveal((digits) => cards[digits]) : codes.invalid_cpan
}

/** Whether a token is one of those that always behave alike, and what it is refused with. */
export function fixedToken(
  ott: Secret<string>,
): { readonly refusal: string | undefined } | undefined {
  return ott.reveal((digits) =>
    Object.hasOwn(tokens, digits) ? { refusal: tokens[digits] } : undefined,
  )
}

export const rightOtp = '123456'

export function isRightOtp(otp: Secret<string>): boolean {
  return otp.reveal((digits) => digits === rightOtp)
}
