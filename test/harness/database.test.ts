import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { join } from 'node:path'
import test from 'node:test'
import { promisify } from 'node:util'
import { createTestDatabase } from './database.ts'

test('two test databases do not see each other', async () => {
  const [one, other] = await Promise.all([createTestDatabase(), createTestDatabase()])
  try {
    await one.connect()`create table only_here ()`
    const [row] = await other.connect(1)`select to_regclass('only_here') as found`
    assert.equal(row?.['found'], null)
  } finally {
    await Promise.all([one.drop(), other.drop()])
  }
})

test('a dropped test database is gone, unless it is kept for the scan afterwards', async () => {
  const kept = process.env['GERBANG_TEST_KEEP']
  const [witness, dropped, spared] = await Promise.all([
    createTestDatabase(),
    createTestDatabase(),
    createTestDatabase(),
  ])
  try {
    delete process.env['GERBANG_TEST_KEEP']
    await dropped.drop()
    process.env['GERBANG_TEST_KEEP'] = '1'
    await spared.drop()
    const rows = await witness.connect(1)`
      select datname
      from pg_database
      where datname in (${dropped.name}, ${spared.name})`
    assert.deepEqual(
      rows.map((row) => row['datname']),
      [spared.name],
    )
  } finally {
    if (kept !== undefined) process.env['GERBANG_TEST_KEEP'] = kept
    await witness.drop()
  }
})

test('a file run without the launcher says how to run it', async () => {
  const { GERBANG_TEST_POSTGRES: _, ...env } = process.env
  const module = JSON.stringify(join(import.meta.dirname, 'database.ts'))
  const script = `import(${module}).then((harness) => harness.createTestDatabase())`
  await assert.rejects(
    promisify(execFile)(process.execPath, ['-e', script], { env }),
    /npm test -- path/,
  )
})
