/** Ways to sign with a Secret Key: the right one, and those that a slip makes of it. */
import { createHash, createHmac } from 'node:crypto'
import type { Merchant } from '../../../merchants/index.ts'
import type { Cause, Refused } from '../explanation.ts'
import type { Way } from '../search.ts'

const altered = (what: string): Cause => ({
  cause: 'altered-secret',
  hint: `The Secret Key is yours, but ${what}. Take it as it is.`,
})
const empty: Cause = {
  cause: 'secret-is-empty',
  hint:
    'The key of the HMAC is empty, or the word undefined or null: the setting that holds the ' +
    'Secret Key was not read.',
}
const unkeyed: Cause = {
  cause: 'secret-is-client-id',
  hint: 'The key of the HMAC is the client id. It must be the Secret Key.',
}
const swapped: Cause = {
  cause: 'key-and-text-swapped',
  hint: 'The Secret Key is signed with the text as the key: swap the two arguments of the HMAC.',
}
const noHmac: Cause = {
  cause: 'hash-instead-of-hmac',
  hint: 'The signature is a plain hash. It must be an HMAC, whose key is the Secret Key.',
}

/** Hashes by the bytes that they make: of which an HMAC is, is certain by its length. */
const hashes: Readonly<Record<number, string>> = {
  16: 'md5',
  20: 'sha1',
  28: 'sha224',
  32: 'sha256',
  48: 'sha384',
  64: 'sha512',
}

/** The hash of an HMAC of this length; undefined where it is none. */
export function hashOfLength(signature: Buffer): string | undefined {
  return hashes[signature.length]
}

/** Merchants whose keys are tried with usual mistakes too; of the others there may be a hundred. */
const mostLikelyOthers = 4

/**
 * Ways by the hash that the signature has by its length, the right one first.
 * @param merchant who should have signed
 */
export function waysToSign(
  signature: Buffer,
  merchant: Merchant,
  others: readonly Merchant[],
): readonly Way[] {
  const hash = hashOfLength(signature)
  if (hash === undefined) return []
  const by = (key: string | Buffer, mistake?: Cause): Way => hmacWay(signature, hash, key, mistake)
  const strangers = others.filter(({ clientId }) => clientId !== merchant.clientId)
  return merchant.secretKey.reveal((secret) => [
    by(secret),
    ...alterations(secret).map(([key, what]) => by(key, altered(what))),
    ...['', 'undefined', 'null', 'None'].map((key) => by(key, empty)),
    by(merchant.clientId, unkeyed),
    {
      matches: (text) => createHmac(hash, text).update(secret).digest().equals(signature),
      mistake: swapped,
    },
    ...[
      (text: string) => text + secret,
      (text: string) => secret + text,
      (text: string) => text,
    ].map((write) => ({
      matches: (text: string) => createHash(hash).update(write(text)).digest().equals(signature),
      mistake: noHmac,
    })),
    ...strangers.map((other, i) => ({
      ...otherSecretWay(signature, other),
      isOneOfMany: i >= mostLikelyOthers,
    })),
  ])
}

/** With the Secret Key of somebody else. */
export function otherSecretWay(signature: Buffer, other: Merchant): Way {
  const hint =
    `The signature is made with the Secret Key of ${other.clientId}. Take the key of the client ` +
    'id that you send.'
  const mistake = { cause: 'secret-of-another-merchant', hint }
  const hash = hashOfLength(signature)
  if (hash === undefined) return { matches: () => false, mistake }
  return other.secretKey.reveal((secret) => hmacWay(signature, hash, secret, mistake))
}

/** In the sandbox only, for a person who has the key anyway: no need of constant time. */
function hmacWay(
  signature: Buffer,
  hash: string,
  key: string | Buffer,
  mistake: Cause | undefined,
): Way {
  const matches = (text: string) => createHmac(hash, key).update(text).digest().equals(signature)
  return { matches, mistake }
}

/** Keys that a slip makes of a secret, each with what was done. */
function alterations(secret: string): (readonly [key: string | Buffer, what: string])[] {
  const decoded = 'it was decoded as if it were base64'
  return [
    [`${secret}\n`, 'a newline stands behind it: the file that it is read from ends with one'],
    [`${secret}\r\n`, 'CRLF stands behind it: the file that it is read from ends with it'],
    [`${secret} `, 'a space stands behind it'],
    [` ${secret}`, 'a space stands in front of it'],
    [`${secret}\t`, 'a tab stands behind it'],
    // OAuth 1 and those who learnt from it.
    [`${secret}&`, 'an & stands behind it, as OAuth 1 has it'],
    [`"${secret}"`, 'it stands in quotation marks, which belong to the file that it is read from'],
    [`'${secret}'`, 'it stands in quotes, which belong to the file that it is read from'],
    [secret.replace(/^SK-/, ''), 'the SK- in front of it was left out'],
    [secret.toLowerCase(), 'it was written in lower case'],
    [secret.toUpperCase(), 'it was written in upper case'],
    [Buffer.from(secret).toString('base64'), 'it was encoded in base64'],
    [Buffer.from(secret, 'base64'), decoded],
    [Buffer.from(secret.replaceAll(/[^A-Za-z0-9+/]/g, ''), 'base64'), decoded],
    [Buffer.from(secret).toString('hex'), 'it was written in hexadecimal'],
    [createHash('sha256').update(secret).digest('hex'), 'it was hashed by SHA-256 first'],
  ]
}

/** What is left where no known mistake explains a signature: nothing is proven. */
export function wrongSecret(clientId: string, { method, signedBy }: Refused): Cause {
  const isOfCards = signedBy === 'cards'
  const body = isOfCards ? 'its Digest that' : 'its hash that'
  const own = isOfCards ? 'Request-Id' : 'access token'
  return {
    cause: 'wrong-secret',
    hint:
      'No known mistake explains the signature, so that this is likely and not proven: either the ' +
      `Secret Key is not that of ${clientId} (GET /sandbox/credentials?clientId=${clientId} shows ` +
      'it), or the text that you sign is another. Print it and compare it with ' +
      `expected.stringToSign, byte by byte: its ${own} must be the one of the header` +
      `${method === 'GET' ? '' : `, and ${body} of the very bytes that you send, which is the likeliest to differ`}.`,
  }
}
