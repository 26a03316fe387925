/**
 * `npm run bench:delivery`: notifications a second of one process from a backlog, beside bare posts by
 * the same HTTP client without a database; and how long after its charge a notification comes. One
 * merchant, whose server answers at once. Option: BENCH_SECONDS (each measurement, default 8).
 */
import { mkdtempSync, rmSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createOutboundHttp } from '../packages/gateway/src/platform/outbound-http/index.ts'
import { systemClock } from '../packages/gateway/src/primitives/clock.ts'
import { sale } from './cases.ts'
import { type MeasuredProcess, startMeasured } from './measured-process.ts'
import { headersOf } from './signing.ts'

const seconds = Number(process.env['BENCH_SECONDS'] ?? 8)
/** Notifications that wait, in calls of /sandbox/notifications/resend of a thousand each. */
const backlog = 4_000
/** Well below what a process charges, so that what is measured is no queue of ours. */
const chargesASecond = 100
const folder = mkdtempSync(join(tmpdir(), 'gerbang-bench-'))

/** When the notification of each invoice first came. */
const arrivals = new Map<string, number>()
const merchant = createServer((request, response) => {
  const chunks: Buffer[] = []
  request.on('data', (chunk: Buffer) => chunks.push(chunk))
  request.on('end', () => {
    const invoice = /"invoice_number":"([^"]+)"/.exec(Buffer.concat(chunks).toString())?.[1] ?? ''
    if (!arrivals.has(invoice)) arrivals.set(invoice, performance.now())
    response.end()
  })
})
await listen(0)
const { port } = merchant.address() as AddressInfo
const notificationUrl = `http://127.0.0.1:${port}/notifications`

try {
  const gateway = await startMeasured('packages/gateway/src/main.ts', [], {
    PORT: '0',
    GERBANG_DATA_DIR: join(folder, 'gateway'),
    // Each notification that is refused while the backlog is made would be a line.
    LOG_LEVEL: 'error',
    LOG_FORMAT: 'json',
    DATABASE_URL: '',
  })
  await control(gateway, 'PATCH', '/sandbox/merchant', { notificationUrl })
  await measureLatency(gateway)
  const rate = await measureBacklog(gateway)
  await gateway.stop()
  const floor = await measureFloor()
  say(`delivery at ${(rate / floor).toFixed(2)} of the floor`)
} finally {
  merchant.closeAllConnections()
  merchant.close()
  rmSync(folder, { recursive: true, force: true })
}

async function measureLatency(gateway: MeasuredProcess): Promise<void> {
  const bodies = await sale.prepare(gateway.url, chargesASecond * seconds, 16)
  const started = performance.now()
  const charges = bodies.map(async (body, i) => {
    const planned = started + (i * 1_000) / chargesASecond
    await pause(Math.max(1, planned - performance.now()))
    const sent = performance.now()
    await charge(gateway, body)
    return { invoice: invoiceOf(body), sent, answered: performance.now() }
  })
  const done = await Promise.all(charges)
  await arrived(bodies.length)
  const after = (from: 'sent' | 'answered') =>
    done.map((one) => Math.max(0, (arrivals.get(one.invoice) ?? 0) - one[from]))
  for (const [from, words] of [
    ['answered', 'the answer, which follows the commit'],
    ['sent', 'the sending of the charge'],
  ] as const) {
    const sorted = after(from).sort((a, b) => a - b)
    const percentile = (percent: number) =>
      (sorted[Math.floor(((sorted.length - 1) * percent) / 100)] ?? 0).toFixed(1)
    say(
      `delivery: first attempt after ${words}, at ${chargesASecond} charges/s: ` +
        `p50 ${percentile(50)} ms, p99 ${percentile(99)} ms`,
    )
  }
}

/** The backlog is of notifications that nobody took, because the merchant's server was away. */
async function measureBacklog(gateway: MeasuredProcess): Promise<number> {
  merchant.closeAllConnections()
  await new Promise((resolve) => merchant.close(resolve))
  const bodies = await sale.prepare(gateway.url, backlog, 32)
  const from = new Date().toISOString()
  let next = 0
  const work = async () => {
    for (let body = bodies[next++]; body !== undefined; body = bodies[next++]) {
      await charge(gateway, body)
    }
  }
  await Promise.all(Array.from({ length: 32 }, work))
  await pause(3_000)
  const range = { from, to: new Date().toISOString(), status: 'due' }
  arrivals.clear()
  await listen(port)
  const before = gateway.cpuSeconds()
  const started = performance.now()
  for (let resent = range as typeof range | undefined; resent; ) {
    const { next } = await control(gateway, 'POST', '/sandbox/notifications/resend', resent)
    resent = next === undefined ? undefined : { ...range, from: next }
  }
  await arrived(backlog)
  const rate = (backlog / (performance.now() - started)) * 1_000
  const after = gateway.cpuSeconds()
  const each = (used: number) => `${((used * 1_000) / backlog).toFixed(2)} ms`
  say(
    `delivery: ${rate.toFixed(0)} notifications/s from a backlog of ${backlog}; CPU for each: ` +
      `program ${each(after.program - before.program)}, ` +
      `PostgreSQL ${each(after.postgres - before.postgres)}`,
  )
  return rate
}

/** Bare posts, as many at once as one merchant has places. */
async function measureFloor(): Promise<number> {
  const outbound = createOutboundHttp({ clock: systemClock(), targets: 'any' })
  const body = 'x'.repeat(1_500)
  const end = performance.now() + seconds * 1_000
  let posted = 0
  const work = async () => {
    while (performance.now() < end) {
      const call = { url: notificationUrl, headers: {}, body, timeoutMs: 10_000 }
      const answer = await outbound.post({ ...call, mostBodyBytes: 4_096 })
      if (answer.kind === 'failed') throw new Error(answer.error)
      posted += 1
    }
  }
  await Promise.all(Array.from({ length: 30 }, work))
  say(`delivery, floor: ${(posted / seconds).toFixed(0)} bare posts/s by the same HTTP client`)
  return posted / seconds
}

async function charge(gateway: MeasuredProcess, body: string): Promise<void> {
  const headers = headersOf(await sale.signing(gateway.url), sale.path, body)
  const answer = await fetch(gateway.url + sale.path, { method: 'POST', headers, body })
  const text = await answer.text()
  if (!text.includes(sale.succeeds)) throw new Error(`${answer.status} ${text}`)
}

async function control(gateway: MeasuredProcess, method: string, path: string, body: object) {
  const headers = { 'Content-Type': 'application/json' }
  const answer = await fetch(gateway.url + path, { method, headers, body: JSON.stringify(body) })
  if (!answer.ok) throw new Error(`${answer.status} ${await answer.text()}`)
  return (await answer.json()) as { readonly next?: string }
}

async function arrived(count: number): Promise<void> {
  for (const end = performance.now() + 60_000; arrivals.size < count; await pause(5)) {
    if (performance.now() > end) throw new Error(`${arrivals.size} of ${count} came in 60 s`)
  }
}

function invoiceOf(body: string): string {
  return JSON.parse(body).order.invoice_number
}

function listen(on: number): Promise<void> {
  return new Promise((resolve) => merchant.listen(on, '127.0.0.1', resolve))
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms))
}

function say(line: string): void {
  process.stdout.write(`${line}\n`)
}
