/** Why the door of the cards dialect refused a request (wire.md 2.1, 2.2, 2.5). */
import { isPrintable, longestIdentifier, signablePaths } from '../../raw-call.ts'
import { hashOf } from '../bodies.ts'
import { explainUnknownClient } from '../clients.ts'
import { bare, type Draft, type Part, withValue } from '../draft.ts'
import type { Cause, Finding, Known, Refused } from '../explanation.ts'
import { explainMissing, explainUnusable } from '../headers.ts'
import { search } from '../search.ts'
import { otherSecretWay, waysToSign, wrongSecret } from '../secrets.ts'
import { readCardSignature, writeCardSignature } from '../signature-forms.ts'
import { headerOf } from '../text-mistakes.ts'
import { explainForm, explainSkew, instantOf, skewOf, writeTimestamp } from '../timestamps.ts'
import { cardMistakes } from './card-mistakes.ts'

const signedHeaders = ['Client-Id', 'Request-Id', 'Request-Timestamp'] as const

export function explainCards(refused: Refused, known: Known): Finding | undefined {
  const [expected, ...alsoRight] = rightDrafts(refused)
  const timestamp = headerOf(refused, 'request-timestamp') ?? ''
  const withTime = (instant: Date | undefined) =>
    instant ? withValue(expected, 'Request-Timestamp', writeTimestamp(instant, 'cards')) : expected
  switch (refused.row) {
    case 'header_required':
    case 'empty_client_id':
      return { causes: [explainMissing(refused, [...signedHeaders, 'Signature'])], expected }
    case 'header_size':
    case 'header_format':
      return { causes: [explainUnusable(refused, unusableHeader(refused))], expected }
    case 'timestamp_format': {
      const causes = [explainForm(timestamp, 'cards')] as const
      return { causes, expected: withTime(instantOf(timestamp)), received: expected }
    }
    case 'timestamp_window': {
      const skewSeconds = skewOf(timestamp, known.now) ?? 0
      const causes = [explainSkew(timestamp, skewSeconds)] as const
      return { causes, expected: withTime(known.now), received: expected, skewSeconds }
    }
    case 'unknown_client':
      return explainClient(refused, known, [expected, ...alsoRight])
    case 'invalid_signature':
      return explainSignature(refused, known, [expected, ...alsoRight])
    default:
      return undefined
  }
}

type Drafts = readonly [Draft, ...Draft[]]

/** The texts that the door takes: the path as it was sent or decoded, and GET with or without digest. */
function rightDrafts(refused: Refused): [Draft, ...Draft[]] {
  const path = refused.url.split('?', 1)[0] ?? ''
  const digest = hashOf(refused.body).toString('base64')
  const digests =
    refused.method === 'POST' ? [digest] : [undefined, ...(refused.body.length > 0 ? [digest] : [])]
  const lines = (target: string, digest: string | undefined): Draft => ({
    parts: [
      ...signedHeaders.map((name) => line(name, headerOf(refused, name.toLowerCase()) ?? '')),
      line('Request-Target', target),
      ...(digest === undefined ? [] : [line('Digest', digest)]),
    ],
    separator: '\n',
    ending: '',
  })
  const drafts = signablePaths(path).flatMap((target) => digests.map((one) => lines(target, one)))
  const [first = lines(path, undefined), ...rest] = drafts
  return [first, ...rest]
}

const line = (name: string, value: string): Part => ({ ...bare(name, value), label: `${name}:` })

function unusableHeader(refused: Refused): string {
  const clientId = headerOf(refused, 'client-id') ?? ''
  return clientId.length > longestIdentifier || !isPrintable(clientId) ? 'Client-Id' : 'Request-Id'
}

function explainClient(refused: Refused, known: Known, right: Drafts): Finding {
  const clientId = headerOf(refused, 'client-id') ?? ''
  const unknown = explainUnknownClient(
    clientId,
    known.others.map((one) => one.clientId),
  )
  const expected = withValue(right[0], 'Client-Id', '<a client id of this gateway>')
  const { bytes } = readCardSignature(headerOf(refused, 'signature') ?? '')
  const signer =
    bytes &&
    known.others.find((other) => search(right, [], [otherSecretWay(bytes, 'sha256', other)]))
  if (!signer) return { causes: [unknown], expected, received: right[0] }
  const hint =
    `${unknown.hint} The signature is made with the Secret Key of ${signer.clientId}: send that ` +
    'client id.'
  return {
    causes: [{ ...unknown, hint }],
    expected: withValue(right[0], 'Client-Id', signer.clientId),
    received: right[0],
  }
}

function explainSignature(refused: Refused, known: Known, right: Drafts): Finding | undefined {
  const { merchant } = known
  if (!merchant) return undefined
  const header = headerOf(refused, 'signature') ?? ''
  const read = readCardSignature(header)
  const signature = read.bytes && { expected: writeCardSignature(read.bytes), received: header }
  const [form, ...forms] = read.causes
  const [expected] = right
  const found = read.bytes && tryAll(read.bytes, refused, { ...known, merchant }, right)
  if (found) {
    const [cause = signatureUsed, ...others] = [...read.causes, ...found.causes]
    return {
      causes: [cause, ...others],
      expected: found.expected,
      received: found.draft,
      ...(form ? { signature } : {}),
    }
  }
  if (form) return { causes: [form, ...forms], expected, signature }
  return { causes: [wrongSecret(merchant.clientId)], expected }
}

function tryAll(
  bytes: Buffer,
  refused: Refused,
  known: Known & { readonly merchant: NonNullable<Known['merchant']> },
  right: Drafts,
) {
  const ways = waysToSign(bytes, known.merchant, { right: 'sha256', others: otherHashes })
  const found = search(right, cardMistakes(refused), ways)
  if (found) return found
  const others = known.others.filter((other) => other.clientId !== known.merchant.clientId)
  const byOthers = others.map((other) => otherSecretWay(bytes, 'sha256', other))
  return search(right, [], byOthers)
}

const otherHashes = ['sha512', 'sha1'].map((hash) => ({
  hash,
  mistake: {
    cause: 'wrong-hash',
    hint: `The signature is an HMAC by ${hash.toUpperCase()}. The cards dialect wants HMAC-SHA256.`,
  },
}))

const signatureUsed: Cause = {
  cause: 'signature-used',
  hint:
    'The signature is right, but it was sent before with this Request-Id. To ask again, sign ' +
    'again with a new Request-Timestamp; for another request take a new Request-Id.',
}
