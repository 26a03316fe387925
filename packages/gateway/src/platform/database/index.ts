/**
 * PostgreSQL, and nothing about payments: the embedded server, the pool, migrations, and the
 * repetition of statements that lost against a concurrent one. SQL itself lives in the modules'
 * stores.
 */
export { batching } from './batching.ts'
export { bytea } from './bytea.ts'
export { type ConnectOptions, connectDatabase, type Database, type Transaction } from './connect.ts'
export { EmbeddedPostgresError } from './embedded/embedded-postgres-error.ts'
export { reachEmbeddedPostgres } from './embedded/reach-embedded-postgres.ts'
export type { PostgresExit } from './embedded/server-process.ts'
export {
  type EmbeddedPostgres,
  type EmbeddedPostgresOptions,
  type PostgresConnection,
  startEmbeddedPostgres,
} from './embedded/start-embedded-postgres.ts'
export { asFurtherCtes } from './further-ctes.ts'
export { type MigrateOptions, MigrationError, migrate } from './migrate.ts'
export { DatabaseUrlError, openDatabase } from './open.ts'
export { isDatabaseDown, type RetryOptions, retrying, whileDown } from './retry.ts'
export { inTransaction } from './transaction.ts'
