/** Ways to sign with a Secret Key: the right one, and those that a slip makes of it. */
import { createHmac } from 'node:crypto'
import type { Merchant } from '../../merchants/index.ts'
import type { Cause } from './explanation.ts'
import type { Way } from './search.ts'

const altered: Cause = {
  cause: 'altered-secret',
  hint:
    'The Secret Key is yours, but something was done to it: a space, newline or quotation marks ' +
    'around it, or base64. Take it as it is.',
}
const unkeyed: Cause = {
  cause: 'secret-is-client-id',
  hint: 'The key of the HMAC is the client id. It must be the Secret Key.',
}

/** By HMAC with this hash, the right way first. @param hashes other hashes, as mistakes */
export function waysToSign(
  signature: Buffer,
  merchant: Merchant,
  hashes: { readonly right: string; readonly others: readonly { hash: string; mistake: Cause }[] },
): readonly Way[] {
  const { right, others } = hashes
  return merchant.secretKey.reveal((secret) => [
    hmacWay(signature, right, secret),
    ...others.map(({ hash, mistake }) => ({ ...hmacWay(signature, hash, secret), mistake })),
    ...alterations(secret).map((key) => ({ ...hmacWay(signature, right, key), mistake: altered })),
    { ...hmacWay(signature, right, merchant.clientId), mistake: unkeyed },
  ])
}

/** With the Secret Key of somebody else. */
export function otherSecretWay(signature: Buffer, hash: string, other: Merchant): Way {
  const hint =
    `The signature is made with the Secret Key of ${other.clientId}. Take the key of the client ` +
    'id that you send.'
  return {
    ...other.secretKey.reveal((secret) => hmacWay(signature, hash, secret)),
    mistake: { cause: 'secret-of-another-merchant', hint },
  }
}

/** In the sandbox only, for a person who has the key anyway: no need of constant time. */
function hmacWay(signature: Buffer, hash: string, key: string | Buffer): Way {
  return { matches: (text) => createHmac(hash, key).update(text).digest().equals(signature) }
}

function alterations(secret: string): (string | Buffer)[] {
  return [
    `${secret}\n`,
    `${secret}\r\n`,
    `${secret} `,
    ` ${secret}`,
    `"${secret}"`,
    `'${secret}'`,
    secret.toLowerCase(),
    secret.toUpperCase(),
    Buffer.from(secret).toString('base64'),
    Buffer.from(secret, 'base64'),
  ]
}

/** What is left where no known mistake explains a signature: likely, not proven. */
export function wrongSecret(clientId: string): Cause {
  return {
    cause: 'wrong-secret',
    hint:
      'No known mistake in the text explains the signature: most likely it is not made with the ' +
      `Secret Key of ${clientId}, which GET /sandbox/credentials?clientId=${clientId} shows. If ` +
      'it is, compare the text that you sign with expected.stringToSign, byte by byte.',
  }
}
