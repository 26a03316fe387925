/**
 * `cardData` of a card binding: AES-128-CBC with PKCS#7 padding (wire.md 7.5, the official page and four
 * libraries agree). The key is the first 16 characters of the shared key, padded right with `-`.
 */
import { createCipheriv, createDecipheriv } from 'node:crypto'

const blockBytes = 16

function keyOf(sharedKey: string): Buffer {
  return Buffer.from(sharedKey.slice(0, blockBytes).padEnd(blockBytes, '-')).subarray(0, blockBytes)
}

/**
 * `base64(ciphertext)|base64(IV)`, as merchants send it.
 * @param iv 16 random bytes, never used twice with one key
 */
export function encryptCardData(plain: string, sharedKey: string, iv: Buffer): string {
  const cipher = createCipheriv('aes-128-cbc', keyOf(sharedKey), iv)
  const sealed = Buffer.concat([cipher.update(plain, 'utf8'), cipher.final()])
  return `${sealed.toString('base64')}|${iv.toString('base64')}`
}

/**
 * The plain text; undefined where none comes out, as with a wrong key. The seed's form has no IV part:
 * then the first 16 bytes are the IV, or it is all zeros. Of several ways the first that gives a JSON
 * object is right: a wrong IV still decrypts, to another first block.
 */
export function decryptCardData(cardData: string, sharedKey: string): string | undefined {
  const [sealedText = '', ivText] = cardData.split('|')
  const sealed = Buffer.from(sealedText, 'base64')
  const ways: [Buffer, Buffer][] =
    ivText === undefined
      ? [
          [sealed.subarray(blockBytes), sealed.subarray(0, blockBytes)],
          [sealed, Buffer.alloc(blockBytes)],
        ]
      : [[sealed, Buffer.from(ivText, 'base64')]]
  for (const [text, iv] of ways) {
    const plain = decrypt(text, keyOf(sharedKey), iv)
    if (plain !== undefined && isJsonObject(plain)) return plain
  }
  return undefined
}

function decrypt(sealed: Buffer, key: Buffer, iv: Buffer): string | undefined {
  if (sealed.length === 0 || sealed.length % blockBytes !== 0 || iv.length !== blockBytes) {
    return undefined
  }
  try {
    const decipher = createDecipheriv('aes-128-cbc', key, iv)
    return Buffer.concat([decipher.update(sealed), decipher.final()]).toString('utf8')
  } catch {
    // Wrong padding: another key, or bytes that were changed.
    return undefined
  }
}

function isJsonObject(text: string): boolean {
  try {
    const value: unknown = JSON.parse(text)
    return typeof value === 'object' && value !== null && !Array.isArray(value)
  } catch {
    return false
  }
}
