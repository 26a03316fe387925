/** Rotations on real tables: those that hold sealed records, with rows that only this test reads. */
import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { after, test } from 'node:test'
import { createTestDatabase } from '../../../../../test/harness/database.ts'
import { sleep, systemClock } from '../../primitives/clock.ts'
import { systemRandom } from '../../primitives/random.ts'
import { Secret } from '../../primitives/secret.ts'
import type { Database } from '../database/index.ts'
import { RootKeyError } from './data-keys.ts'
import { sealedInTime } from './key-ring.store.ts'
import type { SealedColumn } from './resealing.store.ts'
import { isSealedTooLate, type KeyRing, openKeyRing } from './ring.ts'
import { type RotationEvent, rotateKeys } from './rotation.ts'
import { keyIdOf } from './sealing.ts'

const rootKey = new Secret(randomBytes(32))
const clock = systemClock()
const random = systemRandom

const cards: SealedColumn = {
  name: 'cards',
  table: 'cards',
  column: 'sealed_card',
  key: ['merchant_id', 'card_id'],
  contextOf: (key) => key.join(':'),
}
const columns: readonly SealedColumn[] = [
  cards,
  { ...cards, table: 'merchants', column: 'sealed_secret_key', key: ['merchant_id'] },
  {
    ...cards,
    table: 'sandbox.merchant_keys',
    column: 'sealed_private_key',
    key: ['merchant_id'],
  },
  {
    ...cards,
    table: 'sandbox.explanations',
    column: 'sealed_explanation',
    key: ['request_id'],
  },
  ...['sealed_token', 'sealed_account'].map((column) => ({
    ...cards,
    table: 'bindings',
    column,
    key: ['merchant_id', 'binding_id'],
  })),
]

async function newWorld(cardCount = 0) {
  const testDatabase = await createTestDatabase()
  after(() => testDatabase.drop())
  const database = testDatabase.connect(2)
  const open = () => openKeyRing({ database, rootKey, clock, random })
  const keyRing = await open()
  for (let i = 0; i < cardCount; i++) await keep(database, keyRing, `card_${i}`)
  const rotate = (report: (event: RotationEvent) => void = () => {}, learningMs = 1) =>
    rotateKeys({ database, rootKey, clock, random, columns, report, learningMs })
  return { testDatabase, database, keyRing, open, rotate }
}

const plainOf = (cardId: string) => Buffer.from(`plain of ${cardId}`)

async function keep(database: Database, keyRing: KeyRing, cardId: string) {
  await write(database, cardId, keyRing.seal(`mer:${cardId}`, plainOf(cardId)))
}

async function write(database: Database, cardId: string, sealed: Buffer) {
  await database`
    insert into cards (merchant_id, card_id, sealed_card, fingerprint, created_at)
    values ('mer', ${cardId}, ${sealedInTime(database, database`${sealed}::bytea`)},
      ${randomBytes(32)}, ${new Date()})`
}

async function assertAllSealedBy(database: Database, keyRing: KeyRing, keyId: number) {
  const rows = await database<{ cardId: string; sealed: Buffer }[]>`
    select card_id as "cardId", sealed_card as sealed from cards`
  for (const { cardId, sealed } of rows) {
    assert.equal(keyIdOf(sealed), keyId)
    assert.deepEqual(await keyRing.open(`mer:${cardId}`, sealed), plainOf(cardId))
  }
  return rows.length
}

async function keyRows(database: Database) {
  return database<{ keyId: number; isKept: boolean; isOpen: boolean }[]>`
    select key_id as "keyId", wrapped_key is not null as "isKept", closed_at is null as "isOpen"
    from data_keys where purpose = 'sealing' order by key_id`
}

test('a rotation seals every record with a new key, and erases the old one', async () => {
  const { database, keyRing, open, rotate } = await newWorld(450)
  const events: RotationEvent[] = []
  await rotate((event) => events.push(event))
  assert.equal(await assertAllSealedBy(database, keyRing, 101), 450)
  // A start after it has never seen the old key.
  assert.equal(await assertAllSealedBy(database, await open(), 101), 450)
  assert.deepEqual(
    [...(await keyRows(database))],
    [
      { keyId: 100, isKept: false, isOpen: false },
      { keyId: 101, isKept: true, isOpen: true },
    ],
  )
  assert.deepEqual(events[0], { kind: 'started', keyId: 101, isResumed: false })
  assert.deepEqual(events.at(-1), { kind: 'finished', erased: [100] })
  const done = events.flatMap((event) =>
    event.kind === 'progress' && event.name === 'cards' && event.total > 0 ? [event.done] : [],
  )
  assert.deepEqual(done, [0, 200, 400, 450, 450])
})

test('rotation after rotation, no number of a key is given out twice', async () => {
  const { database, keyRing, open, rotate } = await newWorld(3)
  for (const keyId of [101, 102, 103]) {
    await rotate()
    await assertAllSealedBy(database, keyRing, keyId)
  }
  await open()
  assert.equal((await keyRows(database)).length, 4)
})

test('a process that serves meanwhile opens what another key sealed, and soon seals with it', async () => {
  const { database, open, rotate } = await newWorld(5)
  const other = await open()
  await rotate()
  await assertAllSealedBy(database, other, 101)
  const later = await open()
  assert.equal(keyIdOf(later.seal('c', plainOf('c'))), 101)
  assert.equal(keyIdOf(other.seal('c', plainOf('c'))), 101)
})

test('an old process that opens what it knows learns of a new key within its age', async () => {
  const { rotate, open } = await newWorld()
  const other = await open()
  const own = other.seal('own', plainOf('own'))
  await rotate()
  assert.equal(keyIdOf(other.seal('c', plainOf('c'))), 100)
  await sleep(clock, 1_050)
  await other.open('own', own)
  assert.equal(keyIdOf(other.seal('c', plainOf('c'))), 101)
})

test('what was sealed before a rotation and is written after it is refused, not lost', async () => {
  const { database, keyRing, rotate } = await newWorld(2)
  const late = keyRing.seal('mer:late', plainOf('late'))
  await rotate()
  await assert.rejects(write(database, 'late', late), (error) => isSealedTooLate(error))
  assert.equal(await assertAllSealedBy(database, keyRing, 101), 2)
})

test('another violation is none of a late sealing', async () => {
  const { database, keyRing } = await newWorld(1)
  await assert.rejects(keep(database, keyRing, 'card_0'), (error) => !isSealedTooLate(error))
  assert.equal(isSealedTooLate(new Error('another')), false)
})

test('what was read before its key was erased still opens', async () => {
  const { database, keyRing, rotate } = await newWorld(1)
  const [row] = await database<{ sealed: Buffer }[]>`select sealed_card as sealed from cards`
  await rotate()
  assert.ok(row)
  assert.deepEqual(await keyRing.open('mer:card_0', row.sealed), plainOf('card_0'))
})

test('a rotation waits for a transaction that may still write what the old key sealed', async () => {
  const { testDatabase, database, keyRing, rotate } = await newWorld(1)
  const writer = testDatabase.connect(1)
  let isWritten = false
  let finish = () => {}
  const finished = new Promise<void>((resolve) => {
    finish = resolve
  })
  let hasSeen = () => {}
  const seen = new Promise<void>((resolve) => {
    hasSeen = resolve
  })
  const writing = writer.begin(async (transaction) => {
    // Its picture of the database is of before the rotation, as a slow statement's is.
    await transaction`set transaction isolation level repeatable read`
    await transaction`select 1`
    hasSeen()
    await finished
    const sealed = keyRing.seal('mer:slow', plainOf('slow'))
    await write(transaction as unknown as Database, 'slow', sealed)
    isWritten = true
  })
  await seen
  const events: string[] = []
  const rotation = rotate((event) => {
    events.push(event.kind === 'waiting' ? event.for : event.kind)
    if (event.kind === 'waiting' && event.for === 'transactions') finish()
    if (event.kind === 'progress') assert.ok(isWritten, 'it did not wait')
  })
  await Promise.all([writing, rotation])
  assert.ok(events.includes('transactions'))
  assert.equal(await assertAllSealedBy(database, keyRing, 101), 2)
})

test('a rotation that dies at any of its steps is finished by the next', async () => {
  // Died after the last event there is nothing to finish: then the next is a new one.
  for (let step = 1; ; step++) {
    const { database, keyRing, rotate } = await newWorld(450)
    let events = 0
    let isDead = false
    await rotate(() => {
      events += 1
      if (events !== step) return
      isDead = true
      throw new Error('killed')
    }).catch((error) => assert.equal(error.message, 'killed'))
    if (!isDead) return assert.ok(step > 8)
    const isFinished = (await keyRows(database)).filter(({ isKept }) => isKept).length === 1
    await rotate()
    await assertAllSealedBy(database, keyRing, isFinished ? 102 : 101)
    assert.equal((await keyRows(database)).filter(({ isKept }) => isKept).length, 1)
  }
})

test('rotations that run at once finish together and lose nothing', async () => {
  for (let round = 0; round < 5; round++) {
    const { database, keyRing, rotate } = await newWorld(450)
    await Promise.all([rotate(), rotate(), rotate()])
    const kept = (await keyRows(database)).filter(({ isKept }) => isKept)
    assert.equal(kept.length, 1)
    assert.equal(await assertAllSealedBy(database, keyRing, kept[0]?.keyId ?? 0), 450)
  }
})

test('nothing begins while a column of sealed records is unknown, or with another root key', async () => {
  const { database } = await newWorld(1)
  const deps = { database, clock, random, report: () => {} }
  await assert.rejects(
    rotateKeys({ ...deps, rootKey, columns: columns.slice(1) }),
    /nobody seals afresh cards\.sealed_card/,
  )
  const otherRoot = new Secret(randomBytes(32))
  await assert.rejects(rotateKeys({ ...deps, rootKey: otherRoot, columns }), RootKeyError)
  assert.equal((await keyRows(database)).length, 1)
})

test('what only the sandbox has is passed over where there is no sandbox', async () => {
  const { database, keyRing, rotate } = await newWorld(1)
  await database`drop table sandbox.merchant_keys`
  await rotate()
  assert.equal(await assertAllSealedBy(database, keyRing, 101), 1)
})
