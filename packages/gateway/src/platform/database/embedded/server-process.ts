/** The running PostgreSQL: spawned, waited for, stopped. Its end, wanted or not, is `exited`. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { spawnProgram } from './binaries.ts'
import type { Binaries } from './copied-binaries.ts'
import { EmbeddedPostgresError } from './embedded-postgres-error.ts'
import { lastLines } from './log-lines.ts'
import type { ServerAccount } from './server-account.ts'
import type { PostgresSettings } from './settings.ts'

export type PostgresExit = {
  readonly code: number | null
  readonly signal: NodeJS.Signals | null
  /** False when PostgreSQL ended by itself or was killed by someone else. */
  readonly isExpected: boolean
}

export type ServerProcess = {
  readonly exited: Promise<PostgresExit>
  stop(): Promise<void>
}

export type ServerOptions = {
  readonly binaries: Binaries
  readonly cluster: string
  readonly account: ServerAccount | undefined
  readonly settings: PostgresSettings
  readonly log: (line: string) => void
}

/**
 * Recovery after a crash replays at most `max_wal_size`; a server silent for longer than this is
 * stuck.
 */
const READY_WITHIN_MS = 120_000
/** Of the 10 s that the gateway has to stop, after it has drained. */
const FAST_SHUTDOWN_MS = 8_000

export async function startServer(options: ServerOptions): Promise<ServerProcess> {
  const child = spawnProgram({
    path: join(options.binaries.folder, 'bin/postgres'),
    arguments: Object.entries(options.settings).flatMap(([name, value]) => [
      '-c',
      `${name}=${value}`,
    ]),
    cluster: options.cluster,
    account: options.account,
  })
  const lines = lastLines(child.stderr, options.log)
  let isStopping = false
  const ended = new Promise<PostgresExit & { error?: Error }>((resolve) => {
    child.once('exit', (code, signal) => resolve({ code, signal, isExpected: isStopping }))
    child.once('error', (error) => {
      if (child.pid === undefined) resolve({ code: null, signal: null, isExpected: false, error })
    })
  })
  // When the gateway crashes it cannot wait, but it can still ask.
  const askToStop = () => child.kill('SIGINT')
  process.once('exit', askToStop)
  ended.then(() => process.off('exit', askToStop))

  const stop = async () => {
    isStopping = true
    child.kill('SIGINT')
    const impatience = setTimeout(() => child.kill('SIGQUIT'), FAST_SHUTDOWN_MS)
    await ended
    clearTimeout(impatience)
  }

  const deadline = performance.now() + READY_WITHIN_MS
  while (!isReady(options.cluster, child.pid)) {
    const exit = await Promise.race([ended, sleep(5)])
    if (exit !== undefined) {
      const why = exit.error?.message ?? exit.signal ?? `exit code ${exit.code}`
      throw failure(`PostgreSQL ended while it started (${why})`, await lines())
    }
    if (performance.now() > deadline) {
      await stop()
      throw failure('PostgreSQL was not ready in time', await lines())
    }
  }
  return { exited: ended, stop }
}

/** As pg_ctl does it: the first line of postmaster.pid is the pid, the eighth the status. */
function isReady(cluster: string, pid: number | undefined): boolean {
  try {
    const lines = readFileSync(join(cluster, 'postmaster.pid'), 'utf8').split('\n')
    return Number(lines[0]) === pid && lines[7]?.trim() === 'ready'
  } catch {
    return false
  }
}

function failure(what: string, lines: string): EmbeddedPostgresError {
  const log = lines === '' ? '.' : `. Its last lines:\n${lines}`
  return new EmbeddedPostgresError('failed_to_start', what + log)
}
