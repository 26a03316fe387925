import assert from 'node:assert/strict'
import { execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import {
  chmodSync,
  chownSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import test, { type TestContext } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import postgres from 'postgres'
import { findBinaries } from './binaries.ts'
import { canRead } from './server-account.ts'
import {
  type EmbeddedPostgres,
  type PostgresConnection,
  startEmbeddedPostgres,
} from './start-embedded-postgres.ts'

const isRoot = process.getuid?.() === 0
const module = JSON.stringify(join(import.meta.dirname, 'start-embedded-postgres.ts'))

test('a restart keeps what was written, a stop leaves no temporary folder', async (t) => {
  const { dataDir, start } = world(t)
  const first = await start()
  await query(first.connection, 'create table kept as select 42 as answer')
  await first.stop()
  assert.deepEqual(await first.exited, { code: 0, signal: null, isExpected: true })
  assert.ok(!existsSync(first.connection.host))
  assert.deepEqual(readdirSync(dataDir).sort(), ['postgres', 'postgres-password'])

  const second = await start()
  assert.deepEqual(await query(second.connection, 'select answer from kept'), [{ answer: 42 }])
})

test('it is durable, listens on no network and is closed to other users', async (t) => {
  const { dataDir, start } = world(t)
  const { connection } = await start()
  const [settings] = await query(
    connection,
    `select current_setting('fsync') fsync, current_setting('synchronous_commit') commit,
            current_setting('listen_addresses') addresses,
            current_setting('data_checksums') checksums`,
  )
  assert.deepEqual({ ...settings }, { fsync: 'on', commit: 'on', addresses: '', checksums: 'on' })
  assert.equal(statSync(connection.host).mode & 0o777, 0o700)
  assert.equal(statSync(join(dataDir, 'postgres')).mode & 0o777, 0o700)
  assert.equal(statSync(join(dataDir, 'postgres-password')).mode & 0o777, 0o600)
  await assert.rejects(query({ ...connection, password: 'guessed' }, 'select 1'), { code: '28P01' })
})

test('settings can be overridden', async (t) => {
  const { connection } = await world(t).start({ fsync: 'off' })
  assert.deepEqual(await query(connection, 'show fsync'), [{ fsync: 'off' }])
})

test('a card number in a failing statement does not reach the server log', async (t) => {
  const { start, log } = world(t)
  const { connection } = await start()
  await query(connection, 'create table cards (number text check (length(number) < 3))')
  const card = '4111111111111111'
  const statements = [
    `insert into cards values ('${card}')`,
    `select '${card}x'::bigint`,
    `select '${card}' from nowhere`,
    `do $$ begin raise exception 'card ${card}'; end $$`,
  ]
  for (const statement of statements) await assert.rejects(query(connection, statement))
  await assert.rejects(query(connection, 'select $1::int4', [card]))
  await sleep(100)
  assert.ok(log.length > 0)
  assert.ok(!log.join('\n').includes(card.slice(0, 8)), log.join('\n'))
})

test('a killed gateway leaves a server that the next start replaces, data kept', async (t) => {
  const { dataDir, start } = world(t)
  const killed = await startAndKill(dataDir)
  assert.ok(isAlive(killed.postmaster), 'the server outlives its gateway')

  const next = await start()
  assert.ok(!isAlive(killed.postmaster))
  assert.ok(!existsSync(killed.socketFolder))
  assert.deepEqual(await query(next.connection, 'select answer from kept'), [{ answer: 42 }])
})

test('when gateway and server are both killed, the next start recovers the data', async (t) => {
  const { dataDir, start } = world(t)
  const killed = await startAndKill(dataDir)
  process.kill(killed.postmaster, 'SIGKILL')
  while (isAlive(killed.postmaster)) await sleep(10)
  const next = await start()
  assert.deepEqual(await query(next.connection, 'select answer from kept'), [{ answer: 42 }])
  assert.ok(!existsSync(killed.socketFolder))
})

test('a stale postmaster.pid is harmless, even when a stranger has its pid', async (t) => {
  const { dataDir, start } = world(t)
  const first = await start()
  const pidFile = readFileSync(join(dataDir, 'postgres/postmaster.pid'), 'utf8')
  await first.stop()
  const other = spawn('sleep', ['60'], isRoot ? { uid: 65534, gid: 65534, cwd: '/' } : {})
  t.after(() => other.kill())
  const lines = pidFile.split('\n').with(0, String(other.pid))
  const path = join(dataDir, 'postgres/postmaster.pid')
  writeFileSync(path, lines.join('\n'))
  const { uid, gid } = statSync(join(dataDir, 'postgres'))
  chownSync(path, uid, gid)
  await start()
  assert.ok(other.exitCode === null && isAlive(other.pid ?? 0), 'the stranger was left alone')
})

test('a start killed at any moment leaves a folder that the next start can use', async (t) => {
  const { dataDir, start } = world(t)
  for (const delayMs of [150, 250, 350, 450, 600, 800]) {
    const child = run(starting(dataDir))
    await Promise.race([once(child, 'exit'), sleep(delayMs)])
    await kill(child)
  }
  const { connection, stop } = await start()
  await query(connection, 'select 1')
  await stop()
  assert.deepEqual(readdirSync(dataDir).sort(), ['postgres', 'postgres-password'])
})

test('two gateways on one folder: the second is told, the first goes on', async (t) => {
  const { start } = world(t)
  const first = await start()
  await assert.rejects(start(), { reason: 'data_folder_in_use' })
  await query(first.connection, 'select 1')
})

test('an unexpected end of the server is reported', async (t) => {
  const { dataDir, start } = world(t)
  const server = await start()
  process.kill(postmasterOf(dataDir), 'SIGKILL')
  assert.deepEqual(await server.exited, { code: null, signal: 'SIGKILL', isExpected: false })
  await server.stop()
  assert.ok(!existsSync(server.connection.host))
})

test('a server that ends while it starts is reported with its last lines', async (t) => {
  const { dataDir, start } = world(t)
  await assert.rejects(start({ shared_buffers: 'much' }), (error: Error) => {
    assert.match(error.message, /exit code 1/)
    assert.match(error.message, /shared_buffers/)
    return true
  })
  assert.ok(!existsSync(join(dataDir, 'gateway.lock')))
  assert.ok(!existsSync(join(dataDir, 'postgres-socket')))
})

test('data of another major version is refused', async (t) => {
  const { dataDir, start } = world(t)
  mkdirSync(join(dataDir, 'postgres'))
  writeFileSync(join(dataDir, 'postgres/PG_VERSION'), '17\n')
  await assert.rejects(start(), { reason: 'other_major_version', message: /PostgreSQL 17/ })
})

test('other files, a lost password and a file for a folder are refused', async (t) => {
  const foreign = world(t)
  mkdirSync(join(foreign.dataDir, 'postgres'))
  writeFileSync(join(foreign.dataDir, 'postgres/notes.txt'), '')
  await assert.rejects(foreign.start(), { reason: 'data_folder_not_usable' })

  const lost = world(t)
  await (await lost.start()).stop()
  rmSync(join(lost.dataDir, 'postgres-password'))
  await assert.rejects(lost.start(), { reason: 'data_folder_not_usable' })

  const file = join(lost.dataDir, 'file')
  writeFileSync(file, '')
  await assert.rejects(startEmbeddedPostgres({ dataDir: join(file, 'data'), log() {} }), {
    reason: 'data_folder_not_usable',
    message: /GERBANG_DATA_DIR/,
  })
})

test('as root it runs below a folder that is closed to everyone else', async (t) => {
  if (!isRoot) return t.skip('needs root')
  const { dataDir } = world(t)
  const closed = join(dataDir, 'closed')
  mkdirSync(closed, { mode: 0o700 })
  const server = await startEmbeddedPostgres({ dataDir: join(closed, 'data'), log() {} })
  t.after(server.stop)
  assert.notEqual(statSync(join(closed, 'data/postgres')).uid, 0)
  await query(server.connection, 'create table made_there ()')
})

test('it runs as a user, and root can take that folder over and give it back', async (t) => {
  if (!isRoot) return t.skip('needs root to become an ordinary user')
  const user = 65534 // nobody: initdb wants an account that has a name
  const program = join(findBinaries(`${process.platform}-${process.arch}`).folder, 'bin/postgres')
  const readable = [process.execPath, import.meta.filename, program].every((file) =>
    canRead(file, { uid: user, gid: user }),
  )
  if (!readable) return t.skip('the sources or the programs are closed to an ordinary user')
  const { dataDir, start } = world(t)
  chmodSync(dataDir, 0o700)
  chownSync(dataDir, user, user)
  await startAndKill(dataDir, user)

  const asRoot = await start()
  assert.deepEqual(await query(asRoot.connection, 'select answer from kept'), [{ answer: 42 }])
  await asRoot.stop()
  assert.equal(statSync(join(dataDir, 'postgres')).uid, user)

  const again = run(`${starting(dataDir)}; await server.stop(); console.log('done')`, user)
  assert.match(await firstOutput(again), /done/)
})

/** A data folder that is deleted after the test, its servers stopped. */
function world(t: TestContext) {
  const dataDir = mkdtempSync(join(tmpdir(), 'gerbang-test-'))
  const servers: EmbeddedPostgres[] = []
  const log: string[] = []
  t.after(async () => {
    await Promise.all(servers.map((server) => server.stop()))
    rmSync(dataDir, { recursive: true })
  })
  const start = async (settings: Record<string, string> = {}) => {
    const options = { dataDir, log: (line: string) => log.push(line), settings }
    const server = await startEmbeddedPostgres(options)
    servers.push(server)
    return server
  }
  return { dataDir, start, log }
}

async function query(connection: PostgresConnection, text: string, parameters: string[] = []) {
  const sql = postgres({ ...connection, max: 1, onnotice() {} })
  try {
    return [...(await sql.unsafe(text, parameters))]
  } finally {
    await sql.end()
  }
}

function starting(dataDir: string): string {
  return `
    const { startEmbeddedPostgres } = await import(${module})
    const options = { dataDir: ${JSON.stringify(dataDir)}, log() {} }
    const server = await startEmbeddedPostgres(options)`
}

/** A child process that starts the server and commits a row, and then is killed with -9. */
async function startAndKill(dataDir: string, uid?: number) {
  const driver = JSON.stringify(import.meta.resolve('postgres'))
  const child = run(
    `${starting(dataDir)}
    const { default: postgres } = await import(${driver})
    const sql = postgres({ ...server.connection, max: 1 })
    await sql.unsafe('create table kept as select 42 as answer')
    console.log('committed')`,
    uid,
  )
  assert.match(await firstOutput(child), /committed/)
  const killed = {
    postmaster: postmasterOf(dataDir),
    socketFolder: readlinkSync(join(dataDir, 'postgres-socket')),
  }
  await kill(child)
  return killed
}

function run(script: string, uid?: number) {
  return spawn(process.execPath, ['--input-type=module', '-e', script], {
    stdio: ['ignore', 'pipe', 'inherit'],
    cwd: '/',
    ...(uid === undefined ? {} : { uid, gid: uid, env: { HOME: '/nonexistent' } }),
  })
}

async function firstOutput(child: ReturnType<typeof run>): Promise<string> {
  const output = once(child.stdout, 'data').then(([data]) => String(data))
  return Promise.race([output, once(child, 'exit').then(() => 'exited')])
}

async function kill(child: ReturnType<typeof run>) {
  if (child.exitCode !== null || child.signalCode !== null) return
  const exited = once(child, 'exit')
  child.kill('SIGKILL')
  await exited
}

function postmasterOf(dataDir: string): number {
  return Number(readFileSync(join(dataDir, 'postgres/postmaster.pid'), 'utf8').split('\n')[0])
}

function isAlive(pid: number): boolean {
  try {
    return !execFileSync('ps', ['-o', 'stat=', '-p', String(pid)], { encoding: 'utf8' }).startsWith(
      'Z',
    )
  } catch {
    return false
  }
}
