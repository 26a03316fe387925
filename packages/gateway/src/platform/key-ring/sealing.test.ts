import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { test } from 'node:test'
import { systemRandom } from '../../primitives/random.ts'
import { keyIdOf, openWith, sealWith } from './sealing.ts'

const key = randomBytes(32)
const plain = Buffer.from('5573381011111101')
const seal = (keyId = 100) => sealWith(key, keyId, 'cards:1', plain, systemRandom)

test('a record opens to what was sealed, an empty one too', () => {
  assert.deepEqual(openWith(key, 'cards:1', seal()), plain)
  const empty = sealWith(key, 100, 'cards:1', Buffer.alloc(0), systemRandom)
  assert.deepEqual(openWith(key, 'cards:1', empty), Buffer.alloc(0))
})

test('a record is 33 bytes longer than its plain text and does not contain it', () => {
  const sealed = seal()
  assert.equal(sealed.length, plain.length + 33)
  assert.ok(!sealed.includes(plain))
})

test('the same text is sealed differently each time', () => {
  const records = new Set(Array.from({ length: 100 }, () => seal().toString('hex')))
  assert.equal(records.size, 100)
})

test('a record does not open in another context or with another key', () => {
  assert.throws(() => openWith(key, 'cards:2', seal()))
  assert.throws(() => openWith(randomBytes(32), 'cards:1', seal()))
})

test('a record of which a bit of IV, tag or text was changed does not open', () => {
  const sealed = seal()
  for (let at = 5; at < sealed.length; at++) {
    const changed = Buffer.from(sealed)
    changed.writeUInt8(changed.readUInt8(at) ^ 1, at)
    assert.throws(() => openWith(key, 'cards:1', changed), `byte ${at}`)
  }
})

test('a record that was cut or prolonged does not open', () => {
  const sealed = seal()
  for (const length of [0, 5, 17, 32, 33, sealed.length - 1]) {
    assert.throws(() => openWith(key, 'cards:1', sealed.subarray(0, length)), `${length} bytes`)
  }
  assert.throws(() => openWith(key, 'cards:1', Buffer.concat([sealed, Buffer.alloc(1)])))
})

test('a record names its key, up to the largest number', () => {
  assert.equal(keyIdOf(seal(100)), 100)
  assert.equal(keyIdOf(seal(0xffffffff)), 0xffffffff)
})

test('what is no record names no key', () => {
  for (const bytes of [Buffer.alloc(0), Buffer.alloc(40), seal().subarray(0, 32)]) {
    assert.throws(() => keyIdOf(bytes), /not a sealed record/)
  }
})
