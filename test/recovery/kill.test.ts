import assert from 'node:assert/strict'
import { mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { callProcess, controlProcess, NotStarted, startProcess } from '../harness/process.ts'
import { type Answer, chargeBody, checkBody, newInvoice, paths } from '../harness/world.ts'

const env = { GERBANG_DATA_DIR: mkdtempSync(join(tmpdir(), 'gerbang-kill-')) }

test('every charge that was answered before a kill -9 is there as it was answered', async () => {
  const answered = new Map<string, Answer>()
  const sent: string[] = []
  for (let round = 0; round < 3; round++) {
    const gateway = await startProcess(env)
    let isKilled = false
    const work = async () => {
      while (!isKilled) {
        const invoice = newInvoice()
        const checked = await callProcess(gateway.url, paths.check, checkBody({ invoice }))
        const authenticationId = checked?.body.three_dsecure?.authentication_id
        if (authenticationId === undefined) continue
        sent.push(invoice)
        const body = chargeBody({ invoice, authenticationId })
        const answer = await callProcess(gateway.url, paths.charge, body)
        if (answer?.status === 200) answered.set(invoice, answer)
      }
    }
    const stream = Promise.all(Array.from({ length: 8 }, work))
    const enough = answered.size + 60
    while (answered.size < enough) await new Promise((resolve) => setTimeout(resolve, 5))
    await gateway.end('SIGKILL')
    isKilled = true
    await stream
  }

  const gateway = await startProcess(env)
  try {
    assert.ok(answered.size >= 180)
    for (const invoice of sent) {
      const status = await callProcess(gateway.url, paths.status(invoice))
      const { body } = await controlProcess(
        gateway.url,
        `/sandbox/acquirer/messages?invoiceNumber=${invoice}`,
      )
      const sales = body.messages as { approvalCode: string }[]
      assert.ok(sales.length <= 1, `${invoice} was sold ${sales.length} times`)
      const answer = answered.get(invoice)
      if (answer) {
        assert.equal(status?.body.transaction.status, 'SUCCESS')
        assert.equal(status?.body.card_payment.approval_code, answer.body.payment.approval_code)
        assert.equal(sales[0]?.approvalCode, answer.body.payment.approval_code)
      } else if (status?.status === 200) {
        // Begun and not answered: pending until it is resolved, or settled just before the kill.
        assert.ok(['PENDING', 'SUCCESS'].includes(status.body.transaction.status))
      } else {
        assert.equal(status?.body.error.code, 'TRANSACTION_NOT_FOUND')
        assert.equal(sales.length, 0, 'nothing is asked before it is begun')
      }
    }
  } finally {
    assert.equal(await gateway.end('SIGTERM'), 0)
  }
})

test('two gateways on one data folder: the second says why it does not start', async () => {
  const gateway = await startProcess(env)
  try {
    await assert.rejects(startProcess(env), (error) => {
      assert.ok(error instanceof NotStarted)
      assert.match(error.message, /exit 1/)
      assert.match(error.message, /GERBANG_DATA_DIR/)
      return true
    })
    assert.equal((await controlProcess(gateway.url, '/health/ready')).status, 200)
  } finally {
    assert.equal(await gateway.end('SIGTERM'), 0)
  }
})

test('a stop answers what is in flight and exits 0 within 10 seconds', async () => {
  const gateway = await startProcess(env)
  const invoice = newInvoice()
  const amount = 19_096
  const checked = await callProcess(gateway.url, paths.check, checkBody({ invoice, amount }))
  const authenticationId = checked?.body.three_dsecure.authentication_id
  const slow = callProcess(
    gateway.url,
    paths.charge,
    chargeBody({ invoice, amount, authenticationId }),
  )
  const asked = async () =>
    (await controlProcess(gateway.url, `/sandbox/acquirer/messages?invoiceNumber=${invoice}`)).body
      .messages.length === 1
  while (!(await asked())) await new Promise((resolve) => setTimeout(resolve, 10))
  const stopping = performance.now()
  const code = await gateway.end('SIGTERM')
  assert.equal((await slow)?.body.payment.status, 'SUCCESS')
  assert.equal(code, 0)
  assert.ok(performance.now() - stopping < 10_000)
})
