/**
 * What is wrong with an access token. Ours is a JWT that anybody can read: what it says of itself is
 * believed only where we signed it.
 */

import { explainUnknownClient } from '../clients.ts'
import { type Draft, withValue } from '../draft.ts'
import type { Cause, Finding, Known, Refused } from '../explanation.ts'
import { headerOf } from '../text-mistakes.ts'

export function explainAccessToken(refused: Refused, known: Known, signed: Draft): Finding {
  const expected = withValue(signed, 'access token', '<access token>')
  const clientId = headerOf(refused, 'x-partner-id') ?? ''
  if (refused.row === 'token_not_found') return { causes: [withoutBearer(refused)], expected }
  if (!known.merchant) {
    const clients = known.others.map((one) => one.clientId)
    return { causes: [explainUnknownClient(clientId, clients)], expected }
  }
  const isCustomers = refused.row === 'invalid_customer_token'
  const use = isCustomers ? 'b2b2c' : 'b2b'
  const header = headerOf(refused, isCustomers ? 'authorization-customer' : 'authorization') ?? ''
  const token = header.replace(/^bearer +/i, '').trim()
  const cause = whyInvalid(token, use, clientId, known)
  return { causes: [cause], expected: isCustomers ? signed : expected }
}

function withoutBearer(refused: Refused): Cause {
  const header = headerOf(refused, 'authorization') ?? ''
  return /^bearer\s+bearer\b/i.test(header)
    ? { cause: 'bearer-twice', hint: 'The Authorization header says Bearer twice; once is right.' }
    : {
        cause: 'authorization-without-bearer',
        hint:
          'The Authorization header is Bearer, one space, and the access token, with nothing ' +
          'behind it.',
      }
}

const callFor = {
  b2b: 'POST /authorization/v1/access-token/b2b',
  b2b2c: 'POST /authorization/v1/access-token/b2b2c',
} as const

type Payload = { clientId?: unknown; use?: unknown; exp?: unknown; businessExp?: unknown }

function whyInvalid(token: string, use: 'b2b' | 'b2b2c', clientId: string, known: Known): Cause {
  const payload = payloadOf(token)
  const renew = `Get a new one by ${callFor[use]}.`
  if (!payload) {
    const hint =
      `The access token is none of this gateway's: it is cut off, or of another environment. ` +
      `${renew}`
    return { cause: 'unknown-token', hint }
  }
  if (!known.isOurs(token)) {
    const hint =
      'The access token is not signed by this gateway: it was changed, or is of another ' +
      `environment or an earlier installation. ${renew}`
    return { cause: 'unknown-token', hint }
  }
  if (isOver(payload.exp, known.now) || isOver(payload.businessExp, known.businessNow)) {
    const hint =
      'The access token has expired; it lives 900 seconds, and POST /sandbox/clock ends it ' +
      `sooner. ${renew}`
    return { cause: 'expired-token', hint }
  }
  const holder = String(payload.clientId)
  if (holder !== clientId) {
    const hint =
      `The access token belongs to ${holder}, and X-PARTNER-ID is ${clientId}. Keep the tokens ` +
      'of merchants apart.'
    return { cause: 'token-of-another-client', hint }
  }
  const kind = String(payload.use)
  const hint = `The access token is of another kind (${kind}). This header takes one of ${callFor[use]}.`
  return { cause: 'token-of-another-use', hint }
}

function isOver(seconds: unknown, now: Date): boolean {
  return typeof seconds === 'number' && seconds * 1_000 <= now.getTime()
}

/** The payload of a JWT, whoever signed it. */
function payloadOf(token: string): Payload | undefined {
  const [, payload = '', ...rest] = token.split('.')
  if (rest.length !== 1) return undefined
  try {
    const json = JSON.parse(Buffer.from(payload, 'base64url').toString('utf8'))
    return typeof json === 'object' && json !== null ? json : undefined
  } catch {
    return undefined
  }
}
