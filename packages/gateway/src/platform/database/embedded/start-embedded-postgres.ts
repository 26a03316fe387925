/**
 * A real PostgreSQL that comes with npm, for those who bring none. It runs as a child process,
 * listens on a Unix socket only, and keeps its data in `<dataDir>/postgres` with fsync on: what it
 * confirmed survives.
 *
 * What always holds: one gateway per data folder (folder-lock.ts); a start killed at any moment
 * leaves a folder that the next start can use (cluster.ts, orphaned-server.ts); no statement,
 * parameter or row reaches the server log (settings.ts). Connect with `connectDatabase` of
 * ../connect.ts.
 */
import { accessSync, constants, mkdirSync } from 'node:fs'
import { chown, mkdtemp } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import postgres from 'postgres'
import { prepareBinaries } from './binaries.ts'
import { clusterFolder, openCluster, USERNAME } from './cluster.ts'
import { EmbeddedPostgresError, hasCode } from './embedded-postgres-error.ts'
import { lockFolder } from './folder-lock.ts'
import {
  clearOrphan,
  noteSocketFolder,
  removeSocketFolder,
  SOCKET_FOLDER_PREFIX,
} from './orphaned-server.ts'
import { serverAccount, temporaryFolder } from './server-account.ts'
import {
  type PostgresExit,
  type ServerOptions,
  type ServerProcess,
  startServer,
} from './server-process.ts'
import { embeddedSettings, type PostgresSettings } from './settings.ts'

export type PostgresConnection = {
  /** For the embedded server: the folder of its Unix socket. */
  readonly host: string
  readonly port: number
  readonly username: string
  readonly password: string
  readonly database: string
}

export type EmbeddedPostgres = {
  readonly connection: PostgresConnection
  /** Resolves when PostgreSQL has ended; `isExpected` tells whether `stop` was the reason. */
  readonly exited: Promise<PostgresExit>
  stop(): Promise<void>
}

export type EmbeddedPostgresOptions = {
  readonly dataDir: string
  readonly log: (line: string) => void
  readonly settings?: PostgresSettings
}

export const DATABASE = 'gerbang'
/** Names the socket only; nothing listens on a network. */
export const PORT = 5432

export async function startEmbeddedPostgres(
  options: EmbeddedPostgresOptions,
): Promise<EmbeddedPostgres> {
  const dataDir = resolve(options.dataDir)
  const undo: (() => Promise<void> | void)[] = []
  const undoAll = async () => {
    for (const step of undo.splice(0).reverse()) await step()
  }
  try {
    makeDataFolder(dataDir)
    const lock = await lockFolder(dataDir)
    undo.push(lock.release)
    return await start({ ...options, dataDir }, undo, undoAll)
  } catch (error) {
    await undoAll()
    if (!hasCode(error, 'EACCES', 'EPERM', 'EROFS', 'ENOSPC', 'ENOTDIR', 'EEXIST')) throw error
    throw new EmbeddedPostgresError(
      'data_folder_not_usable',
      `The data folder ${dataDir} cannot be used: ` +
        `${error instanceof Error ? error.message : error}. Set GERBANG_DATA_DIR to a folder ` +
        'that the gateway may write, or set DATABASE_URL.',
      { cause: error },
    )
  }
}

async function start(
  { dataDir, log, settings }: EmbeddedPostgresOptions,
  undo: (() => Promise<void> | void)[],
  stop: () => Promise<void>,
): Promise<EmbeddedPostgres> {
  const account = serverAccount(clusterFolder(dataDir))
  const binaries = await prepareBinaries(account)
  await clearOrphan(dataDir, clusterFolder(dataDir), log)

  // Not below the data folder: the path of a socket has at most 107 bytes.
  const socketFolder = await mkdtemp(join(temporaryFolder(account), SOCKET_FOLDER_PREFIX))
  undo.push(() => removeSocketFolder(dataDir, socketFolder))
  if (account !== undefined) await chown(socketFolder, account.uid, account.gid)
  noteSocketFolder(dataDir, socketFolder)

  const cluster = await openCluster({ dataDir, binaries, account, scratch: socketFolder, log })
  const server = await startServerWhenFree({
    binaries,
    cluster: cluster.folder,
    account,
    settings: {
      ...embeddedSettings,
      ...settings,
      unix_socket_directories: socketFolder,
      port: String(PORT),
    },
    log,
  })
  undo.push(server.stop)

  const connection = {
    host: socketFolder,
    port: PORT,
    username: USERNAME,
    password: cluster.password,
    database: DATABASE,
  }
  await makeDatabase(connection)
  return { connection, exited: server.exited, stop: once(stop) }
}

/** The processes of a server that was killed hold its memory until they notice: a second or so. */
const orphansEndWithinMs = 10_000

async function startServerWhenFree(options: ServerOptions): Promise<ServerProcess> {
  const deadline = performance.now() + orphansEndWithinMs
  for (;;) {
    try {
      return await startServer(options)
    } catch (error) {
      const isHeld =
        error instanceof EmbeddedPostgresError &&
        error.message.includes('pre-existing shared memory block')
      if (!isHeld || performance.now() > deadline) throw error
    }
    await sleep(50)
  }
}

async function makeDatabase(connection: PostgresConnection) {
  const admin = postgres({ ...connection, database: 'postgres', max: 1, fetch_types: false })
  try {
    const found = await admin`select 1 from pg_database where datname = ${DATABASE}`
    if (found.length > 0) return
    // The text of an error may quote a value (`invalid input syntax for type bigint: "4111…"`). A
    // session's errors go to its client, so the server log needs none; the server's own processes
    // still log theirs.
    await admin`alter role ${admin(USERNAME)} set log_min_messages = log`
    await admin`create database ${admin(DATABASE)}`
  } finally {
    await admin.end({ timeout: 5 })
  }
}

function makeDataFolder(dataDir: string) {
  mkdirSync(dataDir, { recursive: true, mode: 0o700 })
  accessSync(dataDir, constants.R_OK | constants.W_OK | constants.X_OK)
}

function once(work: () => Promise<void>): () => Promise<void> {
  let running: Promise<void> | undefined
  return () => {
    running ??= work()
    return running
  }
}
