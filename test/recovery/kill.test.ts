import assert from 'node:assert/strict'
import { mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { chargeStream, compareBooks } from '../harness/charge-stream.ts'
import {
  callProcess,
  controlProcess,
  messagesOf,
  NotStarted,
  startProcess,
} from '../harness/process.ts'
import { chargeBody, checkBody, newInvoice, paths } from '../harness/world.ts'

const env = { GERBANG_DATA_DIR: mkdtempSync(join(tmpdir(), 'gerbang-kill-')) }

test('every charge that was answered before a kill -9 is there as it was answered', async (t) => {
  const stream = chargeStream()
  for (let kill = 0; kill < 5; kill++) {
    const gateway = await startProcess(env)
    t.diagnostic(`ready after ${gateway.readyAfterMs} ms`)
    // A moment that falls anywhere between begin and answer of the eight that are under way.
    const enough = stream.answered.size + 40 + Math.floor(Math.random() * 40)
    const workers = stream.run(gateway.url, 8)
    while (stream.answered.size < enough) await new Promise((resolve) => setTimeout(resolve, 3))
    await gateway.end('SIGKILL')
    await workers.stop()
  }

  const gateway = await startProcess(env)
  try {
    assert.ok(stream.answered.size >= 200)
    t.diagnostic(JSON.stringify(await compareBooks(gateway.url, stream)))
  } finally {
    assert.equal(await gateway.end('SIGTERM'), 0)
  }
})

test('two gateways on one data folder: the second says why it does not start', async () => {
  const gateway = await startProcess(env)
  try {
    await assert.rejects(startProcess(env), (error) => {
      assert.ok(error instanceof NotStarted)
      assert.match(error.message, /^exit 1/)
      assert.match(error.message, /GERBANG_DATA_DIR/)
      assert.doesNotMatch(error.message, / at .*\.ts:\d/, 'a stack')
      return true
    })
    assert.equal((await controlProcess(gateway.url, '/health/ready')).status, 200)
  } finally {
    assert.equal(await gateway.end('SIGTERM'), 0)
  }
})

for (const signal of ['SIGTERM', 'SIGINT'] as const) {
  test(`a ${signal} answers what is in flight and exits 0 within 10 seconds`, async () => {
    const gateway = await startProcess(env)
    const invoice = newInvoice()
    const amount = 19_096
    const checked = await callProcess(gateway.url, paths.check, checkBody({ invoice, amount }))
    const authenticationId = checked?.body.three_dsecure.authentication_id
    const body = chargeBody({ invoice, amount, authenticationId })
    const slow = callProcess(gateway.url, paths.charge, body)
    while ((await messagesOf(gateway.url, invoice)).length === 0) {
      await new Promise((resolve) => setTimeout(resolve, 10))
    }
    const start = performance.now()
    const code = await gateway.end(signal)
    assert.equal((await slow)?.body.payment.status, 'SUCCESS')
    assert.equal(code, 0)
    assert.ok(performance.now() - start < 10_000)
  })
}
