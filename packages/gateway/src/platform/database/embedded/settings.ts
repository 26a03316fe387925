export type PostgresSettings = Readonly<Record<string, string>>

/** PostgreSQL settings of the embedded server; each that is not obvious says why. */
export const embeddedSettings: PostgresSettings = {
  cluster_name: 'gerbang',
  listen_addresses: '',
  unix_socket_permissions: '0700',
  fsync: 'on',
  synchronous_commit: 'on',

  // Card data must not reach the server log: no statements, no parameters, no `Failing row contains
  // (…)`.
  log_statement: 'none',
  log_error_verbosity: 'terse',
  log_min_error_statement: 'panic',
  log_min_duration_statement: '-1',
  log_parameter_max_length: '0',
  log_parameter_max_length_on_error: '0',
  log_timezone: 'UTC',
  timezone: 'UTC',

  // A laptop runs this beside an editor and a browser. 60 connections serve two gateways and a
  // psql.
  max_connections: '60',
  shared_buffers: '64MB',
  max_wal_size: '256MB',
  jit: 'off',
  // Fewer resident processes: no I/O workers, no replication launcher, no parallel query.
  io_method: 'sync',
  wal_level: 'minimal',
  max_wal_senders: '0',
  max_logical_replication_workers: '0',
  max_parallel_workers_per_gather: '0',
}
