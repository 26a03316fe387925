/**
 * Ten thousand notifications of both dialects through everything that goes wrong at once: two worker
 * processes killed ten times, a receiver that is killed, stalls and answers 500 at random. Retries are
 * driven by the sandbox's clock.
 */
import assert from 'node:assert/strict'
import { createServer, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { after, test } from 'node:test'
import type { MerchantId } from '../../packages/gateway/src/primitives/id.ts'
import { anotherMerchant } from '../conformance/calls.ts'
import { createQueue } from '../conformance/delivery/queue.ts'
import { controlProcess, type GatewayProcess, startDyingProcess } from '../harness/process.ts'
import { createWorld } from '../harness/world.ts'

const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms))

/** What it acknowledged, and what it was sent, in the order in which that came. */
function createReceiver() {
  const acknowledged = new Map<string, number>()
  const firstSent = new Map<string, number>()
  let moment = 0
  let server: Server | undefined
  let port = 0
  const receiver = {
    isBad: true,
    acknowledged,
    firstSent,
    url: () => `http://127.0.0.1:${port}`,
    start: async () => {
      server = createServer((request, response) => {
        request.on('error', () => {}).resume()
        request.on('end', () => {
          if (request.url === '/token') return void giveToken(response)
          const { headers } = request
          const id = String(headers['request-id'] ?? headers['x-external-id'])
          moment += 1
          if (!firstSent.has(id)) firstSent.set(id, moment)
          const luck = receiver.isBad ? Math.random() : 1
          if (luck < 0.003) return
          if (luck < 0.1) return void response.writeHead(500).end('out of luck')
          if (!acknowledged.has(id)) acknowledged.set(id, moment)
          response.writeHead(200).end()
        })
      })
      server.listen(port, '127.0.0.1')
      await new Promise((resolve) => server?.once('listening', resolve))
      port = (server.address() as AddressInfo).port
    },
    kill: () => {
      server?.close()
      server?.closeAllConnections()
    },
  }
  return receiver
}

const giveToken = (response: ServerResponse) =>
  response.end(JSON.stringify({ accessToken: `token-${Math.random()}`, expiresIn: 900 }))

test('of 10,000 notifications none is lost, whoever is killed', async (t) => {
  const world = await createWorld()
  await world.app.jobs.stop()
  const { database } = world
  const receiver = createReceiver()
  await receiver.start()
  after(() => receiver.kill())
  const queue = createQueue(world)
  const merchants = await merchantsOf(world, `${receiver.url()}/token`)
  const workers = await Promise.all([startWorker(), startWorker()])
  after(() => Promise.all(workers.map((worker) => worker.end('SIGKILL'))))

  // Half of them come as the second of a payment.
  const started = Date.now()
  const payments = Array.from({ length: 5_000 }, () => queue.newPaymentId())
  for (let step = 0; step < 2; step++) {
    await queue.announce(
      payments.map((paymentId, i) => ({
        merchantId: merchants[i % merchants.length] as MerchantId,
        dialect: i % 2 ? 'snap' : 'cards',
        url: `${receiver.url()}/notify`,
        subject: `INV-${i}`,
        paymentId,
      })),
    )
  }
  for (let kill = 0; kill < 10; kill++) {
    await pause(200 + Math.random() * 600)
    if (kill % 3 === 1) receiver.kill()
    const place = kill % 2
    await workers[place]?.end('SIGKILL')
    if (kill % 3 === 1) await receiver.start()
    workers[place] = await startWorker()
  }
  t.diagnostic(
    `${receiver.acknowledged.size} acknowledged by the last kill, ${Date.now() - started} ms`,
  )
  receiver.isBad = false
  const isOpen = async () => {
    const [row] = await database<{ due: bigint }[]>`
      select count(*) as due from notifications where state = 'due'`
    return row?.due ?? 0n
  }
  while ((await isOpen()) > 0n) {
    const [worker] = workers
    assert.ok(worker)
    const step = { advanceMs: 31 * 60_000 }
    assert.equal((await controlProcess(worker.url, '/sandbox/clock', step)).status, 200)
    assert.ok(Date.now() - started < 150_000, `${await isOpen()} are still due`)
  }
  t.diagnostic(`all delivered after ${Date.now() - started} ms`)

  const rows = await database<Row[]>`
    select request_id as "requestId", payment_id as "paymentId", state, attempts_made as "attemptsMade",
      array(
        select coalesce(response_status::text, error) from notification_attempts a
        where a.merchant_id = n.merchant_id and a.notification_id = n.notification_id
        order by attempt
      ) as attempts
    from notifications n
    order by announced_number`
  assert.equal(rows.length, 10_000)
  const before = new Map<string, string>()
  for (const { requestId, paymentId, state, attemptsMade, attempts } of rows) {
    assert.equal(state, 'delivered')
    assert.ok(receiver.acknowledged.has(requestId), 'delivered, and never acknowledged')
    assert.equal(attempts.length, attemptsMade)
    assert.equal(attempts.at(-1), '200')
    assert.ok(!attempts.slice(0, -1).includes('200'))
    const first = before.get(paymentId)
    const second = receiver.firstSent.get(requestId) ?? 0
    if (first) assert.ok((receiver.acknowledged.get(first) ?? 0) < second, 'out of order')
    before.set(paymentId, requestId)
  }

  function startWorker(): Promise<GatewayProcess> {
    return startDyingProcess(world.testDatabase, '', { GERBANG_RUN_JOBS: '1' })
  }
})

type Row = {
  requestId: string
  paymentId: string
  state: string
  attemptsMade: number
  attempts: string[]
}

async function merchantsOf(
  world: Awaited<ReturnType<typeof createWorld>>,
  snapTokenUrl: string,
): Promise<MerchantId[]> {
  const made: MerchantId[] = []
  for (let i = 0; i < 5; i++) {
    const { clientId } = await anotherMerchant(world, { snapTokenUrl })
    const merchant = await world.app.merchants.findByClientId(clientId)
    if (merchant) made.push(merchant.merchantId)
  }
  return made
}
