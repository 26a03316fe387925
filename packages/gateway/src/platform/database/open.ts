/**
 * A pool that has answered once. A server that a person named and that cannot be used is told to
 * them in one sentence, without the password that stands in its URL.
 */
import { setTimeout as sleep } from 'node:timers/promises'
import { type ConnectOptions, connectDatabase, type Database } from './connect.ts'

/** Why the database of DATABASE_URL cannot be used. */
export class DatabaseUrlError extends Error {}

/** A connection may take 10 s; the driver tries for ever where something else than PostgreSQL answers. */
const answerWithinMs = 15_000

/** @throws DatabaseUrlError */
export async function openDatabase(
  options: ConnectOptions,
  withinMs = answerWithinMs,
): Promise<Database> {
  const isNamed = typeof options.server === 'string'
  const database = connect(options)
  const patience = new AbortController()
  try {
    await Promise.race([database`select 1`, noAnswer(withinMs, patience.signal)])
    return database
  } catch (error) {
    await database.end({ timeout: 0 }).catch(() => {})
    throw isNamed ? new DatabaseUrlError(describe(database, error)) : error
  } finally {
    patience.abort()
  }
}

async function noAnswer(withinMs: number, signal: AbortSignal): Promise<void> {
  await sleep(withinMs, undefined, { signal })
  throw new Error(`PostgreSQL did not answer within ${withinMs / 1_000} s`)
}

function connect(options: ConnectOptions): Database {
  try {
    return connectDatabase(options)
  } catch {
    // The driver's error holds the whole URL.
    throw new DatabaseUrlError(
      'DATABASE_URL cannot be read: a special character of its password must be written in ' +
        'percent code, such as %23 for #',
    )
  }
}

function describe(database: Database, error: unknown): string {
  const { host, port, database: name, user } = database.options
  const server = host.map((one, i) => `${one}:${port[i]}`).join(', ')
  const { code = '', message } = error as { code?: string; message: string }
  const why = reasons[code] ?? message
  return `DATABASE_URL: ${server} (database ${name}, user ${user}) cannot be used: ${why}`
}

/** What the network says; PostgreSQL's own refusals are sentences already. */
const reasons: Readonly<Record<string, string>> = {
  ECONNREFUSED: 'nothing listens there',
  ECONNRESET: 'the connection was cut',
  CONNECTION_CLOSED: 'the connection was cut',
  ENOTFOUND: 'its host name is not known',
  EAI_AGAIN: 'its host name is not known',
  EHOSTUNREACH: 'there is no way to its host',
  ENETUNREACH: 'there is no way to its host',
  ETIMEDOUT: 'it does not answer',
  CONNECT_TIMEOUT: 'it does not answer',
}
