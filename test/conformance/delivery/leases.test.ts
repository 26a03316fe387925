/** Who holds a notification, for how long, and what becomes of an attempt that came too late. */
import assert from 'node:assert/strict'
import { beforeEach, test } from 'node:test'
import { sandboxClientId } from '../../../packages/gateway/src/api/sandbox/sandbox-merchants.ts'
import { createLog } from '../../../packages/gateway/src/platform/log/index.ts'
import { later } from '../../../packages/gateway/src/primitives/clock.ts'
import { createWorld } from '../../harness/world.ts'
import { startMerchantServer } from '../merchant-server.ts'
import { createQueue, type QueueChange, until } from './queue.ts'

const world = await createWorld()
await world.app.jobs.stop()
const { database, clock } = world
const { merchants } = world.app
const merchant = await merchants.findByClientId(sandboxClientId)
assert.ok(merchant)
const { merchantId } = merchant
const server = await startMerchantServer()

beforeEach(async () => {
  await database`truncate notifications, notification_attempts`
  server.received.length = 0
  server.answer = 200
})

/** A process whose real time a test moves, and counts how often it is asked. */
function createProcess(change: QueueChange = {}) {
  const real = { aheadMs: 0, asked: 0 }
  const lines: string[] = []
  const queue = createQueue(
    world,
    { targets: 'any' },
    {
      clock: {
        ...clock,
        realNow: () => {
          real.asked += 1
          return later(clock.realNow(), real.aheadMs)
        },
      },
      log: createLog({ level: 'info', destination: { write: (line) => lines.push(line) } }),
      ...change,
    },
  )
  return { ...queue, real, lines }
}

type Process = ReturnType<typeof createProcess>

const announced = async (process: Process) => {
  const [subject = ''] = await process.announce([{ merchantId, url: server.url }])
  return subject
}

const shown = async (process: Process, subject: string) => {
  const [found] = await process.shown(merchantId, subject)
  assert.ok(found)
  return found
}

test('what was claimed by a process that then stalled is not sent by it', async () => {
  const stalled = createProcess({
    merchants: {
      ...merchants,
      find: (id) => {
        stalled.real.aheadMs = 9_000
        return merchants.find(id)
      },
    },
  })
  const subject = await announced(stalled)
  await stalled.deliver()
  assert.equal(server.received.length, 0)
  assert.deepEqual((await shown(stalled, subject)).attempts, [])
  const other = createProcess()
  await other.deliver()
  assert.equal(server.received.length, 0, 'the lease is not over')
  other.real.aheadMs = 20_001
  await other.deliver()
  assert.equal(server.received.length, 1)
  assert.equal((await shown(other, subject)).status, 'delivered')
})

test('an attempt whose lease is lost is told, and changes nothing', async () => {
  const [slow, other] = [createProcess(), createProcess()]
  let finish = () => {}
  server.answer = (response) => {
    finish = () => response.writeHead(503).end()
  }
  const subject = await announced(slow)
  await slow.notifications.delivery.runDue(clock.now())
  await until(() => server.received.length === 1)
  server.answer = 200
  other.real.aheadMs = 20_001
  await other.deliver()
  finish()
  await slow.notifications.idle()
  const { status, attempts } = await shown(other, subject)
  assert.equal(status, 'delivered')
  assert.deepEqual(
    attempts.map(({ responseStatus }) => responseStatus),
    [200, 503],
  )
  assert.ok(slow.lines.some((line) => line.includes('longer than its lease')))
})

test('of a notification that a reset has emptied meanwhile, nothing is warned', async () => {
  const process = createProcess()
  let finish = () => {}
  server.answer = (response) => {
    finish = () => response.writeHead(200).end()
  }
  await announced(process)
  await process.notifications.delivery.runDue(clock.now())
  await until(() => server.received.length === 1)
  await database`truncate notifications, notification_attempts`
  finish()
  await process.notifications.idle()
  assert.deepEqual(process.lines, [])
})

test('what another session locks is looked at now and then, and sent when it is free', async () => {
  const process = createProcess()
  const subject = await announced(process)
  const other = world.testDatabase.connect(1)
  let asked = 0
  await other.begin(async (locking) => {
    await locking`select 1 from notifications where invoice_number = ${subject} for update`
    await process.notifications.delivery.runDue(clock.now())
    const before = process.real.asked
    await new Promise((resolve) => setTimeout(resolve, 1_000))
    asked = process.real.asked - before
  })
  assert.ok(asked >= 3 && asked <= 20, `${asked} claims in a second`)
  await until(() => server.received.length === 1)
})

test('a stop cuts what is under way in time, tells it, and leaves the schedule as it was', async () => {
  const stopping = createProcess()
  server.answer = () => {}
  const subject = await announced(stopping)
  await stopping.notifications.delivery.runDue(clock.now())
  await until(() => server.received.length === 1)
  const started = Date.now()
  await stopping.notifications.stop(later(clock.realNow(), 300))
  assert.ok(Date.now() - started < 2_000)
  const cut = await shown(stopping, subject)
  assert.equal(cut.status, 'due')
  assert.deepEqual(
    cut.attempts.map(({ error }) => error),
    ['the gateway stopped'],
  )
  assert.ok((cut.attempts[0]?.latencyMs ?? 0) >= 250)
  server.answer = 500
  const next = createProcess()
  await next.deliver()
  const { attempts, nextAttemptAt } = await shown(next, subject)
  assert.equal(attempts.length, 2)
  const minutes = ((nextAttemptAt?.getTime() ?? 0) - Date.parse(attempts[0]?.at ?? '')) / 60_000
  assert.ok(minutes > 29 && minutes < 31, `${minutes} minutes: the second counts as the first`)
})

test('a resend that a stop cuts is made by who comes next', async () => {
  const stopping = createProcess()
  const subject = await announced(stopping)
  await stopping.deliver()
  server.answer = () => {}
  assert.ok(await stopping.notifications.resend((await shown(stopping, subject)).id))
  await stopping.notifications.delivery.runDue(clock.now())
  await until(() => server.received.length === 2)
  await stopping.notifications.stop(clock.realNow())
  assert.equal((await shown(stopping, subject)).status, 'due')
  server.answer = 500
  await createProcess().deliver()
  const { status, attempts } = await shown(stopping, subject)
  assert.deepEqual([status, attempts.length], ['delivered', 3])
})

test('a gateway that stops is out within 8 seconds, whatever hangs', async () => {
  const gateway = await createWorld({ shares: world })
  server.answer = () => {}
  const process = createProcess()
  const subject = await announced(process)
  await until(() => server.received.length === 1)
  const started = Date.now()
  await gateway.app.close()
  assert.ok(Date.now() - started < 8_000)
  const { attempts } = await shown(process, subject)
  assert.deepEqual(
    attempts.map(({ error }) => error),
    ['the gateway stopped'],
  )
})
