import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { test } from 'node:test'
import { inspect } from 'node:util'
import { createTestDatabase } from '../../../../../test/harness/database.ts'
import { DatabaseUrlError, openDatabase } from './open.ts'

const password = 'hunter2'

async function refusalOf(server: string, withinMs?: number): Promise<string> {
  try {
    await (await openDatabase({ server, max: 1 }, withinMs)).end()
  } catch (error) {
    assert.ok(error instanceof DatabaseUrlError, inspect(error))
    assert.ok(!inspect(error).includes(password), 'the password is not shown')
    return error.message
  }
  return assert.fail('it was opened')
}

test('a server that is not there is told in one sentence, without the password', async () => {
  assert.equal(
    await refusalOf(`postgres://app:${password}@127.0.0.1:1/gerbang?sslmode=disable`),
    'DATABASE_URL: 127.0.0.1:1 (database gerbang, user app) cannot be used: nothing listens there',
  )
})

test('a host that nobody knows is told by its name', async () => {
  const text = await refusalOf(`postgres://app:${password}@db.invalid/gerbang`)
  assert.match(text, /^DATABASE_URL: db\.invalid:5432 .* its host name is not known$/)
})

test('a password that makes the URL unreadable is told how to be written, and not shown', async () => {
  const text = await refusalOf(`postgres://app:${password}#x@127.0.0.1/gerbang`)
  assert.match(text, /^DATABASE_URL cannot be read: .* %23 for #$/)
})

test('what listens there and is no PostgreSQL is refused too', async (t) => {
  const server = createServer().listen(0, '127.0.0.1')
  t.after(() => server.close())
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  const text = await refusalOf(`postgres://app@127.0.0.1:${port}/x`, 300)
  assert.match(text, /cannot be used: PostgreSQL did not answer within 0\.3 s/)
})

test('a database that answers is opened', async (t) => {
  const world = await createTestDatabase()
  t.after(() => world.drop())
  const database = await openDatabase({ server: world.connection, max: 1 })
  t.after(() => database.end())
  const [row] = await database`select 1 as one`
  assert.equal(row?.['one'], 1)
})
