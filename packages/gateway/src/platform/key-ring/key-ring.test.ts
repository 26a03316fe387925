import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { after, test } from 'node:test'
import { createTestDatabase } from '../../../../../test/harness/database.ts'
import { systemClock } from '../../primitives/clock.ts'
import { systemRandom } from '../../primitives/random.ts'
import { Secret } from '../../primitives/secret.ts'
import type { Database } from '../database/index.ts'
import { openKeyRing } from './index.ts'
import { keyIdOf } from './sealing.ts'

const rootKey = new Secret(randomBytes(32))
const plain = Buffer.from('5573381011111101')

async function newDatabase() {
  const testDatabase = await createTestDatabase()
  after(() => testDatabase.drop())
  return testDatabase
}

const open = (database: Database, root = rootKey) =>
  openKeyRing({ database, rootKey: root, clock: systemClock(), random: systemRandom })

const database = (await newDatabase()).connect(2)

test('what was sealed opens, also with the ring of another process or a later start', async () => {
  const sealed = (await open(database)).seal('cards:1', plain)
  assert.deepEqual(await (await open(database)).open('cards:1', sealed), plain)
})

test('a record does not open in another context', async () => {
  const ring = await open(database)
  await assert.rejects(ring.open('cards:2', ring.seal('cards:1', plain)))
})

test('a record of which any byte was changed does not open', async () => {
  const ring = await open(database)
  const sealed = ring.seal('cards:1', plain)
  for (let at = 0; at < sealed.length; at++) {
    const changed = Buffer.from(sealed)
    changed.writeUInt8(changed.readUInt8(at) ^ 1, at)
    await assert.rejects(ring.open('cards:1', changed), `byte ${at}`)
  }
})

test('another root key is refused at the start, in words and without a key in them', async () => {
  await open(database)
  await assert.rejects(open(database, new Secret(randomBytes(32))), {
    message:
      'the root key does not open the keys in the database: it is the key of another database',
  })
})

test('no key stands in the database as it is', async () => {
  await open(database)
  const rows = await database<{ wrapped_key: Buffer }[]>`select wrapped_key from data_keys`
  assert.equal(rows.length, 2)
  for (const { wrapped_key } of rows) {
    assert.ok(!rootKey.reveal((root) => wrapped_key.includes(root)))
    assert.equal(wrapped_key.length, 32 + 33)
  }
})

test('processes that make the first keys at once agree', async () => {
  for (let round = 0; round < 5; round++) {
    const fresh = await newDatabase()
    const pools = Array.from({ length: 4 }, () => fresh.connect(1))
    const rings = await Promise.all(pools.map((pool) => open(pool)))
    const [first] = rings
    const fingerprint = first?.fingerprint('card-number', '4111')
    for (const ring of rings) {
      assert.deepEqual(ring.fingerprint('card-number', '4111'), fingerprint)
      const sealed = ring.seal('cards:1', plain)
      for (const other of rings) assert.deepEqual(await other.open('cards:1', sealed), plain)
    }
  }
})

test('a start that died between the two first keys is finished by the next', async () => {
  const pool = (await newDatabase()).connect(1)
  await open(pool)
  await pool`delete from data_keys where purpose = 'sealing'`
  const ring = await open(pool)
  const sealed = ring.seal('cards:1', plain)
  const [row] = await pool`select purpose from data_keys where key_id = ${keyIdOf(sealed)}`
  assert.equal(row?.['purpose'], 'sealing')
})

test('a fingerprint is 32 bytes and is another for each purpose, value and database', async () => {
  const ring = await open(database)
  const other = await open((await newDatabase()).connect(1))
  const fingerprints = [
    ring.fingerprint('card-number', '4111'),
    ring.fingerprint('card-number', '4112'),
    ring.fingerprint('request-body', '4111'),
    ring.fingerprint('card-numbe', 'r4111'),
    other.fingerprint('card-number', '4111'),
  ].map((bytes) => bytes.toString('hex'))
  assert.equal(new Set(fingerprints).size, 5)
  assert.ok(fingerprints.every((hex) => hex.length === 64))
  assert.deepEqual(
    ring.fingerprint('card-number', Buffer.from('4111')),
    ring.fingerprint('card-number', '4111'),
  )
})
