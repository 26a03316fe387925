/**
 * The one pool of a process, on postgres.js. int8 is a JS bigint (money does not fit a number),
 * timestamptz a Date; arrays are those of array-types.ts. An error of the driver may carry a row in
 * `detail` or `where`: stores translate errors by constraint name and nobody logs one as it is.
 */
import postgres, { type Notice, type Sql, type TransactionSql } from 'postgres'
import { arrayTypes } from './array-types.ts'
import { databaseSockets, tlsModeOf } from './database-socket.ts'
import type { PostgresConnection } from './embedded/start-embedded-postgres.ts'

type Types = { bigint: bigint }
export type Database = Sql<Types>
export type Transaction = TransactionSql<Types>

export type ConnectOptions = {
  /** A DATABASE_URL, or the connection of the embedded server. */
  readonly server: string | PostgresConnection
  /** 16 saturate two cores; more only queue inside PostgreSQL. Everything also works with 1. */
  readonly max?: number
  readonly onNotice?: (notice: Notice) => void
}

/**
 * Every statement here looks rows up by key, and one plan is right for tables of all sizes. The
 * planner is told so, or it plans for the empty table of the first minute and keeps that (a scan,
 * or a hash of the whole table), or plans every call anew (0.05 ms a call).
 */
const planByKey = [
  '-c plan_cache_mode=force_generic_plan',
  '-c enable_seqscan=off',
  '-c enable_hashjoin=off',
  '-c enable_mergejoin=off',
  // A process that is paused between two statements of a transaction holds its locks no longer: far
  // more than the milliseconds that one that runs takes.
  '-c idle_in_transaction_session_timeout=10000',
].join(' ')

/**
 * The driver (3.4.9) gathers writes of less than 1 KiB until the next turn. When a connection breaks
 * before that turn, the bytes stay and it never writes again: the connection's next starts hang until
 * connect_timeout, one after the other. A start of 1 KiB is written at once, stale bytes and all; the
 * server refuses it, and the one after it is clean. Blanks between options mean nothing.
 */
const optionsThatFlush = planByKey.padEnd(1024)

export function connectDatabase({ server, max = 16, onNotice }: ConnectOptions): Database {
  const sockets = databaseSockets(typeof server === 'string' ? tlsModeOf(server) : 'disable')
  const options = {
    max,
    types: { bigint: postgres.BigInt, ...arrayTypes },
    fetch_types: false,
    connection: { application_name: 'gerbang', options: optionsThatFlush },
    socket: sockets.open,
    // TLS is made by the sockets.
    ssl: false,
    // The driver prints notices to the console otherwise.
    onnotice: onNotice ?? (() => {}),
    prepare: true,
    connect_timeout: 10,
    // The driver's own waits grow to 20 s; a query that needs a connection waits them out, so that
    // callers would hang on a server that is long back.
    backoff: (attempt: number) => Math.min(0.05 * 2 ** attempt, 0.5),
  }
  const database =
    typeof server === 'string' ? postgres(server, options) : postgres({ ...options, ...server })
  const end = database.end
  return Object.assign(database, {
    end: (limits?: { timeout?: number }) => end(limits).finally(() => sockets.end()),
  })
}
