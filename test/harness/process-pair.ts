/** Two gateways on one database, of which the second may be killed, and what lets lost answers be found. */
import assert from 'node:assert/strict'
import { mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after } from 'node:test'
import type { Database } from '../../packages/gateway/src/platform/database/index.ts'
import { startCuttableProxy } from './cuttable-proxy.ts'
import { createTestDatabase, type TestDatabase } from './database.ts'
import { controlProcess, type GatewayProcess, startProcess } from './process.ts'
import { endLeases } from './survivor.ts'

export type ProcessPair = {
  readonly testDatabase: TestDatabase
  readonly database: Database
  /** The first, which is never killed. */
  readonly first: GatewayProcess
  /** The first (0) or the second (1), once it is ready. */
  gateway(process: number): Promise<GatewayProcess>
  /** kill -9 of the second; another takes its place. */
  killSecond(): Promise<void>
  /** Moves the clock of both. */
  advance(milliseconds: number): Promise<void>
  /** The resolvers look at what was lost up to now. */
  findOut(): Promise<void>
  /** Lets everything that is unknown be found out: the deadlines pass, then hours. */
  settleAll(): Promise<void>
}

const askDeadlineMs = 120

const pause = (milliseconds: number) =>
  new Promise((resolve) => {
    setTimeout(resolve, milliseconds)
  })

export async function startProcessPair(): Promise<ProcessPair> {
  const testDatabase = await createTestDatabase()
  const database = testDatabase.connect(2)
  const { databaseUrl } = await startCuttableProxy(testDatabase)
  const env = {
    DATABASE_URL: databaseUrl,
    GERBANG_DATA_DIR: mkdtempSync(join(tmpdir(), 'gerbang-money-')),
    GERBANG_ASK_DEADLINE_MS: String(askDeadlineMs),
    GERBANG_DATABASE_CONNECTIONS: '8',
    LOG_LEVEL: 'warn',
  }
  const starting = startProcess(env)
  let second = startProcess(env)
  const [first] = await Promise.all([starting, second])
  after(async () => {
    await Promise.all([first, await second].map((gateway) => gateway.end('SIGTERM')))
    await testDatabase.drop()
  })
  const advance = async (advanceMs: number) => {
    const moved = await controlProcess(first.url, '/sandbox/clock', { advanceMs })
    assert.equal(moved.status, 200, moved.text)
  }
  return {
    testDatabase,
    database,
    first,
    gateway: async (process) => (process === 0 ? first : second),
    killSecond: async () => {
      const killed = await second
      second = killed.end('SIGKILL').then(async () => {
        await endLeases(database)
        return startProcess(env)
      })
      await second
    },
    advance,
    findOut: async () => {
      await pause(askDeadlineMs + 10)
      await advance(15_000)
    },
    settleAll: async () => {
      for (let hours = 1; ; hours *= 2) {
        await pause(askDeadlineMs + 10)
        await advance(hours * 3_600_000)
        const [row] = await database<{ count: number }[]>`
          select (select count(*) from operations where state in ('asked', 'unknown'))::integer
            + (select count(*) from binding_messages where state in ('asked', 'unknown'))::integer
            as count`
        if (row?.count === 0) return
        assert.ok(hours < 64, `${row?.count} messages stay unfinished`)
      }
    },
  }
}
