import assert from 'node:assert/strict'
import { once } from 'node:events'
import { type AddressInfo, createConnection, createServer } from 'node:net'
import { after, before, test } from 'node:test'
import { createTestDatabase, type TestDatabase } from '../../../../../test/harness/database.ts'
import { connectDatabase, type Database } from './connect.ts'

let world: TestDatabase
let database: Database
before(async () => {
  world = await createTestDatabase()
  database = world.connect(2)
})
after(() => world.drop())

test('int8 is a bigint and timestamptz a Date, in both directions', async () => {
  const amount = 9_007_199_254_740_993n
  const at = new Date('2026-01-02T03:04:05.678Z')
  const [row] = await database`select ${amount}::int8 as amount, ${at}::timestamptz as at`
  assert.deepEqual({ ...row }, { amount, at })
})

test('the pool names itself and opens no more connections than it may', async () => {
  const sleeps = Array.from(
    { length: 6 },
    () => database`select pg_backend_pid() as pid, pg_sleep(0.02)`,
  )
  const rows = await Promise.all(sleeps)
  assert.ok(new Set(rows.map(([row]) => row?.['pid'])).size <= 2)
  const [row] = await database`show application_name`
  assert.deepEqual({ ...row }, { application_name: 'gerbang' })
})

test('a DATABASE_URL works like the connection object', async (t) => {
  const { host, port, username, password, database: name } = world.connection
  // The test server listens on a Unix socket only, which a URL cannot name.
  const bridge = createServer((client) => {
    client.pipe(createConnection(`${host}/.s.PGSQL.${port}`)).pipe(client)
  })
  await once(bridge.listen(0, '127.0.0.1'), 'listening')
  t.after(() => bridge.close())
  const { port: bridged } = bridge.address() as AddressInfo
  const url = `postgres://${username}:${password}@127.0.0.1:${bridged}/${name}`
  const pool = connectDatabase({ server: url, max: 1 })
  const [row] = await pool`select current_database() as name, 1::int8 as one`
  await pool.end()
  assert.deepEqual({ ...row }, { name, one: 1n })
})

test('notices go to the callback and not to the console', async () => {
  const heard: (string | undefined)[] = []
  const pool = connectDatabase({
    server: world.connection,
    max: 1,
    onNotice: (notice) => heard.push(notice['message']),
  })
  await pool`do $$ begin raise notice 'hello'; end $$`
  await pool.end()
  assert.deepEqual(heard, ['hello'])
})
