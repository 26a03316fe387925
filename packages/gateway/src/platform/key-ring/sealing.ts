/**
 * One sealed record: AES-256-GCM with a random 96-bit IV (NIST SP 800-38D), bound to a context
 * (table, owner, row) so that a ciphertext copied to another row does not open there.
 *
 *   byte 0       format, 1
 *   bytes 1-4    key id, big endian
 *   bytes 5-16   IV
 *   bytes 17-32  authentication tag
 *   bytes 33-    ciphertext
 */
import { type CipherKey, createCipheriv, createDecipheriv } from 'node:crypto'
import type { Random } from '../../primitives/random.ts'

const format = 1
const ivAt = 5
const tagAt = 17
const textAt = 33

export function sealWith(
  key: CipherKey,
  keyId: number,
  context: string,
  plain: Buffer,
  random: Random,
): Buffer {
  const iv = random.bytes(12)
  const cipher = createCipheriv('aes-256-gcm', key, iv)
  cipher.setAAD(Buffer.from(context))
  const text = Buffer.concat([cipher.update(plain), cipher.final()])
  const head = Buffer.alloc(ivAt)
  head.writeUInt8(format, 0)
  head.writeUInt32BE(keyId, 1)
  return Buffer.concat([head, iv, cipher.getAuthTag(), text])
}

/** The plain bytes; throws where the record was changed, or sealed for another context or key. */
export function openWith(key: CipherKey, context: string, sealed: Buffer): Buffer {
  const decipher = createDecipheriv('aes-256-gcm', key, sealed.subarray(ivAt, tagAt), {
    // Or else the short tag of a cut record would do, which is soon guessed.
    authTagLength: textAt - tagAt,
  })
  decipher.setAAD(Buffer.from(context))
  decipher.setAuthTag(sealed.subarray(tagAt, textAt))
  return Buffer.concat([decipher.update(sealed.subarray(textAt)), decipher.final()])
}

/** The id of the key that sealed a record. */
export function keyIdOf(sealed: Buffer): number {
  if (sealed.length < textAt || sealed.readUInt8(0) !== format) {
    throw new Error('not a sealed record')
  }
  return sealed.readUInt32BE(1)
}
