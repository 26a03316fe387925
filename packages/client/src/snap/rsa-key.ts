import { createPrivateKey, createPublicKey, type KeyObject } from 'node:crypto'

/** @throws TypeError where it is no RSA private key; the message says nothing of what it is */
export function rsaPrivateKey(key: string | KeyObject): KeyObject {
  const parsed = typeof key === 'string' ? parse(() => createPrivateKey(key)) : key
  if (parsed?.type === 'private' && parsed.asymmetricKeyType === 'rsa') return parsed
  throw new TypeError('privateKey must be an RSA private key in PEM')
}

/** @throws TypeError where it is no RSA public key */
export function rsaPublicKey(key: string | KeyObject): KeyObject {
  const parsed = typeof key === 'string' ? parse(() => createPublicKey(key)) : key
  if (parsed?.type === 'public' && parsed.asymmetricKeyType === 'rsa') return parsed
  throw new TypeError('gatewayPublicKey must be an RSA public key in PEM')
}

function parse(read: () => KeyObject): KeyObject | undefined {
  try {
    return read()
  } catch {
    return undefined
  }
}
