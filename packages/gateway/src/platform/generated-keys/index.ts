/**
 * Keys that the sandbox makes for itself at its first start and keeps in the data folder: the root
 * key of the key ring and the gateway's RSA key pair. Two processes that start at once agree,
 * because a file is linked into place by whoever is first and read back by both.
 */
import { createPublicKey, generateKeyPair } from 'node:crypto'
import { link, mkdir, readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import type { Random } from '../../primitives/random.ts'
import { Secret } from '../../primitives/secret.ts'

/** 32 bytes, in base64 on disk. */
export async function readOrMakeRootKey(dataDir: string, random: Random): Promise<Secret<Buffer>> {
  const text = await readOrMake(dataDir, 'root-key', random, async () =>
    random.bytes(32).toString('base64'),
  )
  return new Secret(Buffer.from(text, 'base64'))
}

export type RsaKeyPair = { readonly privateKey: Secret<string>; readonly publicKey: string }

/** PKCS#8 and SPKI in PEM. */
export async function readOrMakeGatewayKeyPair(
  dataDir: string,
  random: Random,
): Promise<RsaKeyPair> {
  const privateKey = await readOrMake(dataDir, 'gateway-private-key.pem', random, async () =>
    (await makeRsaKeyPair()).privateKey.reveal((pem) => pem),
  )
  const publicKey = createPublicKey(privateKey).export({ type: 'spki', format: 'pem' }).toString()
  return { privateKey: new Secret(privateKey), publicKey }
}

/** 2048 bits, as DOKU asks of merchants (wire.md 6.1). */
export async function makeRsaKeyPair(): Promise<RsaKeyPair> {
  const pair = await promisify(generateKeyPair)('rsa', {
    modulusLength: 2048,
    privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
    publicKeyEncoding: { type: 'spki', format: 'pem' },
  })
  return { privateKey: new Secret(pair.privateKey), publicKey: pair.publicKey }
}

async function readOrMake(
  dataDir: string,
  name: string,
  random: Random,
  make: () => Promise<string>,
): Promise<string> {
  const path = join(dataDir, name)
  const kept = await readFile(path, 'utf8').catch(absent)
  if (kept !== undefined) return kept.trim()
  await mkdir(dataDir, { recursive: true, mode: 0o700 })
  // Written whole under another name first: a crash never leaves half a key behind.
  const draft = `${path}.${random.bytes(6).toString('hex')}`
  await writeFile(draft, `${(await make()).trim()}\n`, { mode: 0o600, flag: 'wx' })
  await link(draft, path).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== 'EEXIST') throw error
  })
  await rm(draft)
  return (await readFile(path, 'utf8')).trim()
}

function absent(error: NodeJS.ErrnoException): undefined {
  if (error.code !== 'ENOENT') throw error
}
