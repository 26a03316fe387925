/**
 * What was signed, read out of a signature of RSA with the public key: whether the key is right is then
 * certain, and which padding and which hash were taken (RFC 8017, 8 and 9).
 */
import {
  constants,
  createHash,
  createPublicKey,
  type KeyObject,
  publicDecrypt,
  timingSafeEqual,
} from 'node:crypto'
import type { Merchant } from '../../../merchants/index.ts'

export type SignedText = {
  readonly padding: 'pkcs1' | 'pss'
  /** undefined where the text itself was signed, or its bare hash. */
  readonly digestInfo: string | undefined
  readonly hash: string | undefined
  /** Whether bytes of another key have this form by no chance: a long salt leaves a few bits to tell. */
  readonly isCertain: boolean
  matches(text: string): boolean
}

/** The RSA key of a merchant; undefined where it has none. */
export function publicKeyOf({ publicKey }: Merchant): KeyObject | undefined {
  if (publicKey === null || publicKey === undefined) return undefined
  try {
    const key = createPublicKey(publicKey)
    return key.asymmetricKeyType === 'rsa' ? key : undefined
  } catch {
    return undefined
  }
}

/** What was signed with the private key of this public key; undefined where it was not. */
export function signedBy(bytes: Buffer, key: KeyObject): SignedText | undefined {
  let encoded: Buffer
  try {
    encoded = publicDecrypt({ key, padding: constants.RSA_NO_PADDING }, bytes)
  } catch {
    // Of another length than the key, or a number that is larger.
    return undefined
  }
  return readPkcs1(encoded) ?? readPss(encoded)
}

/** Bytes of a DigestInfo by its hash (RFC 8017, 9.2): what stands in front has 15 to 19 bytes. */
const digestInfos: readonly (readonly [length: number, hash: string, hashBytes: number])[] = [
  [51, 'sha256', 32],
  [35, 'sha1', 20],
  [83, 'sha512', 64],
  [67, 'sha384', 48],
  [47, 'sha224', 28],
  [34, 'md5', 16],
]

/** 00 01 FF… 00, and what was signed. */
function readPkcs1(encoded: Buffer): SignedText | undefined {
  if (encoded[0] !== 0 || encoded[1] !== 1) return undefined
  const end = encoded.indexOf(0, 2)
  const isPadded = end >= 10 && encoded.subarray(2, end).every((byte) => byte === 0xff)
  if (!isPadded) return undefined
  const signed = encoded.subarray(end + 1)
  const info = digestInfos.find(([length]) => length === signed.length && signed[0] === 0x30)
  if (info) {
    const [, hash, hashBytes] = info
    const digest = signed.subarray(-hashBytes)
    return {
      padding: 'pkcs1',
      digestInfo: hash,
      hash,
      isCertain: true,
      matches: (text) => createHash(hash).update(text).digest().equals(digest),
    }
  }
  // As openssl_private_encrypt does, and pkeyutl -sign: the text as it is, or its hash in some form.
  return {
    padding: 'pkcs1',
    digestInfo: undefined,
    hash: undefined,
    isCertain: true,
    matches: (text) => {
      const digest = createHash('sha256').update(text).digest()
      const hex = digest.toString('hex')
      return [Buffer.from(text), digest, Buffer.from(hex)].some((one) => one.equals(signed))
    },
  }
}

/** EMSA-PSS (RFC 8017, 9.1.2): a masked block that ends in a salt, a hash, and BC. */
function readPss(encoded: Buffer): SignedText | undefined {
  if (encoded.at(-1) !== 0xbc) return undefined
  for (const [, hash, hashBytes] of digestInfos) {
    const masked = encoded.subarray(0, -hashBytes - 1)
    const digest = encoded.subarray(masked.length, -1)
    if (masked.length <= hashBytes) continue
    const block = unmask(masked, digest, hash)
    const salt = saltOf(block)
    if (!salt) continue
    const matches = (text: string) => {
      const inner = createHash(hash).update(text).digest()
      const outer = createHash(hash).update(Buffer.alloc(8)).update(inner).update(salt).digest()
      return timingSafeEqual(outer, digest)
    }
    const isCertain = block.length - salt.length > 5
    return { padding: 'pss', digestInfo: undefined, hash, isCertain, matches }
  }
  return undefined
}

/** MGF1 of the same hash, which all libraries take by default. */
function unmask(masked: Buffer, digest: Buffer, hash: string): Buffer {
  const mask: Buffer[] = []
  for (let i = 0, length = 0; length < masked.length; i++) {
    const counter = Buffer.alloc(4)
    counter.writeUInt32BE(i)
    const block = createHash(hash).update(digest).update(counter).digest()
    mask.push(block)
    length += block.length
  }
  const bytes = Buffer.concat(mask)
  return masked.map((byte, i) => byte ^ (bytes[i] ?? 0)) as Buffer
}

/** Behind zeros and a one; the highest bit is not the mask's. */
function saltOf(block: Buffer): Buffer | undefined {
  const one = block.findIndex((byte, i) => (i === 0 ? byte & 0x7f : byte) !== 0)
  return block[one] === 1 || (one === 0 && block[0] === 0x81) ? block.subarray(one + 1) : undefined
}
