/** An advance of the sandbox's clock whose connections to the database break on the way. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createAdvance } from '../../../packages/gateway/src/api/sandbox/advance.ts'
import { SandboxError } from '../../../packages/gateway/src/api/sandbox/sandbox-error.ts'
import { later } from '../../../packages/gateway/src/primitives/clock.ts'
import { control, createWorld, newInvoice, pay } from '../../harness/world.ts'
import { startMerchantServer } from '../merchant-server.ts'

const hourMs = 3_600_000

test('it moves by exactly what was asked for, and does what falls due', async () => {
  const world = await createWorld()
  const admin = world.testDatabase.connect(1)
  const shop = await startMerchantServer()
  // Each attempt breaks every connection while the advance waits for it.
  let cuts = 0
  shop.answer = async (response) => {
    if (cuts > 0) {
      await admin`
        select pg_terminate_backend(pid) from pg_stat_activity
        where datname = current_database() and pid <> pg_backend_pid()`
      cuts -= 1
      await new Promise((resolve) => setTimeout(resolve, 100))
    }
    response.writeHead(500).end()
  }
  await control(world, 'PATCH', '/sandbox/merchant', { notificationUrl: shop.url })
  const invoice = newInvoice()
  await pay(world, { invoice })
  const shown = async () =>
    (await control(world, 'GET', `/sandbox/notifications?invoiceNumber=${invoice}`)).body
      .notifications[0]
  while ((await shown()).attempts.length === 0) await new Promise((go) => setTimeout(go, 5))
  cuts = 3
  const answer = await control(world, 'POST', '/sandbox/clock', { advanceMs: 13 * hourMs })
  assert.equal(answer.status, 200, answer.text)
  assert.equal(answer.body.offsetMs, 13 * hourMs)
  assert.equal(cuts, 0)
  const [row] = await admin`select offset_ms as "offsetMs" from sandbox.clock`
  assert.equal(row?.['offsetMs'], BigInt(13 * hourMs))
  const { attempts, status } = await shown()
  assert.deepEqual([attempts.length, status], [4, 'given-up'])
})

test('where the database stays away it is told how much was moved, and not to try again', async () => {
  const { clock } = await createWorld()
  const gone = Object.assign(new Error('write CONNECTION_CLOSED'), { code: 'CONNECTION_CLOSED' })
  const advance = createAdvance({
    clock,
    jobs: {
      advanceTo: async (_target, moveClock) => {
        await moveClock(later(clock.now(), hourMs))
        throw gone
      },
    },
  })
  await assert.rejects(advance(2 * hourMs), (error) => {
    assert.ok(error instanceof SandboxError)
    assert.deepEqual([error.status, error.code], [503, 'MOVED_IN_PART'])
    assert.match(error.message, /went away when 3600000 ms were moved: GET \/sandbox\/clock/)
    return true
  })
  assert.equal(clock.offsetMs(), hourMs)
})

test('where nothing was moved it is the usual 503, which may be tried again', async () => {
  const { clock } = await createWorld()
  const gone = Object.assign(new Error('write CONNECTION_CLOSED'), { code: 'CONNECTION_CLOSED' })
  const jobs = { advanceTo: () => Promise.reject(gone) }
  await assert.rejects(createAdvance({ clock, jobs })(hourMs), gone)
})
