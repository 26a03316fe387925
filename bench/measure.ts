/** Puts load on a server, from a process of its own, and tells what came of it. */
import { spawn } from 'node:child_process'
import type { Case } from './cases.ts'
import type { Plan, Result } from './load.ts'
import type { MeasuredProcess } from './measured-process.ts'

export const seconds = Number(process.env['BENCH_SECONDS'] ?? 8)
export const concurrency = Number(process.env['BENCH_CONCURRENCY'] ?? 64)

/** As fast as it goes: says what it measured and gives requests a second. */
export async function throughput(name: string, server: MeasuredProcess, one: Case) {
  const result = await timed(server, one, seconds, await trialRate(server, one))
  say(`${name}: ${textOf(result)}; memory ${server.memoryMb().toFixed(0)} MB`)
  return result.rate
}

/** A short run tells how many bodies a timed one needs, and warms both sides up. */
export async function trialRate(server: MeasuredProcess, one: Case): Promise<number> {
  const trial = await load(server, one, await one.prepare(server.url, 1_000, concurrency), 0)
  return trial.sent / trial.seconds
}

type Timed = {
  readonly rate: number
  readonly latenciesMs: readonly number[]
  /** CPU for each request, in milliseconds. */
  readonly cpuMs: { readonly program: number; readonly postgres: number }
}

async function timed(
  server: MeasuredProcess,
  one: Case,
  forSeconds: number,
  expectedRate: number,
): Promise<Timed> {
  const count = Math.ceil(expectedRate * forSeconds * 1.2)
  const prepared = await one.prepare(server.url, count, concurrency)
  const before = server.cpuSeconds()
  const result = await load(server, one, prepared, 0)
  const after = server.cpuSeconds()
  const each = (used: number) => (used * 1_000) / result.sent
  return {
    rate: result.sent / result.seconds,
    latenciesMs: result.latenciesMs,
    cpuMs: {
      program: each(after.program - before.program),
      postgres: each(after.postgres - before.postgres),
    },
  }
}

function textOf({ rate, latenciesMs, cpuMs }: Timed): string {
  return (
    `${rate.toFixed(0)}/s closed loop, p50 ${percentile(latenciesMs, 50)}, ` +
    `p99 ${percentile(latenciesMs, 99)}; CPU for each: program ` +
    `${cpuMs.program.toFixed(2)} ms, PostgreSQL ${cpuMs.postgres.toFixed(2)} ms`
  )
}

type Contestant = {
  readonly name: string
  readonly server: MeasuredProcess
  readonly one: Case
}

/**
 * Two servers by turns, so that a machine that is faster at one time than at another is so for both:
 * says the median round of each. Gives the rates of the first and how they stand to the second's, round
 * by round, both from the least to the most.
 */
export async function byTurns(first: Contestant, second: Contestant, rounds: number) {
  const both = [first, second]
  const expected = []
  for (const { server, one } of both) expected.push(await trialRate(server, one))
  const results: [Timed[], Timed[]] = [[], []]
  for (let round = 0; round < rounds; round++) {
    for (const [i, { server, one }] of both.entries()) {
      results[i]?.push(await timed(server, one, seconds / 2, expected[i] ?? 0))
    }
  }
  const [ofFirst, ofSecond] = results
  const ratios = ofFirst.map(({ rate }, round) => rate / (ofSecond[round]?.rate ?? 0))
  for (const [i, { name, server }] of both.entries()) {
    const sorted = [...(results[i] ?? [])].sort((a, b) => a.rate - b.rate)
    const rates = sorted.map(({ rate }) => rate.toFixed(0)).join(', ')
    const median = middle(sorted)
    if (median) say(`${name}: ${textOf(median)}; memory ${server.memoryMb().toFixed(0)} MB`)
    say(`${name}: its ${rounds} rounds, by turns with the other: ${rates}/s`)
  }
  const ascending = (values: readonly number[]) => [...values].sort((a, b) => a - b)
  return { rates: ascending(ofFirst.map(({ rate }) => rate)), ratios: ascending(ratios) }
}

export function middle<T>(sorted: readonly T[]): T | undefined {
  return sorted[Math.floor(sorted.length / 2)]
}

/** At a fixed rate, whether the server keeps up or not. */
export async function latency(name: string, server: MeasuredProcess, one: Case, rate: number) {
  const bodies = await one.prepare(server.url, rate * seconds, concurrency)
  const { latenciesMs } = await load(server, one, bodies, rate)
  const [p50, p99] = [50, 99].map((percent) => percentile(latenciesMs, percent))
  say(`${name}: at ${rate}/s open loop p50 ${p50}, p99 ${p99}`)
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

function percentile(values: readonly number[], percent: number): string {
  const sorted = [...values].sort((a, b) => a - b)
  const value = sorted[Math.min(sorted.length - 1, Math.floor((sorted.length * percent) / 100))]
  return `${(value ?? 0).toFixed(1)} ms`
}

export function say(line: string): void {
  process.stdout.write(`${line}\n`)
}
