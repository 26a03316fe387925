/**
 * `npm run bench`: signed charges against a running gateway with its simulated acquirer (durable
 * book included), beside the floor, measured in one run on this machine. Nothing else should run
 * meanwhile. Options: BENCH_SECONDS (each measurement, default 8), BENCH_CONCURRENCY (default 64).
 */
import { mkdtempSync, rmSync } from 'node:fs'
import { cpus, tmpdir, totalmem } from 'node:os'
import { join } from 'node:path'
import {
  connectDatabase,
  startEmbeddedPostgres,
} from '../packages/gateway/src/platform/database/index.ts'
import { anySale, otherCases, sale, secretKey } from './cases.ts'
import { measureCryptography } from './cryptography.ts'
import { kkiCases } from './kki-cases.ts'
import {
  byTurns,
  concurrency,
  latency,
  middle,
  say,
  seconds,
  throughput,
  trialRate,
} from './measure.ts'
import { type MeasuredProcess, startMeasured } from './measured-process.ts'

const rounds = 5
const folder = mkdtempSync(join(tmpdir(), 'gerbang-bench-'))

const machine = `${cpus().length} × ${cpus()[0]?.model.trim()}, ${Math.round(totalmem() / 2 ** 30)} GB`
say(`machine: ${machine}, Node.js ${process.version}`)
say(`closed loop: ${concurrency} at once for about ${seconds} s; the load is a process of its own`)

try {
  const first = await startGateway()
  say(`gateway: first start to ready in ${Math.round(first.startMs)} ms`)
  say(`gateway: idle memory ${first.memoryMb().toFixed(0)} MB`)
  await trialRate(first, sale)
  await first.stop()

  const written = await writtenBytes()
  say(`gateway: begin writes ${written.begin} bytes of rows, settle ${written.settle}`)
  const gateway = await startGateway()
  say(`gateway: later start to ready in ${Math.round(gateway.startMs)} ms`)
  const floor = await startFloor(written)
  const contestants = [
    { name: 'gateway, sale', server: gateway, one: sale },
    { name: 'floor', server: floor, one: anySale },
  ] as const
  const { rates, ratios } = await byTurns(...contestants, rounds)
  for (const share of [0.25, 0.5, 0.75]) {
    const rate = Math.round((middle(rates) ?? 0) * share)
    for (const { name, server, one } of contestants) await latency(name, server, one, rate)
  }
  await floor.stop()

  for (const one of otherCases) await throughput(`gateway, ${one.name}`, gateway, one)
  for (const one of kkiCases) await throughput(`gateway, KKI: ${one.name}`, gateway, one)
  await gateway.stop()
  for (const [what, microseconds] of await measureCryptography()) {
    say(`one core, alone: ${what} ${microseconds.toFixed(1)} µs`)
  }
  const [least, most] = [ratios[0] ?? 0, ratios.at(-1) ?? 0]
  say(
    `charges at ${(middle(ratios) ?? 0).toFixed(2)} of the floor, ` +
      `from ${least.toFixed(2)} to ${most.toFixed(2)} in ${rounds} rounds`,
  )
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
  const event = await sizeOf('events', `type like 'payment.%'`)
  await database.end()
  await postgres.stop()
  return {
    begin: Math.round(request + authentication + payment + operation),
    settle: Math.round(payment + operation + event),
  }
}

function startFloor(written: { begin: number; settle: number }): Promise<MeasuredProcess> {
  const sizes = [String(written.begin), String(written.settle)]
  return startMeasured('bench/floor.ts', [join(folder, 'floor'), secretKey, ...sizes], {})
}
