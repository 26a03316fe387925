/**
 * A gateway that is killed leaves its PostgreSQL running. The next start, which holds the folder's
 * lock, stops that server and starts afresh. The server is known by its socket folder, which is
 * unique to one start and noted in the data folder before the server is spawned: no pid is trusted.
 */
import { existsSync, readFileSync, readlinkSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { readdir, rm, rmdir } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { EmbeddedPostgresError } from './embedded-postgres-error.ts'
import { processesWithArgument } from './process-identity.ts'

export const SOCKET_FOLDER_PREFIX = 'gerbang-socket-'

/** A symbolic link, so that `psql -h .gerbang/postgres-socket` works too. */
export function noteSocketFolder(dataDir: string, socketFolder: string) {
  rmSync(noteOf(dataDir), { force: true })
  symlinkSync(socketFolder, noteOf(dataDir))
}

function socketFolderArgument(socketFolder: string): string {
  return `unix_socket_directories=${socketFolder}`
}

export async function clearOrphan(dataDir: string, cluster: string, log: (line: string) => void) {
  const socketFolder = readNote(dataDir)
  if (socketFolder !== undefined) {
    const argument = socketFolderArgument(socketFolder)
    if (processesWithArgument(argument).length > 0) {
      log(`stopping the PostgreSQL that a killed gateway left running in ${cluster}`)
      await stop(argument, cluster)
    }
    await removeSocketFolder(dataDir, socketFolder)
  }
  disarmPidFile(cluster)
}

export async function removeSocketFolder(dataDir: string, socketFolder: string) {
  if (basename(socketFolder).startsWith(SOCKET_FOLDER_PREFIX) && existsSync(socketFolder)) {
    // Only what belongs there, and not recursively: the name was read from a file.
    const ours = (await readdir(socketFolder)).filter((name) =>
      /^(\.s\.PGSQL\.|password$)/.test(name),
    )
    for (const name of ours) await rm(join(socketFolder, name), { force: true })
    await rmdir(socketFolder).catch(() => {})
  }
  rmSync(noteOf(dataDir), { force: true })
}

async function stop(argument: string, cluster: string) {
  // Fast, then immediate shutdown, which recovers from the write-ahead log at the next start.
  for (const signal of ['SIGINT', 'SIGQUIT', 'SIGKILL'] as const) {
    for (const pid of processesWithArgument(argument)) kill(pid, signal)
    const deadline = performance.now() + 8_000
    while (performance.now() < deadline) {
      if (processesWithArgument(argument).length === 0) return
      await sleep(20)
    }
  }
  throw new EmbeddedPostgresError(
    'failed_to_start',
    `The PostgreSQL that a killed gateway left in ${cluster} does not stop.`,
  )
}

function kill(pid: number, signal: NodeJS.Signals) {
  try {
    process.kill(pid, signal)
  } catch {
    // It is gone already, or not ours to stop, which the deadline finds out.
  }
}

/**
 * PostgreSQL refuses to start while the pid in a stale postmaster.pid answers, be it a zombie or a
 * stranger (in containers pids repeat). It ignores the pid of its own parent, which is us. The rest
 * of the file stays: by it PostgreSQL finds backends that outlived their postmaster.
 */
function disarmPidFile(cluster: string) {
  const file = join(cluster, 'postmaster.pid')
  if (!existsSync(file)) return
  const [, ...rest] = readFileSync(file, 'utf8').split('\n')
  writeFileSync(file, [process.pid, ...rest].join('\n'))
}

/** The socket folder of the server that was started last. */
export function readNote(dataDir: string): string | undefined {
  try {
    return readlinkSync(noteOf(dataDir))
  } catch {
    return undefined
  }
}

function noteOf(dataDir: string): string {
  return join(dataDir, 'postgres-socket')
}
