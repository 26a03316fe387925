/** The embedded PostgreSQL for a command: that of the gateway that runs, or else one of its own. */
import { existsSync, readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import postgres from 'postgres'
import { clusterFolder, passwordFileOf, USERNAME } from './cluster.ts'
import { EmbeddedPostgresError } from './embedded-postgres-error.ts'
import { readNote } from './orphaned-server.ts'
import {
  DATABASE,
  type EmbeddedPostgres,
  type EmbeddedPostgresOptions,
  PORT,
  type PostgresConnection,
  startEmbeddedPostgres,
} from './start-embedded-postgres.ts'

/** A gateway that starts holds the folder before its PostgreSQL is there. */
const READY_WITHIN_MS = 30_000

/** `stop` ends a server only where this call has started it. */
export async function reachEmbeddedPostgres(
  options: EmbeddedPostgresOptions,
): Promise<Pick<EmbeddedPostgres, 'connection' | 'stop'>> {
  const dataDir = resolve(options.dataDir)
  if (!existsSync(clusterFolder(dataDir))) {
    throw new EmbeddedPostgresError(
      'data_folder_not_usable',
      `There is no database in ${dataDir}. Set GERBANG_DATA_DIR to the data folder of the ` +
        'gateway, or set DATABASE_URL as for the gateway.',
    )
  }
  try {
    return await startEmbeddedPostgres(options)
  } catch (error) {
    const isInUse = error instanceof EmbeddedPostgresError && error.reason === 'data_folder_in_use'
    if (!isInUse) throw error
    const connection = await connectionOfRunning(dataDir)
    if (!connection) throw error
    return { connection, stop: async () => {} }
  }
}

async function connectionOfRunning(dataDir: string): Promise<PostgresConnection | undefined> {
  const deadline = performance.now() + READY_WITHIN_MS
  do {
    const host = readNote(dataDir)
    if (host !== undefined) {
      const password = readFileSync(passwordFileOf(dataDir), 'utf8').trim()
      const connection = { host, port: PORT, username: USERNAME, password, database: DATABASE }
      if (await answers(connection)) return connection
    }
    await sleep(100)
  } while (performance.now() < deadline)
  return undefined
}

async function answers(connection: PostgresConnection): Promise<boolean> {
  const database = postgres({ ...connection, max: 1, fetch_types: false, connect_timeout: 5 })
  try {
    await database`select 1`
    return true
  } catch {
    return false
  } finally {
    await database.end({ timeout: 1 })
  }
}
