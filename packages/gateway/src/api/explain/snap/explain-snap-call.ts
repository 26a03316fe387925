/** Why SNAP's door refused a call with an access token (wire.md 6.3, 6.4). */
import { canonicalBodies } from '@gerbang/wire'
import { signablePaths } from '../../raw-call.ts'
import { hashOf } from '../body/hash-of.ts'
import { bare, type Draft } from '../draft.ts'
import type { Cause, Finding, Known, Refused } from '../explanation.ts'
import {
  besideSignature,
  type Drafts,
  explainSignature,
  type SignatureRules,
} from '../signature/explain-signature.ts'
import { wrongSecret } from '../signature/secrets.ts'
import { readSnapSignature } from '../signature/signature-forms.ts'
import { headerOf } from '../text-mistakes.ts'
import { explainAccessToken } from './access-tokens.ts'
import { explainSnapHeaders, isAboutTime } from './explain-snap-headers.ts'
import { snapMistakes } from './snap-mistakes.ts'

const names = ['X-PARTNER-ID', 'X-EXTERNAL-ID', 'X-TIMESTAMP', 'X-SIGNATURE', 'Authorization']

export function explainSnapCall(refused: Refused, known: Known): Finding | undefined {
  const right = rightDrafts(refused)
  const [expected] = right
  const ofHeaders = explainSnapHeaders(refused, known, { expected, names })
  if (ofHeaders?.received && isAboutTime(refused))
    return besideSignature(ofHeaders, refused, known, right, rulesOf(refused))
  if (ofHeaders) return ofHeaders
  switch (refused.row) {
    case 'token_not_found':
    case 'invalid_token':
    case 'invalid_customer_token':
      return explainAccessToken(refused, known, expected)
    case 'conflict':
      return { causes: [externalIdUsed], expected, received: expected }
    case 'unauthorized':
      return explainSignature(refused, known, right, {
        ...rulesOf(refused),
        whenRight: wrongSecret(known.merchant?.clientId ?? '', refused),
      })
    default:
      return undefined
  }
}

const externalIdUsed: Cause = {
  cause: 'external-id-used',
  hint:
    'This X-EXTERNAL-ID was sent before to this endpoint today (in Jakarta). Take a new one for ' +
    'every request.',
}

/** The texts that the door takes: the path as sent or decoded, the body in its canonical forms. */
function rightDrafts({ method, url, headers, body }: Refused): Drafts {
  const token = /^(?:bearer +)*(\S*)/i.exec(String(headers['authorization'] ?? ''))?.[1] ?? ''
  const draft = (path: string, form: Uint8Array): Draft => ({
    parts: [
      bare('method', method),
      bare('path', path),
      bare('access token', token),
      bare('body hash', hashOf(Buffer.from(form)).toString('hex')),
      bare('X-TIMESTAMP', String(headers['x-timestamp'] ?? '')),
    ],
    separator: ':',
    ending: '',
  })
  const forms = canonicalBodies(body)
  const drafts = signablePaths(url).flatMap((path) => forms.map((form) => draft(path, form)))
  const [first = draft(url, body), ...rest] = drafts
  return [first, ...rest]
}

function rulesOf(refused: Refused): SignatureRules {
  return {
    header: headerOf(refused, 'x-signature') ?? '',
    read: readSnapSignature,
    write: (bytes) => bytes.toString('base64'),
    mistakes: () => snapMistakes(refused),
    hash: 'sha512',
    wrongHash,
    asymmetric,
  }
}

const asymmetric: Cause = {
  cause: 'asymmetric-instead-of-symmetric',
  hint:
    'The signature is as long as one of RSA. Only the two token calls are signed with the private ' +
    'key; every other call is an HMAC-SHA512 with the Secret Key.',
}
const wrongHash = (hash: string): Cause =>
  hash === 'sha256'
    ? {
        cause: 'sha256-instead-of-sha512',
        hint:
          'The signature is an HMAC by SHA-256. SNAP wants HMAC-SHA512; only the hash of the body is ' +
          'SHA-256.',
      }
    : {
        cause: 'wrong-hash',
        hint: `The signature has the length of ${hash.toUpperCase()}. SNAP wants HMAC-SHA512.`,
      }
