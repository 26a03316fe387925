/**
 * Why SNAP's door refused a call for a token (wire.md 6.1). Its signature is by RSA, so that what was
 * signed can be read with the public key: whether the key is right is certain.
 */
import type { Merchant } from '../../../merchants/index.ts'
import { explainUnknownClient, meantClientId } from '../clients.ts'
import { bare, type Draft, valueIn, withoutPart, withValue } from '../draft.ts'
import type { Cause, Finding, Known, Refused } from '../explanation.ts'
import { type Mistake, search } from '../search.ts'
import { hashOfLength, waysToSign } from '../signature/secrets.ts'
import { explainSentKey } from '../signature/sent-keys.ts'
import { readSnapSignature } from '../signature/signature-forms.ts'
import { headerOf, partOrder, trailingNewline } from '../text-mistakes.ts'
import { timestampMistakes } from '../timestamp-mistakes.ts'
import { explainSnapHeaders } from './explain-snap-headers.ts'
import { publicKeyOf, type SignedText, signedBy } from './rsa-signatures.ts'

const names = ['X-CLIENT-KEY', 'X-TIMESTAMP', 'X-SIGNATURE']

export function explainSnapToken(refused: Refused, known: Known): Finding | undefined {
  const expected: Draft = {
    parts: [
      bare('X-CLIENT-KEY', headerOf(refused, 'x-client-key') ?? ''),
      bare('X-TIMESTAMP', headerOf(refused, 'x-timestamp') ?? ''),
    ],
    separator: '|',
    ending: '',
  }
  const ofHeaders = explainSnapHeaders(refused, known, { expected, names })
  if (ofHeaders || refused.row !== 'unauthorized') return ofHeaders
  return explainSignature(refused, known, expected)
}

function explainSignature(refused: Refused, known: Known, right: Draft): Finding {
  const { merchant } = known
  const clientId = headerOf(refused, 'x-client-key') ?? ''
  const header = headerOf(refused, 'x-signature') ?? ''
  const sentKey = explainSentKey(header, known)
  if (sentKey) return { causes: [sentKey], expected: right }
  if (!merchant) {
    const clients = known.others.map((one) => one.clientId)
    const expected = withValue(right, 'X-CLIENT-KEY', meantClientId(clientId, clients))
    return { causes: [explainUnknownClient(clientId, clients)], expected, received: right }
  }
  if (!publicKeyOf(merchant)) return { causes: [noPublicKey], expected: right }
  const { bytes, causes } = readSnapSignature(header)
  const found = bytes && tryAll(bytes, { ...known, merchant }, right)
  const [first = wrongKey, ...others] = [...causes, ...(found?.causes ?? [])]
  return {
    causes: [first, ...others],
    expected: right,
    received: found?.draft,
    signature:
      causes.length > 0 && bytes
        ? { expected: bytes.toString('base64'), received: header }
        : undefined,
  }
}

const wrongKey: Cause = {
  cause: 'wrong-key',
  hint:
    "The signature is not made with the private key that belongs to this merchant's public key. " +
    'GET /sandbox/credentials shows the private key.',
}
const noPublicKey: Cause = {
  cause: 'no-public-key',
  hint: 'This merchant has no public key, so that no token call of it can be verified.',
}
const wrongString: Cause = {
  cause: 'wrong-string',
  hint:
    'The key is right and the text is not: sign X-CLIENT-KEY, one |, and X-TIMESTAMP, both ' +
    'exactly as in the headers, and nothing else.',
}
const pss: Cause = {
  cause: 'rsa-pss-padding',
  hint: 'The signature is made with PSS padding. SNAP wants SHA256withRSA, which is PKCS#1 v1.5.',
}
const noDigestInfo: Cause = {
  cause: 'rsa-without-digest-info',
  hint:
    'The key is right, but it was used on the text or its bare hash, as openssl_private_encrypt ' +
    'and pkeyutl do. SHA256withRSA hashes, and names the hash: openssl_sign, openssl dgst -sign.',
}
const symmetric: Cause = {
  cause: 'symmetric-instead-of-asymmetric',
  hint:
    'The signature has the length of an HMAC. The token calls are signed with the private key: ' +
    'SHA256withRSA.',
}
const otherHash = (hash: string): Cause => ({
  cause: 'wrong-hash',
  hint: `The signature is made by RSA with ${hash.toUpperCase()}. SNAP wants SHA256withRSA.`,
})

type Tried = { readonly causes: readonly Cause[]; readonly draft?: Draft }

function tryAll(
  bytes: Buffer,
  known: Known & { readonly merchant: Merchant },
  right: Draft,
): Tried | undefined {
  const { merchant, others } = known
  if (hashOfLength(bytes) !== undefined) {
    const found = search([right], tokenMistakes, waysToSign(bytes, merchant, []))
    return { ...found, causes: [symmetric, ...(found?.causes ?? [])] }
  }
  for (const signer of [merchant, ...others]) {
    const key = publicKeyOf(signer)
    const signed = key && signedBy(bytes, key)
    if (!signed) continue
    const isOther = signer.clientId !== merchant.clientId
    const kind = [...(isOther ? [keyOfAnother(signer)] : []), ...mistakesOfKind(signed)]
    const found = search([right], tokenMistakes, [signed])
    if (isOther && !signed.isCertain && !found) continue
    const text = found?.causes ?? [wrongString]
    return { ...found, causes: [...kind, ...text] }
  }
  return undefined
}

/** What is certain of how it was signed, whatever the text. */
function mistakesOfKind({ padding, digestInfo, hash }: SignedText): Cause[] {
  if (padding === 'pkcs1' && digestInfo === undefined) return [noDigestInfo]
  return [
    ...(padding === 'pss' ? [pss] : []),
    ...(hash === undefined || hash === 'sha256' ? [] : [otherHash(hash)]),
  ]
}

function keyOfAnother({ clientId }: Merchant): Cause {
  const hint =
    `The signature is made with the private key of ${clientId}. Take the key of the client id ` +
    'that you send.'
  return { cause: 'key-of-another-merchant', hint }
}

const tokenMistakes: readonly Mistake[] = [
  trailingNewline,
  {
    cause: 'missing-bar',
    hint: 'One | stands between X-CLIENT-KEY and X-TIMESTAMP, without spaces.',
    usual: 2,
    variants: (draft) =>
      ['', ':', ' | ', '\n', '||', ' ', ','].map((separator) => ({ ...draft, separator })),
  },
  partOrder,
  {
    cause: 'missing-part',
    hint: 'Both stand in the text: X-CLIENT-KEY, one |, and X-TIMESTAMP.',
    variants: (draft) =>
      ['X-CLIENT-KEY', 'X-TIMESTAMP'].flatMap((name) => [
        withoutPart(draft, name),
        withValue(draft, name, ''),
      ]),
  },
  {
    cause: 'client-id-misspelt',
    hint: 'The client id in the text is not that of the X-CLIENT-KEY header, to the letter.',
    variants: (draft) => {
      const clientId = valueIn(draft, 'X-CLIENT-KEY') ?? ''
      const others = [clientId.toLowerCase(), ` ${clientId}`, `${clientId} `]
      return others.map((other) => withValue(draft, 'X-CLIENT-KEY', other))
    },
  },
  ...timestampMistakes('X-TIMESTAMP'),
]
