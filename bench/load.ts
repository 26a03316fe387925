/**
 * The load, in a process of its own: sends prepared charges to an address, closed-loop (each worker
 * sends the next as soon as it has its answer) or open-loop (at planned instants, latency counted
 * from the planned start, so that a stall is not hidden by the sender's waiting).
 *
 * Reads one JSON plan from standard input, writes one JSON result to standard output.
 */
import { Agent, request } from 'node:http'
import { headersOf, type Signing } from './signing.ts'

export type Plan = {
  readonly url: string
  readonly path: string
  readonly signing: Signing
  /** A text that every answer holds that is the wanted one. */
  readonly succeeds: string
  readonly bodies: readonly string[]
  readonly concurrency: number
  /** Requests a second of the open loop; 0 is the closed loop. */
  readonly rate: number
}

export type Result = {
  readonly sent: number
  readonly failed: number
  readonly firstFailure: string | undefined
  readonly seconds: number
  readonly latenciesMs: readonly number[]
}

const plan: Plan = JSON.parse(await readAll())
const agent = new Agent({ keepAlive: true, maxSockets: plan.concurrency })
const target = new URL(plan.path, plan.url)
const latenciesMs: number[] = []
let failed = 0
let firstFailure: string | undefined

const started = performance.now()
await (plan.rate === 0 ? closedLoop() : openLoop())
const seconds = (performance.now() - started) / 1_000
const result: Result = { sent: plan.bodies.length, failed, firstFailure, seconds, latenciesMs }
process.stdout.write(JSON.stringify(result))
agent.destroy()

async function closedLoop(): Promise<void> {
  let next = 0
  const work = async () => {
    for (let i = next++; i < plan.bodies.length; i = next++) {
      await send(plan.bodies[i] as string, performance.now())
    }
  }
  await Promise.all(Array.from({ length: plan.concurrency }, work))
}

async function openLoop(): Promise<void> {
  const under: Promise<void>[] = []
  const start = performance.now()
  for (const [i, body] of plan.bodies.entries()) {
    const planned = start + (i * 1_000) / plan.rate
    const wait = planned - performance.now()
    if (wait > 1) await new Promise((resolve) => setTimeout(resolve, wait))
    under.push(send(body, planned))
  }
  await Promise.all(under)
}

function send(body: string, plannedStart: number): Promise<void> {
  const headers = headersOf(plan.signing, plan.path, body)
  return new Promise((resolve) => {
    const finish = (failure?: string) => {
      latenciesMs.push(performance.now() - plannedStart)
      if (failure !== undefined) {
        failed += 1
        firstFailure ??= failure
      }
      resolve()
    }
    const outgoing = request(target, { method: 'POST', agent, headers }, (answer) => {
      let text = ''
      answer.setEncoding('utf8')
      answer.on('data', (chunk: string) => {
        text += chunk
      })
      answer.on('end', () => {
        const isRight = answer.statusCode === 200 && text.includes(plan.succeeds)
        finish(isRight ? undefined : `${answer.statusCode} ${text.slice(0, 300)}`)
      })
    })
    outgoing.on('error', (error) => finish(error.message))
    outgoing.end(body)
  })
}

async function readAll(): Promise<string> {
  const chunks: Buffer[] = []
  for await (const chunk of process.stdin) chunks.push(chunk as Buffer)
  return Buffer.concat(chunks).toString('utf8')
}
