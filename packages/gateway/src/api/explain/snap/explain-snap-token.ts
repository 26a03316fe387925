/**
 * Why SNAP's door refused a call for a token (wire.md 6.1). Its signature is by RSA, so that the
 * hash of what was signed can be read with the public key: whether the key is right is certain.
 */
import { constants, createPublicKey, type KeyObject, publicDecrypt, verify } from 'node:crypto'
import { formatSnapTimestamp } from '@gerbang/wire'
import type { Merchant } from '../../../merchants/index.ts'
import { hashOf } from '../bodies.ts'
import { explainUnknownClient } from '../clients.ts'
import { bare, type Draft, valueIn, withoutPart, withValue } from '../draft.ts'
import type { Cause, Finding, Known, Refused } from '../explanation.ts'
import { explainMissing, explainUnusable } from '../headers.ts'
import { type Mistake, search, type Way } from '../search.ts'
import { waysToSign } from '../secrets.ts'
import { readSnapSignature } from '../signature-forms.ts'
import { headerOf, partOrder, timestampDiffers, trailingNewline } from '../text-mistakes.ts'
import { explainDistance, explainTimestampForm, isAboutTime } from './explain-snap-call.ts'

export function explainSnapToken(refused: Refused, known: Known): Finding | undefined {
  const expected: Draft = {
    parts: [
      bare('X-CLIENT-KEY', headerOf(refused, 'x-client-key') ?? ''),
      bare('X-TIMESTAMP', headerOf(refused, 'x-timestamp') ?? ''),
    ],
    separator: '|',
    ending: '',
  }
  switch (refused.row) {
    case 'field_mandatory': {
      const causes = [
        explainMissing(refused, ['X-CLIENT-KEY', 'X-TIMESTAMP', 'X-SIGNATURE']),
      ] as const
      return { causes, expected }
    }
    case 'field_format':
      return refused.values['field'] === 'X-TIMESTAMP'
        ? explainTimestampForm(refused, expected)
        : { causes: [explainUnusable(refused, String(refused.values['field']))], expected }
    case 'unauthorized':
      return isAboutTime(refused)
        ? explainDistance(refused, known, expected)
        : explainSignature(refused, known, expected)
    default:
      return undefined
  }
}

function explainSignature(refused: Refused, known: Known, right: Draft): Finding {
  const { merchant } = known
  const clientId = headerOf(refused, 'x-client-key') ?? ''
  if (!merchant) {
    const clients = known.others.map((one) => one.clientId)
    const expected = withValue(right, 'X-CLIENT-KEY', '<a client id of this gateway>')
    return { causes: [explainUnknownClient(clientId, clients)], expected, received: right }
  }
  const key = keyOf(merchant)
  if (!key) return { causes: [noPublicKey], expected: right }
  const header = headerOf(refused, 'x-signature') ?? ''
  const { bytes, causes } = readSnapSignature(header)
  const found = bytes && tryAll(bytes, { key, merchant, known }, right)
  const [first, ...others] = [
    ...causes,
    ...(found ? found.causes : causes.length > 0 ? [] : [wrongKey]),
  ]
  return {
    causes: [first ?? wrongKey, ...others],
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
const symmetric: Cause = {
  cause: 'symmetric-instead-of-asymmetric',
  hint:
    'The signature is an HMAC with the Secret Key. The token calls are signed with the private ' +
    'key: SHA256withRSA.',
}
const otherHash = (hash: string): Cause => ({
  cause: 'wrong-hash',
  hint: `The signature is made by RSA with ${hash.toUpperCase()}. SNAP wants SHA256withRSA.`,
})

type Keys = { readonly key: KeyObject; readonly merchant: Merchant; readonly known: Known }
type Tried = { readonly causes: readonly Cause[]; readonly draft?: Draft }

function tryAll(bytes: Buffer, keys: Keys, right: Draft): Tried | undefined {
  const { key, merchant, known } = keys
  const signed = signedHash(bytes, key)
  if (signed) {
    const matches = (text: string) => hashOf(text, signed.name).equals(signed.hash)
    const mistake = signed.name === 'sha256' ? undefined : otherHash(signed.name)
    const found = search([right], tokenMistakes, [{ matches, mistake }])
    return found ?? { causes: [...(mistake ? [mistake] : []), wrongString] }
  }
  const found = search([right], tokenMistakes, [
    pssWay(bytes, key),
    ...symmetricWays(bytes, merchant),
  ])
  if (found) return found
  const signer = known.others.find((other) => {
    const otherKey = other.clientId === merchant.clientId ? undefined : keyOf(other)
    return otherKey && signedHash(bytes, otherKey)
  })
  return signer && { causes: [keyOfAnother(signer)] }
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
  timestampDiffers('X-TIMESTAMP', formatSnapTimestamp),
]

function pssWay(bytes: Buffer, key: KeyObject): Way {
  const padding = constants.RSA_PKCS1_PSS_PADDING
  const pssKey = { key, padding, saltLength: constants.RSA_PSS_SALTLEN_AUTO }
  return { matches: (text) => verify('sha256', Buffer.from(text), pssKey, bytes), mistake: pss }
}

function symmetricWays(bytes: Buffer, merchant: Merchant): Way[] {
  return ['sha512', 'sha256'].flatMap((right) =>
    waysToSign(bytes, merchant, { right, others: [] })
      .slice(0, 1)
      .map((way) => ({ ...way, mistake: symmetric })),
  )
}

/** The RSA key of a merchant; undefined where it has none. */
function keyOf({ publicKey }: Merchant): KeyObject | undefined {
  if (publicKey === null || publicKey === undefined) return undefined
  try {
    const key = createPublicKey(publicKey)
    return key.asymmetricKeyType === 'rsa' ? key : undefined
  } catch {
    return undefined
  }
}

/** Bytes of a DigestInfo by its hash (RFC 8017, 9.2): what stands in front has 15 or 19 bytes. */
const digestInfos: readonly (readonly [length: number, name: string, hashBytes: number])[] = [
  [51, 'sha256', 32],
  [35, 'sha1', 20],
  [83, 'sha512', 64],
  [67, 'sha384', 48],
  [34, 'md5', 16],
]

/** The hash that was signed with the private key of this public key; undefined where it was not. */
function signedHash(bytes: Buffer, key: KeyObject): { name: string; hash: Buffer } | undefined {
  let info: Buffer
  try {
    info = publicDecrypt({ key, padding: constants.RSA_PKCS1_PADDING }, bytes)
  } catch {
    return undefined
  }
  const form = digestInfos.find(([length]) => length === info.length)
  return form && { name: form[1], hash: info.subarray(-form[2]) }
}
