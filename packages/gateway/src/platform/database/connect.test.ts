import assert from 'node:assert/strict'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { type AddressInfo, createConnection, createServer, type Socket } from 'node:net'
import type { Duplex } from 'node:stream'
import { after, before, test } from 'node:test'
import { TLSSocket } from 'node:tls'
import { createTestDatabase, type TestDatabase } from '../../../../../test/harness/database.ts'
import { connectDatabase, type Database } from './connect.ts'
import { tlsModeOf } from './database-socket.ts'
import { isDatabaseDown } from './retry.ts'
import { inTransaction } from './transaction.ts'

const tlsFolder = new URL('../../../../../test/harness/tls/', import.meta.url)

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
  const bridge = await startBridge()
  t.after(bridge.close)
  const pool = connectDatabase({ server: bridge.url('127.0.0.1'), max: 1 })
  const [row] = await pool`select current_database() as name, 1::int8 as one`
  await pool.end()
  assert.deepEqual({ ...row }, { name: world.connection.database, one: 1n })
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

/** A TCP way to the test server, which listens on a Unix socket only; `answerTls` as a server does. */
async function startBridge(answerTls?: { key: Buffer; cert: Buffer }) {
  const { host, port, username, password, database: name } = world.connection
  const open = new Set<Socket>()
  const join = (near: Duplex) => {
    const far = createConnection(`${host}/.s.PGSQL.${port}`)
    open.add(far.on('error', () => {}))
    near.on('error', () => {})
    near.pipe(far).pipe(near)
    near.on('close', () => far.destroy())
    far.on('close', () => near.destroy())
  }
  const bridge = createServer((near) => {
    open.add(near.on('error', () => {}))
    if (!answerTls) return join(near)
    near.once('data', () => {
      near.write('S')
      join(new TLSSocket(near, { isServer: true, ...answerTls }))
    })
  })
  await once(bridge.listen(0, '127.0.0.1'), 'listening')
  const { port: bridged } = bridge.address() as AddressInfo
  return {
    url: (host: string) => `postgres://${username}:${password}@${host}:${bridged}/${name}`,
    cutAll: () => {
      for (const socket of open) socket.destroy()
      open.clear()
    },
    close: () => void bridge.close(),
  }
}

test('connections that break give every statement its own answer or an error, and heal at once', async (t) => {
  const bridge = await startBridge()
  t.after(bridge.close)
  const pool = connectDatabase({ server: bridge.url('127.0.0.1'), max: 2 })
  const counts = { answered: 0, refused: 0 }
  let slowestMs = 0
  let isOver = false
  let next = 0
  const ask = async () => {
    const n = next++
    const start = performance.now()
    try {
      const [row] = await pool`select ${n}::int as n`
      assert.equal(row?.['n'], n, 'the answer of another statement')
      counts.answered++
    } catch (error) {
      assert.match(String(Reflect.get(error as Error, 'code')), /^(CONN|ECONN|EPIPE)/)
      counts.refused++
    }
    slowestMs = Math.max(slowestMs, performance.now() - start)
  }
  const askUntilOver = async () => {
    while (!isOver) await ask()
  }
  const askers = Array.from({ length: 8 }, askUntilOver)
  for (let cut = 0; cut < 30; cut++) {
    await ask()
    bridge.cutAll()
  }
  isOver = true
  await Promise.all(askers)
  await pool.end({ timeout: 1 })
  assert.ok(counts.answered > 0 && counts.refused > 0, JSON.stringify(counts))
  // A connection that does not heal holds its callers for connect_timeout, 10 s, and more.
  assert.ok(slowestMs < 5_000, `the slowest statement took ${slowestMs} ms`)
})

test('a server that goes right after a login costs the statement, and not the process', async () => {
  const { host, port, username, password, database: name } = world.connection
  const readyForQuery = Buffer.from([0x5a, 0, 0, 0, 5, 0x49])
  const server = createServer((near) => {
    const far = createConnection(`${host}/.s.PGSQL.${port}`)
    let isIn = false
    near.on('error', () => {})
    far.on('data', (chunk) => {
      isIn ||= chunk.includes(readyForQuery)
      near.write(chunk)
    })
    near.on('data', (chunk) => {
      if (!isIn) return far.write(chunk)
      server.close()
      near.destroy()
      return far.destroy()
    })
  })
  await once(server.listen(0, '127.0.0.1'), 'listening')
  const { port: open } = server.address() as AddressInfo
  const url = `postgres://${username}:${password}@127.0.0.1:${open}/${name}`
  const pool = connectDatabase({ server: url, max: 1 })
  for (let round = 0; round < 2; round++)
    await assert.rejects(async () => await pool`select 1`, isDatabaseDown)
  // A rejection that nobody handles fails the test in which it comes.
  await new Promise((resolve) => setTimeout(resolve, 20))
  await pool.end({ timeout: 0 })
})

test('a DATABASE_URL asks for TLS as libpq does', async (t) => {
  const read = (name: string) => readFileSync(new URL(name, tlsFolder))
  const plain = await startBridge()
  const secure = await startBridge({ key: read('key.pem'), cert: read('certificate.pem') })
  t.after(plain.close)
  t.after(secure.close)
  const isAnswered = async (url: string) => {
    const pool = connectDatabase({ server: url, max: 1 })
    try {
      return (await pool`select 1 as one`).length === 1
    } catch (error) {
      return (error as Error).message
    } finally {
      await pool.end({ timeout: 1 })
    }
  }
  assert.equal(await isAnswered(`${secure.url('localhost')}?sslmode=require`), true)
  assert.equal(await isAnswered(`${secure.url('localhost')}?sslmode=prefer`), true)
  // Signed by itself: no authority that Node.js knows vouches for it.
  assert.match(String(await isAnswered(`${secure.url('localhost')}?sslmode=verify-full`)), /self/)
  assert.equal(await isAnswered(`${plain.url('127.0.0.1')}?sslmode=disable`), true)
})

test('a DATABASE_URL that asks for TLS is not served without it', async (t) => {
  const bridge = createServer((socket) => void socket.on('error', () => {}).write('N'))
  await once(bridge.listen(0, '127.0.0.1'), 'listening')
  t.after(() => bridge.close())
  const { port } = bridge.address() as AddressInfo
  const pool = connectDatabase({ server: `postgres://a:b@127.0.0.1:${port}/c?sslmode=require` })
  await assert.rejects(async () => await pool`select 1`, /does not offer TLS/)
  await pool.end({ timeout: 1 })
})

test('the modes of TLS are read as the driver and libpq name them', () => {
  const modes = ['', '?sslmode=disable', '?ssl=false', '?sslmode=allow', '?sslmode=prefer']
  modes.push('?sslmode=require', '?sslmode=verify-ca', '?sslmode=verify-full', '?ssl=true')
  modes.push('?sslmode=require&sslrootcert=system')
  assert.deepEqual(
    modes.map((query) => tlsModeOf(`postgres://a:b@c/d${query}`)),
    'disable disable disable prefer prefer require verify verify verify verify'.split(' '),
  )
})

test('a transaction whose connection breaks is refused, and nobody dies of its rollback', async (t) => {
  const bridge = await startBridge()
  t.after(bridge.close)
  const pool = connectDatabase({ server: bridge.url('127.0.0.1'), max: 1 })
  for (let round = 0; round < 5; round++) {
    const broken = inTransaction(pool, async (transaction) => {
      await transaction`select 1`
      bridge.cutAll()
      await transaction`select 2`
    })
    await assert.rejects(broken, { code: 'CONNECTION_CLOSED' })
    // The driver writes in the next turn, and what it throws there ends the process.
    await new Promise((resolve) => setTimeout(resolve, 20))
  }
  assert.equal((await pool`select 3 as three`)[0]?.['three'], 3)
  await pool.end({ timeout: 1 })
})
