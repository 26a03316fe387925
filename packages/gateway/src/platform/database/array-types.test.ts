import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import fc from 'fast-check'
import { createTestDatabase, type TestDatabase } from '../../../../../test/harness/database.ts'
import type { Database } from './connect.ts'

let world: TestDatabase
let database: Database
before(async () => {
  world = await createTestDatabase()
  database = world.connect(4)
})
after(() => world.drop())

const orNull = <T>(elements: fc.Arbitrary<T>) => fc.array(fc.option(elements))
/** Every character but NUL, which PostgreSQL has no place for; those of array literals more often. */
const text = fc.string({
  unit: fc.oneof(
    fc.constantFrom('"', '\\', '{', '}', ',', ' ', "'", '[', '=', '\n', 'NULL'),
    fc.string({ unit: 'grapheme', minLength: 1, maxLength: 1 }).filter((one) => one !== '\0'),
  ),
})

test('any texts come back as they went', async () => {
  await fc.assert(
    fc.asyncProperty(orNull(text), async (texts) => {
      const [row] = await database`
        select ${texts}::text[] as texts,
          array(select * from unnest(${texts}::text[])) as elements`
      assert.deepEqual({ ...row }, { texts, elements: texts })
    }),
    { numRuns: 300 },
  )
})

test('any integers come back as they went', async () => {
  const integer = fc.integer({ min: -(2 ** 31), max: 2 ** 31 - 1 })
  await fc.assert(
    fc.asyncProperty(orNull(integer), async (integers) => {
      const [row] = await database`select ${integers}::integer[] as integers`
      assert.deepEqual({ ...row }, { integers })
    }),
    { numRuns: 100 },
  )
})

test('an array that the house does not use is refused, not misread', async () => {
  const send = async () => await database`select ${['a', 'b']}::name[] as names`
  await assert.rejects(send(), { code: '22P02' })
})
