/**
 * A Request-Id has exactly one answer (design.md 5): what a request is told that comes with a
 * Request-Id which another request holds.
 */
import type { Clock } from '../../../primitives/clock.ts'
import {
  type ClaimedRequest,
  compareWithHolder,
  type RequestClaim,
} from '../../../requests/index.ts'
import { CardError } from '../card-error.ts'

/** How the holder's work stands, by the route that began it. */
export type HolderAnswer = {
  /** Whether nothing of it can change any more. */
  readonly isSettled: boolean
  /** The members of its answer as they stand now; undefined while it is not answered. */
  readonly members: Readonly<Record<string, unknown>> | undefined
}

export type HolderAnswers = (holder: ClaimedRequest) => Promise<HolderAnswer | undefined>

/**
 * Judges a request against the holder of its Request-Id.
 * @returns the holder, where it has expired and may be superseded by another invoice
 * @throws CardError invalid_signature, request_id_used, precondition_failed or conflict
 */
export async function judgeHolder(
  holder: ClaimedRequest,
  request: Pick<RequestClaim, 'route' | 'bodyMac' | 'signatureMac'>,
  deps: { clock: Clock; answerOf: HolderAnswers },
): Promise<ClaimedRequest> {
  if (holder.expiresAt <= deps.clock.now()) {
    const answer = await deps.answerOf(holder)
    if (!answer || answer.isSettled) return holder
  }
  switch (compareWithHolder(holder, request)) {
    case 'signature_used':
      throw new CardError('invalid_signature')
    case 'other_route':
      throw new CardError('request_id_used')
    case 'other_body':
      throw new CardError('precondition_failed')
    case 'same': {
      const answer = await deps.answerOf(holder)
      throw new CardError('conflict', {}, answer?.members)
    }
  }
}
