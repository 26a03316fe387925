/**
 * The test command: `node test/harness/run-tests.ts [--flag=value] [files, folders or globs]`.
 *
 * Starts one PostgreSQL, migrates the template that createTestDatabase (database.ts) clones, runs
 * `node --test` over the files, and when they pass the tests in after/, which search every database
 * and log file for what must not be there. Server, databases and traces are deleted at the end, on
 * Ctrl-C too.
 */
import { spawn } from 'node:child_process'
import { chmodSync, existsSync, globSync, mkdirSync, mkdtempSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import {
  connectDatabase,
  migrate,
  type PostgresConnection,
  startEmbeddedPostgres,
} from '../../packages/gateway/src/platform/database/index.ts'
import { TEMPLATE } from './database.ts'

const root = resolve(import.meta.dirname, '../..')
const migrations = join(root, 'packages/gateway/migrations')
const usual = ['packages/**/*.test.ts', 'examples/**/*.test.ts', 'test/**/*.test.ts']
/** With launchers of their own: they kill processes, take minutes or need a browser. */
const apart = [
  'test/recovery/',
  'test/kafka/',
  'test/load/',
  'test/browser/',
  'test/harness/after/',
]

/** They wait out deadlines, kill servers or try thousands of variants: `--long` runs them, and nothing else. */
const long = [
  'packages/gateway/src/bindings/lost-answers.test.ts',
  'packages/gateway/src/bindings/races.test.ts',
  'packages/gateway/src/events/publisher.test.ts',
  'packages/gateway/src/payments/reset.test.ts',
  'packages/gateway/src/platform/database/embedded/folder-lock.test.ts',
  'packages/gateway/src/platform/database/embedded/start-embedded-postgres.test.ts',
  'packages/gateway/src/platform/kafka/kafka.test.ts',
  'packages/gateway/src/platform/kafka/misbehaviours.test.ts',
  'packages/gateway/src/platform/key-ring/rotation.test.ts',
  'packages/gateway/src/platform/outbound-http/slow-connection.test.ts',
  'test/conformance/cards/notification-retries.test.ts',
  'test/conformance/delivery/',
  'test/conformance/explain/',
  'test/conformance/kki/notifications-delivery.test.ts',
  'test/conformance/kki/odd-members.test.ts',
  'test/conformance/kki/races.test.ts',
  'test/conformance/kki/reset.test.ts',
  'test/conformance/snap/kki-',
  'test/conformance/time/',
  'test/journeys/coffee.test.ts',
  'test/journeys/kki-guide.test.ts',
]

const isLong = process.argv.includes('--long')
const flags = process.argv
  .slice(2)
  .filter((argument) => argument.startsWith('-') && argument !== '--long')
const wanted = process.argv.slice(2).filter((argument) => !argument.startsWith('-'))
const interruption = new AbortController()
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
  process.on(signal, () => interruption.abort())
}

process.exitCode = await main()

async function main(): Promise<number> {
  const files = wanted.length === 0 ? usualFiles() : wanted.flatMap(filesOf)
  if (files.length === 0) {
    console.error(`No test files found${wanted.length === 0 ? '' : ` for ${wanted.join(' ')}`}.`)
    return 1
  }
  const folder = mkdtempSync(join(tmpdir(), 'gerbang-test-'))
  try {
    const postgres = await startEmbeddedPostgres({
      dataDir: join(folder, 'data'),
      log: () => {},
      // Deleted in a minute, so nothing needs to survive. Two files run at once, each with a few
      // pools.
      settings: { fsync: 'off', full_page_writes: 'off', max_connections: '200' },
    })
    try {
      await makeTemplate(postgres.connection)
      const traces = join(folder, 'traces')
      mkdirSync(traces)
      // What interrupted tests leave goes with the rest. Passable, because as root some servers of
      // the tests run as nobody.
      const temporary = join(folder, 'tmp')
      mkdirSync(temporary)
      chmodSync(temporary, 0o1777)
      chmodSync(folder, 0o711)
      return await runTests(files, {
        GERBANG_TEST_POSTGRES: JSON.stringify(postgres.connection),
        GERBANG_TEST_TRACES: traces,
        GERBANG_TEST_KEEP: '1',
        GERBANG_TEST_PARTIAL: wanted.length === 0 ? '0' : '1',
        TMPDIR: temporary,
      })
    } finally {
      await postgres.stop()
    }
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

async function runTests(files: readonly string[], env: Record<string, string>): Promise<number> {
  // A file that hangs fails after three minutes instead of holding CI for hours.
  const usualFlags = ['--test-concurrency=2', '--test-timeout=180000']
  const code = await runNode([...usualFlags, ...flags, ...files], env)
  const after = globSync('test/harness/after/*.test.ts', { cwd: root })
  if (code !== 0 || after.length === 0) return code
  return await runNode(after, env)
}

function runNode(testArguments: readonly string[], env: Record<string, string>): Promise<number> {
  if (interruption.signal.aborted) return Promise.resolve(130)
  const inherited = { ...process.env }
  // Set when a test starts this launcher; node --test would then run nothing and report success.
  delete inherited['NODE_TEST_CONTEXT']
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, ['--test', ...testArguments], {
      cwd: root,
      env: { ...inherited, ...env },
      stdio: 'inherit',
    })
    const stop = () => child.kill('SIGTERM')
    interruption.signal.addEventListener('abort', stop)
    child.once('error', reject)
    child.once('exit', (code) => {
      interruption.signal.removeEventListener('abort', stop)
      resolve(interruption.signal.aborted ? 130 : (code ?? 1))
    })
  })
}

async function makeTemplate(server: PostgresConnection) {
  const admin = connectDatabase({ server, max: 1 })
  await admin.unsafe(`create database ${TEMPLATE}`)
  await admin.end()
  // Nobody may be connected to a template while it is cloned.
  const template = connectDatabase({ server: { ...server, database: TEMPLATE }, max: 1 })
  try {
    await migrate(template, migrations)
    const sandbox = join(migrations, 'sandbox')
    if (existsSync(sandbox)) {
      await migrate(template, sandbox, { appliedTable: 'sandbox_migrations' })
    }
  } finally {
    await template.end()
  }
}

function usualFiles(): string[] {
  const isIn = (list: readonly string[]) => (file: string) =>
    list.some((start) => file.startsWith(start))
  return globSync(usual, { cwd: root, exclude: ['**/node_modules'] })
    .filter((file) => !isIn(apart)(file) && isIn(long)(file) === isLong)
    .sort()
}

function filesOf(argument: string): string[] {
  const path = resolve(argument)
  if (statSync(path, { throwIfNoEntry: false })?.isDirectory()) {
    return globSync(join(path, '**/*.test.ts'), { exclude: ['**/node_modules'] }).sort()
  }
  return globSync(path).sort()
}
