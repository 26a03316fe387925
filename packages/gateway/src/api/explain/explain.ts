/** Why a request was refused, whichever dialect refused it. */
import type { FastifyReply, FastifyRequest } from 'fastify'
import { explainCards } from './cards/explain-cards.ts'
import type { Finding, Known, Refused, SignedBy } from './explanation.ts'
import { explainSnapCall } from './snap/explain-snap-call.ts'
import { explainSnapToken } from './snap/explain-snap-token.ts'

const explainers: Readonly<
  Record<SignedBy, (refused: Refused, known: Known) => Finding | undefined>
> = {
  cards: explainCards,
  'snap-call': explainSnapCall,
  'snap-token': explainSnapToken,
}

const snapHeaders = ['field_mandatory', 'field_format', 'unauthorized', 'content_type']

/** The rows that a door refuses with for what this explains; a database that is down is none. */
const explainedRows: Readonly<Record<SignedBy, readonly string[]>> = {
  cards: [
    'header_required',
    'empty_client_id',
    'header_size',
    'header_format',
    'timestamp_format',
    'timestamp_window',
    'unknown_client',
    'content_type',
    'invalid_signature',
  ],
  'snap-call': [
    ...snapHeaders,
    'token_not_found',
    'invalid_token',
    'invalid_customer_token',
    'conflict',
  ],
  'snap-token': snapHeaders,
}

/** Whether there is anything to explain, before anything is looked up for it. */
export function isExplained({ signedBy, row }: Pick<Refused, 'signedBy' | 'row'>): boolean {
  return explainedRows[signedBy].includes(row)
}

/** Whether a row is refused where the caller is known already; the signature is right then. */
export function isFoundLater(row: string): boolean {
  return row === 'content_type'
}

/** Undefined where nothing can be said. */
export function explain(refused: Refused, known: Known): Finding | undefined {
  return explainers[refused.signedBy](refused, known)
}

/** The client id and the id of a request, under the names of its dialect. */
export const idHeaders: Readonly<
  Record<SignedBy, { readonly client: string; readonly request: string }>
> = {
  cards: { client: 'client-id', request: 'request-id' },
  'snap-call': { client: 'x-partner-id', request: 'x-external-id' },
  'snap-token': { client: 'x-client-key', request: 'x-external-id' },
}

/**
 * What a door is given in the sandbox, and in live mode not: makes and keeps the explanation of a
 * refusal, names its place in the answer's headers and its cause in the log. It never fails.
 */
export type ExplainRefusal = (
  request: FastifyRequest,
  reply: FastifyReply,
  as: Pick<Refused, 'signedBy' | 'row' | 'values'>,
) => Promise<void>
