import assert from 'node:assert/strict'
import { createPublicKey, sign, verify } from 'node:crypto'
import { mkdtempSync, readdirSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { systemRandom } from '../../primitives/random.ts'
import { readOrMakeGatewayKeyPair, readOrMakeRootKey } from './index.ts'

const newFolder = () => join(mkdtempSync(join(tmpdir(), 'gerbang-keys-')), 'not', 'there', 'yet')
const hexOf = (key: Awaited<ReturnType<typeof readOrMakeRootKey>>) =>
  key.reveal((bytes) => bytes.toString('hex'))

test('the root key is 32 bytes, made once and read again', async () => {
  const folder = newFolder()
  const made = hexOf(await readOrMakeRootKey(folder, systemRandom))
  assert.equal(made.length, 64)
  assert.equal(hexOf(await readOrMakeRootKey(folder, systemRandom)), made)
  assert.notEqual(hexOf(await readOrMakeRootKey(newFolder(), systemRandom)), made)
})

test('processes that make a key at once agree, and leave no draft behind', async () => {
  for (let round = 0; round < 5; round++) {
    const folder = newFolder()
    const keys = await Promise.all(
      Array.from({ length: 8 }, () => readOrMakeRootKey(folder, systemRandom)),
    )
    assert.equal(new Set(keys.map(hexOf)).size, 1)
    assert.deepEqual(readdirSync(folder), ['root-key'])
  }
})

test('two processes agree on the RSA key pair, whose halves belong together', async () => {
  const folder = newFolder()
  const [one, two] = await Promise.all([
    readOrMakeGatewayKeyPair(folder, systemRandom),
    readOrMakeGatewayKeyPair(folder, systemRandom),
  ])
  assert.equal(one.publicKey, two.publicKey)
  const text = Buffer.from('text')
  const signature = one.privateKey.reveal((pem) => sign('sha256', text, pem))
  assert.ok(verify('sha256', text, two.publicKey, signature))
  assert.equal(createPublicKey(one.publicKey).asymmetricKeyDetails?.modulusLength, 2048)
  assert.match(one.publicKey, /^-----BEGIN PUBLIC KEY-----\n/)
})

test('only the owner may read the keys and the folder that is made for them', async () => {
  const folder = newFolder()
  await readOrMakeRootKey(folder, systemRandom)
  await readOrMakeGatewayKeyPair(folder, systemRandom)
  const modeOf = (path: string) => (statSync(path).mode & 0o777).toString(8)
  assert.equal(modeOf(folder), '700')
  assert.deepEqual(
    readdirSync(folder).map((name) => `${name} ${modeOf(join(folder, name))}`),
    ['gateway-private-key.pem 600', 'root-key 600'],
  )
})

test('a folder that cannot be made is an error, not a key that is lost at the end', async () => {
  const file = join(mkdtempSync(join(tmpdir(), 'gerbang-keys-')), 'file')
  writeFileSync(file, '')
  await assert.rejects(readOrMakeRootKey(file, systemRandom), { code: 'ENOTDIR' })
})
