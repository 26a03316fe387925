/** Why the door of the cards dialect refused a request (wire.md 2.1, 2.2, 2.5). */
import { isPrintable, longestIdentifier, signablePaths } from '../../raw-call.ts'
import { hashOf } from '../body/hash-of.ts'
import { explainUnknownClient, meantClientId } from '../clients.ts'
import { bare, type Draft, type Part, withValue } from '../draft.ts'
import type { Cause, Finding, Known, Refused } from '../explanation.ts'
import { explainContentType, explainMissing, explainUnusable } from '../headers.ts'
import { search } from '../search.ts'
import {
  besideSignature,
  type Drafts,
  explainSignature,
  type SignatureRules,
} from '../signature/explain-signature.ts'
import { otherSecretWay } from '../signature/secrets.ts'
import { readCardSignature, writeCardSignature } from '../signature/signature-forms.ts'
import { headerOf } from '../text-mistakes.ts'
import { explainForm, explainSkew, instantOf, skewOf, writeTimestamp } from '../timestamps.ts'
import { cardMistakes } from './card-mistakes.ts'

const signedHeaders = ['Client-Id', 'Request-Id', 'Request-Timestamp'] as const

export function explainCards(refused: Refused, known: Known): Finding | undefined {
  const right = rightDrafts(refused)
  const [expected] = right
  const timestamp = headerOf(refused, 'request-timestamp') ?? ''
  const withTime = (instant: Date | undefined) =>
    instant ? withValue(expected, 'Request-Timestamp', writeTimestamp(instant, 'cards')) : expected
  const beside = (finding: Finding) =>
    besideSignature(finding, refused, known, right, rulesOf(refused))
  switch (refused.row) {
    case 'header_required':
    case 'empty_client_id':
      return { causes: [explainMissing(refused, [...signedHeaders, 'Signature'])], expected }
    case 'header_size':
    case 'header_format':
      return { causes: [explainUnusable(refused, unusableHeader(refused))], expected }
    case 'timestamp_format': {
      const causes = [explainForm(timestamp, 'cards')] as const
      return beside({ causes, expected: withTime(instantOf(timestamp)), received: expected })
    }
    case 'timestamp_window': {
      const skewSeconds = skewOf(timestamp, known.now) ?? 0
      const causes = [explainSkew(timestamp, skewSeconds, 'cards')] as const
      return beside({ causes, expected: withTime(known.now), received: expected, skewSeconds })
    }
    case 'unknown_client':
      return explainClient(refused, known, right)
    case 'content_type':
      return explainContentType(refused, expected)
    case 'invalid_signature':
      return explainSignature(refused, known, right, {
        ...rulesOf(refused),
        whenRight: signatureUsed,
      })
    default:
      return undefined
  }
}

/** The texts that the door takes: the path as it was sent or decoded, and GET with or without digest. */
function rightDrafts(refused: Refused): Drafts {
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
  const { bytes } = readCardSignature(headerOf(refused, 'signature') ?? '')
  const signer =
    bytes && known.others.find((other) => search(right, [], [otherSecretWay(bytes, other)]))
  const clients = known.others.map((one) => one.clientId)
  const cause = explainUnknownClient(clientId, clients, signer?.clientId)
  const meant = meantClientId(clientId, clients, signer?.clientId)
  return { causes: [cause], expected: withValue(right[0], 'Client-Id', meant), received: right[0] }
}

function rulesOf(refused: Refused): SignatureRules {
  return {
    header: headerOf(refused, 'signature') ?? '',
    read: readCardSignature,
    write: writeCardSignature,
    mistakes: () => cardMistakes(refused),
    hash: 'sha256',
    wrongHash,
    asymmetric,
  }
}

const asymmetric: Cause = {
  cause: 'asymmetric-instead-of-symmetric',
  hint:
    'The signature is as long as one of RSA. The cards dialect wants an HMAC-SHA256 with the Secret ' +
    'Key; only the token calls of SNAP are signed with the private key.',
}

const wrongHash = (hash: string): Cause => ({
  cause: 'wrong-hash',
  hint: `The signature has the length of ${hash.toUpperCase()}. The cards dialect wants HMAC-SHA256.`,
})

const signatureUsed: Cause = {
  cause: 'signature-used',
  hint:
    'The signature is right, but it was sent before with this Request-Id. To ask again, sign ' +
    'again with a new Request-Timestamp; for another request take a new Request-Id.',
}
