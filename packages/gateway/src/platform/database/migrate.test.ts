import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, type TestContext, test } from 'node:test'
import { createTestDatabase, type TestDatabase } from '../../../../../test/harness/database.ts'
import type { Database } from './connect.ts'
import { MigrationError, migrate } from './migrate.ts'

let world: TestDatabase
let database: Database
before(async () => {
  world = await createTestDatabase()
  database = world.connect(1)
})
after(() => world.drop())

const first = { '0001-first.sql': 'create table {t}_a (x int); create table {t}_b (x int);' }
const second = { '0002-second.sql': 'insert into {t}_a values (1)' }

test('each file is applied once, in order, with a pool of one connection', async (t) => {
  const { run } = folder(t, 'once', { ...second, ...first })
  assert.deepEqual(await run(), ['0001-first.sql', '0002-second.sql'])
  assert.deepEqual(await run(), [])
  assert.equal((await database`select from once_a`).length, 1)
})

test('of processes that race each file is applied by one, and all wait for it', async (t) => {
  const { run } = folder(t, 'race', { ...first, ...second })
  const pools = Array.from({ length: 5 }, (_, index) => world.connect(1 + (index % 2)))
  const results = pools.map(async (pool) => {
    const applied = await run(pool)
    assert.equal((await pool`select from race_a`).length, 1)
    return applied
  })
  assert.deepEqual((await Promise.all(results)).flat().sort(), [
    '0001-first.sql',
    '0002-second.sql',
  ])
})

test('a failing file leaves nothing behind, keeps those before it and can be mended', async (t) => {
  const { run, write } = folder(t, 'fail', first)
  write({ '0002-second.sql': 'create table {t}_c (x int); select broken' })
  await assert.rejects(run(), /0002-second.sql failed and was rolled back: column "broken"/)
  const [row] = await database`select to_regclass('fail_a') as a, to_regclass('fail_c') as c`
  assert.deepEqual({ ...row }, { a: 'fail_a', c: null })
  write({ '0002-second.sql': 'create table {t}_c (x int)' })
  assert.deepEqual(await run(), ['0002-second.sql'])
})

test('an applied file that changed is refused, other line ends are no change', async (t) => {
  const { run, write } = folder(t, 'change', { '0001-first.sql': 'select 1;\nselect 2;\n' })
  await run()
  write({ '0001-first.sql': 'select 1;\r\nselect 2;\r\n' })
  assert.deepEqual(await run(), [])
  write({ '0001-first.sql': 'select 1;\nselect 3;\n' })
  await assert.rejects(run(), /0001-first.sql was changed after it was applied/)
})

test('a database that is newer than the code is refused', async (t) => {
  const { run, remove } = folder(t, 'newer', { ...first, ...second })
  await run()
  remove('0002-second.sql')
  await assert.rejects(run(), /0002-second.sql, which this version of the gateway does not know/)
})

test('a new file below an applied one is refused', async (t) => {
  const { run, write } = folder(t, 'late', { '0003-third.sql': 'select 1' })
  await run()
  write({ '0002-late.sql': 'select 1' })
  await assert.rejects(run(), /0002-late.sql is new.*above 3/)
})

test('files with one number or another kind of name are refused', async (t) => {
  const twice = folder(t, 'twice', { '0001-a.sql': '', '0001-b.sql': '' })
  await assert.rejects(twice.run(), /same number/)
  const named = folder(t, 'named', { 'notes.sql': '' })
  await assert.rejects(named.run(), MigrationError)
})

test('an empty and a missing folder have nothing to apply', async (t) => {
  const { run, path } = folder(t, 'empty', {})
  assert.deepEqual(await run(), [])
  assert.deepEqual(await migrate(database, join(path, 'missing'), { appliedTable: 'none' }), [])
})

/** A folder of migrations whose tables, and record, begin with `name`. */
function folder(t: TestContext, name: string, files: Record<string, string>) {
  const path = mkdtempSync(join(tmpdir(), 'gerbang-test-'))
  t.after(() => rmSync(path, { recursive: true }))
  const write = (more: Record<string, string>) => {
    for (const [file, text] of Object.entries(more)) {
      writeFileSync(join(path, file), text.replaceAll('{t}', name))
    }
  }
  write(files)
  return {
    path,
    write,
    remove: (file: string) => rmSync(join(path, file)),
    run: (pool = database) => migrate(pool, path, { appliedTable: `${name}_migrations` }),
  }
}
