import assert from 'node:assert/strict'
import { mkdtempSync, readFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { chargeStream, compareBooks } from '../harness/charge-stream.ts'
import { startCuttableProxy } from '../harness/cuttable-proxy.ts'
import { createTestDatabase } from '../harness/database.ts'
import { callProcess, controlProcess, NotStarted, startProcess } from '../harness/process.ts'
import { chargeBody, checkBody, newInvoice, paths } from '../harness/world.ts'

const newFolder = () => mkdtempSync(join(tmpdir(), 'gerbang-down-'))
const testDatabase = await createTestDatabase()
after(() => testDatabase.drop())
const proxy = await startCuttableProxy(testDatabase)
const env = { DATABASE_URL: proxy.databaseUrl, GERBANG_DATA_DIR: newFolder() }

const unavailable = {
  error: {
    code: 'SERVICE_UNAVAILABLE',
    message: 'The service is temporarily unavailable, please try again',
    type: 'SERVICE_UNAVAILABLE',
  },
}

const pause = (milliseconds: number) =>
  new Promise((resolve) => {
    setTimeout(resolve, milliseconds)
  })

async function isReady(url: string): Promise<boolean> {
  return (await controlProcess(url, '/health/ready')).status === 200
}

test('without its database every call is answered 503 in the envelope, and ready says so', async () => {
  const gateway = await startProcess(env)
  const invoice = newInvoice()
  const checked = await callProcess(gateway.url, paths.check, checkBody({ invoice }))
  const authenticationId = checked?.body.three_dsecure.authentication_id
  await proxy.cut()
  const { url } = gateway
  for (let round = 0; round < 3; round++) {
    for (const answer of [
      await callProcess(url, paths.check, checkBody()),
      await callProcess(url, paths.charge, chargeBody({ invoice, authenticationId })),
      await callProcess(url, paths.status(invoice)),
      await controlProcess(url, '/sandbox/merchant'),
      await controlProcess(url, '/sandbox/settlements', {}),
      await controlProcess(url, '/sandbox/clock', { advanceMs: 1_000 }),
    ]) {
      assert.equal(answer?.status, 503)
      assert.deepEqual(answer?.body, unavailable)
    }
    const ready = await controlProcess(url, '/health/ready')
    assert.deepEqual([ready.status, ready.body], [503, { status: 'not ready' }])
    assert.equal((await controlProcess(url, '/health/live')).status, 200)
  }
  await proxy.restore()
  // The driver waits at most half a second between two tries.
  const start = performance.now()
  while (!(await isReady(url))) await pause(20)
  assert.ok(performance.now() - start < 5_000, 'ready soon after the database is back')
  const paid = await callProcess(url, paths.charge, chargeBody({ invoice, authenticationId }))
  assert.equal(paid?.body.payment.status, 'SUCCESS')
  assert.equal(await gateway.end('SIGTERM'), 0)
})

test('a database that is cut off mid-traffic fails no payment and loses none', async (t) => {
  const gateway = await startProcess(env)
  const stream = chargeStream()
  const workers = stream.run(gateway.url, 8)
  after(() => workers.stop())
  let ended: number | null | undefined
  void gateway.ended.then((code) => {
    ended = code
  })
  const untilAnswered = async (more: number) => {
    const enough = stream.answered.size + more
    for (const start = performance.now(); stream.answered.size < enough; await pause(3)) {
      assert.equal(ended, undefined, `the gateway ended: ${gateway.output().slice(-2_000)}`)
      if (performance.now() - start < 60_000) continue
      assert.fail(`no payment for a minute: ${gateway.output().slice(-2_000)}`)
    }
  }
  for (let cut = 0; cut < 5; cut++) {
    await untilAnswered(20 + Math.floor(Math.random() * 20))
    await proxy.cut()
    await pause(50)
    await proxy.restore()
  }
  await untilAnswered(20)
  await workers.stop()
  const documented = ['503 SERVICE_UNAVAILABLE']
  assert.deepEqual(
    [...stream.refusals].filter((refusal) => !documented.includes(refusal)),
    [],
  )
  t.diagnostic(JSON.stringify(await compareBooks(gateway.url, stream)))
  // A connection that does not heal (connect.ts) holds a charge for 10 s and more.
  assert.ok(stream.slowestMs() < 9_000, `the slowest charge took ${stream.slowestMs()} ms`)
  assert.equal(await gateway.end('SIGTERM'), 0)
})

test('a database that swallows everything makes the gateway not ready', async () => {
  const gateway = await startProcess(env)
  assert.ok(await isReady(gateway.url))
  proxy.freeze()
  const start = performance.now()
  assert.equal(await isReady(gateway.url), false)
  assert.ok(performance.now() - start < 5_000, 'before a load balancer gives up')
  await proxy.restore()
  while (!(await isReady(gateway.url))) await pause(20)
  assert.equal(await gateway.end('SIGTERM'), 0)
})

test('an embedded PostgreSQL that is killed ends the gateway, and the next start has all', async () => {
  const folder = newFolder()
  const gateway = await startProcess({ GERBANG_DATA_DIR: folder })
  const invoice = newInvoice()
  const checked = await callProcess(gateway.url, paths.check, checkBody({ invoice }))
  const authenticationId = checked?.body.three_dsecure.authentication_id
  const paid = await callProcess(
    gateway.url,
    paths.charge,
    chargeBody({ invoice, authenticationId }),
  )
  const [pid] = readFileSync(join(folder, 'postgres/postmaster.pid'), 'utf8').split('\n')
  process.kill(Number(pid), 'SIGKILL')
  assert.equal(await gateway.ended, 1)
  assert.match(gateway.output(), /"level":"fatal".*PostgreSQL stopped by itself/)

  const again = await startProcess({ GERBANG_DATA_DIR: folder })
  const status = await callProcess(again.url, paths.status(invoice))
  assert.equal(status?.body.card_payment.approval_code, paid?.body.payment.approval_code)
  assert.equal(await again.end('SIGTERM'), 0)
})

test('a start with the root key of another database says so, without a stack', async () => {
  await assert.rejects(startProcess({ ...env, GERBANG_DATA_DIR: newFolder() }), (error) => {
    assert.ok(error instanceof NotStarted)
    assert.match(error.message, /^exit 1:\s+the root key does not open the keys/)
    assert.doesNotMatch(error.message, / at .*\.ts:\d/)
    return true
  })
})
