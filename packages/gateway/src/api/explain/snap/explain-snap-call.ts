/** Why SNAP's door refused a call with an access token (wire.md 6.3, 6.4). */
import { canonicalBodies, formatSnapTimestamp, snapServices } from '@gerbang/wire'
import { signablePaths } from '../../raw-call.ts'
import { hashOf } from '../bodies.ts'
import { bare, type Draft, withValue } from '../draft.ts'
import type { Cause, Finding, Known, Refused } from '../explanation.ts'
import { explainMissing, explainUnusable } from '../headers.ts'
import { search } from '../search.ts'
import { otherSecretWay, waysToSign, wrongSecret } from '../secrets.ts'
import { readSnapSignature } from '../signature-forms.ts'
import { headerOf } from '../text-mistakes.ts'
import { explainForm, explainSkew, instantOf, skewOf } from '../timestamps.ts'
import { explainAccessToken } from './access-tokens.ts'
import { snapMistakes } from './snap-mistakes.ts'

const names = ['X-PARTNER-ID', 'X-EXTERNAL-ID', 'X-TIMESTAMP', 'X-SIGNATURE', 'Authorization']

export function explainSnapCall(refused: Refused, known: Known): Finding | undefined {
  const right = rightDrafts(refused)
  const [expected] = right
  switch (refused.row) {
    case 'field_mandatory':
      return { causes: [explainMissing(refused, names)], expected }
    case 'field_format':
      return refused.values['field'] === 'X-TIMESTAMP'
        ? explainTimestampForm(refused, expected)
        : { causes: [explainUnusable(refused, String(refused.values['field']))], expected }
    case 'token_not_found':
    case 'invalid_token':
    case 'invalid_customer_token':
      return explainAccessToken(refused, known, expected)
    case 'conflict':
      return { causes: [externalIdUsed], expected, received: expected }
    case 'unauthorized':
      return isAboutTime(refused)
        ? explainDistance(refused, known, expected)
        : explainSignature(refused, known, right)
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

export function isAboutTime({ values }: Refused): boolean {
  return String(values['reason']).startsWith('X-TIMESTAMP')
}

export function explainTimestampForm(refused: Refused, expected: Draft): Finding {
  const text = headerOf(refused, 'x-timestamp') ?? ''
  const instant = instantOf(text)
  return {
    causes: [explainForm(text, refused.signedBy)],
    expected: instant ? withValue(expected, 'X-TIMESTAMP', formatSnapTimestamp(instant)) : expected,
    received: expected,
  }
}

export function explainDistance(refused: Refused, known: Known, expected: Draft): Finding {
  const text = headerOf(refused, 'x-timestamp') ?? ''
  const skewSeconds = skewOf(text, known.now) ?? 0
  return {
    causes: [explainSkew(text, skewSeconds)],
    expected: withValue(expected, 'X-TIMESTAMP', formatSnapTimestamp(known.now)),
    received: expected,
    skewSeconds,
  }
}

type Drafts = readonly [Draft, ...Draft[]]

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

function explainSignature(refused: Refused, known: Known, right: Drafts): Finding | undefined {
  const { merchant } = known
  if (!merchant) return undefined
  const header = headerOf(refused, 'x-signature') ?? ''
  const { bytes, causes } = readSnapSignature(header)
  const [expected] = right
  if (bytes && bytes.length > longestHmac) return { causes: [asymmetric], expected }
  const found = bytes && tryAll(bytes, refused, { ...known, merchant }, right)
  const looked = bytes?.length === 32 ? [sha256] : []
  const [first = wrongSecret(merchant.clientId), ...others] = found
    ? [...causes, ...found.causes]
    : [...causes, ...looked]
  return {
    causes: [first, ...others],
    expected: found?.expected ?? expected,
    received: found?.draft,
    signature:
      causes.length > 0 && bytes
        ? { expected: bytes.toString('base64'), received: header }
        : undefined,
  }
}

/** Of SHA-512, in bytes; what is longer is of RSA. */
const longestHmac = 64

const asymmetric: Cause = {
  cause: 'asymmetric-instead-of-symmetric',
  hint:
    'The signature is one of RSA. Only the two token calls are signed with the private key; ' +
    'every other call is an HMAC-SHA512 with the Secret Key.',
}
const sha256: Cause = {
  cause: 'sha256-instead-of-sha512',
  hint:
    'The signature is an HMAC by SHA-256. SNAP wants HMAC-SHA512; only the hash of the body is ' +
    'SHA-256.',
}
const sha1: Cause = {
  ...sha256,
  cause: 'wrong-hash',
  hint: 'The signature is an HMAC by SHA-1. SNAP wants HMAC-SHA512.',
}
const paths = Object.values(snapServices).map(({ path }) => path)

function tryAll(
  bytes: Buffer,
  refused: Refused,
  known: Known & { readonly merchant: NonNullable<Known['merchant']> },
  right: Drafts,
) {
  const others = [
    { hash: 'sha256', mistake: sha256 },
    { hash: 'sha1', mistake: sha1 },
  ]
  const ways = waysToSign(bytes, known.merchant, { right: 'sha512', others })
  const found = search(right, snapMistakes(refused, paths), ways)
  if (found) return found
  const strangers = known.others.filter((other) => other.clientId !== known.merchant.clientId)
  const byStrangers = strangers.map((other) => otherSecretWay(bytes, 'sha512', other))
  return search(right, [], byStrangers)
}
