/**
 * `npm run bench`: signed charges against a running gateway with its simulated acquirer (durable
 * book included), beside the floor, measured in one run on this machine. Nothing else should run
 * meanwhile. Options: BENCH_SECONDS (each measurement, default 8), BENCH_CONCURRENCY (default 64).
 */
import { spawn } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { cpus, tmpdir, totalmem } from 'node:os'
import { join } from 'node:path'
import {
  connectDatabase,
  startEmbeddedPostgres,
} from '../packages/gateway/src/platform/database/index.ts'
import { anySale, type Case, otherCases, sale, secretKey } from './cases.ts'
import { measureCryptography } from './cryptography.ts'
import { kkiCases } from './kki-cases.ts'
import type { Plan, Result } from './load.ts'
import { type MeasuredProcess, startMeasured } from './measured-process.ts'

const seconds = Number(process.env['BENCH_SECONDS'] ?? 8)
const concurrency = Number(process.env['BENCH_CONCURRENCY'] ?? 64)
const folder = mkdtempSync(join(tmpdir(), 'gerbang-bench-'))

const machine = `${cpus().length} × ${cpus()[0]?.model.trim()}, ${Math.round(totalmem() / 2 ** 30)} GB`
say(`machine: ${machine}, Node.js ${process.version}`)
say(`closed loop: ${concurrency} at once for about ${seconds} s; the load is a process of its own`)

try {
  const gateway = await startGateway()
  say(`gateway: first start to ready in ${Math.round(gateway.startMs)} ms`)
  const idleMb = gateway.memoryMb()
  say(`gateway: idle memory ${idleMb.toFixed(0)} MB`)
  const gatewayRate = await throughput('gateway, sale', gateway, sale)
  for (const share of [0.25, 0.5, 0.75]) {
    await latency('gateway, sale', gateway, sale, Math.round(gatewayRate * share))
  }
  say(`gateway: memory after the load ${gateway.memoryMb().toFixed(0)} MB`)
  await gateway.stop()

  const written = await writtenBytes()
  say(`gateway: begin writes ${written.begin} bytes of rows, settle ${written.settle}`)
  const floor = await startFloor(written)
  const floorRate = await throughput('floor', floor, anySale)
  for (const share of [0.25, 0.5, 0.75]) {
    await latency('floor', floor, anySale, Math.round(gatewayRate * share))
  }
  await floor.stop()

  const again = await startGateway()
  say(`gateway: later start to ready in ${Math.round(again.startMs)} ms`)
  for (const one of otherCases) await throughput(`gateway, ${one.name}`, again, one)
  for (const one of kkiCases) await throughput(`gateway, KKI: ${one.name}`, again, one)
  await again.stop()
  for (const [what, microseconds] of await measureCryptography()) {
    say(`one core, alone: ${what} ${microseconds.toFixed(1)} µs`)
  }
  say(`charges at ${(gatewayRate / floorRate).toFixed(2)} of the floor`)
} finally {
  rmSync(folder, { recursive: true, force: true })
}
// A program of its own, too: npm run bench:delivery.
await import('./delivery.ts')

function startGateway(): Promise<MeasuredProcess> {
  return startMeasured('packages/gateway/src/main.ts', [], {
    PORT: '0',
    GERBANG_DATA_DIR: join(folder, 'gateway'),
    // No log line for each answer: the floor writes none either.
    LOG_LEVEL: 'warn',
    LOG_FORMAT: 'json',
    DATABASE_URL: '',
  })
}

/** What a begun and a settled charge write, by the average of the rows that the load left behind. */
async function writtenBytes(): Promise<{ begin: number; settle: number }> {
  const dataDir = join(folder, 'gateway')
  const postgres = await startEmbeddedPostgres({ dataDir, log: () => {} })
  const database = connectDatabase({ server: postgres.connection, max: 1 })
  const sizeOf = async (table: string, condition: string) => {
    const [row] = await database.unsafe<{ bytes: number }[]>(
      `select avg(pg_column_size(t))::float8 as bytes from ${table} t where ${condition}`,
    )
    return row?.bytes ?? 0
  }
  const request = await sizeOf('requests', `scope = 'transaction'`)
  const authentication = await sizeOf('authentications', `state = 'used'`)
  const payment = await sizeOf('payments', `state = 'captured'`)
  const operation = await sizeOf('operations', `state = 'approved'`)
  await database.end()
  await postgres.stop()
  return {
    begin: Math.round(request + authentication + payment + operation),
    settle: Math.round(payment + operation),
  }
}

function startFloor(written: { begin: number; settle: number }): Promise<MeasuredProcess> {
  const sizes = [String(written.begin), String(written.settle)]
  return startMeasured('bench/floor.ts', [join(folder, 'floor'), secretKey, ...sizes], {})
}

async function throughput(name: string, server: MeasuredProcess, one: Case) {
  // A short run tells how many bodies the timed one needs, and warms both sides up.
  const trial = await load(server, one, await one.prepare(server.url, 1_000, concurrency), 0)
  const count = Math.ceil((trial.sent / trial.seconds) * seconds * 1.2)
  const prepared = await one.prepare(server.url, count, concurrency)
  const before = server.cpuSeconds()
  const result = await load(server, one, prepared, 0)
  const after = server.cpuSeconds()
  const rate = result.sent / result.seconds
  const each = (used: number) => `${((used * 1_000) / result.sent).toFixed(2)} ms`
  say(
    `${name}: ${rate.toFixed(0)}/s closed loop, p50 ${percentile(result, 50)}, ` +
      `p99 ${percentile(result, 99)}; CPU for each: program ` +
      `${each(after.program - before.program)}, PostgreSQL ` +
      `${each(after.postgres - before.postgres)}; memory ${server.memoryMb().toFixed(0)} MB`,
  )
  return rate
}

async function latency(name: string, server: MeasuredProcess, one: Case, rate: number) {
  const bodies = await one.prepare(server.url, rate * seconds, concurrency)
  const result = await load(server, one, bodies, rate)
  say(
    `${name}: at ${rate}/s open loop p50 ${percentile(result, 50)}, p99 ${percentile(result, 99)}`,
  )
}

async function load(
  server: MeasuredProcess,
  { path, succeeds, signing }: Case,
  bodies: readonly string[],
  rate: number,
): Promise<Result> {
  const { url } = server
  const signed = { signing: await signing(url), succeeds }
  const plan: Plan = { url, path, ...signed, bodies, concurrency, rate }
  const child = spawn(process.execPath, ['bench/load.ts'], { stdio: ['pipe', 'pipe', 'inherit'] })
  child.stdin.end(JSON.stringify(plan))
  return new Promise((resolve, reject) => {
    let text = ''
    child.stdout.on('data', (chunk: Buffer) => {
      text += chunk
    })
    child.once('close', () => {
      const result: Result = JSON.parse(text)
      if (result.failed === 0) resolve(result)
      else reject(new Error(`${result.failed} charges failed, first: ${result.firstFailure}`))
    })
  })
}

function percentile(result: Result, percent: number): string {
  const sorted = [...result.latenciesMs].sort((a, b) => a - b)
  const value = sorted[Math.min(sorted.length - 1, Math.floor((sorted.length * percent) / 100))]
  return `${(value ?? 0).toFixed(1)} ms`
}

function say(line: string): void {
  process.stdout.write(`${line}\n`)
}
