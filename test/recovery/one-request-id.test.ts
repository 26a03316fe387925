import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { formatTimestamp } from '@gerbang/wire'
import { startEmbeddedPostgres } from '../../packages/gateway/src/platform/database/index.ts'
import {
  callProcess,
  controlProcess,
  type GatewayProcess,
  startProcess,
} from '../harness/process.ts'
import { type Answer, chargeBody, checkBody, newInvoice, paths } from '../harness/world.ts'

const folder = mkdtempSync(join(tmpdir(), 'gerbang-recovery-'))

async function chargeFiftyTimes(gateways: readonly GatewayProcess[], sameSecond: boolean) {
  const [first] = gateways as [GatewayProcess]
  const invoice = newInvoice()
  const checked = await callProcess(first.url, paths.check, checkBody({ invoice }))
  const authenticationId = checked?.body.three_dsecure.authentication_id
  const body = chargeBody({ invoice, authenticationId })
  const requestId = randomUUID()
  const now = Date.now()
  const answers = await Promise.all(
    Array.from({ length: 50 }, (_, i) => {
      // A signature is as old as its second: spread over nine seconds, none is replayed in time.
      const timestamp = formatTimestamp(new Date(sameSecond ? now : now - (i % 9) * 1_000))
      const { url } = gateways[i % gateways.length] as GatewayProcess
      return callProcess(url, paths.charge, body, { requestId, timestamp })
    }),
  )
  const { body: book } = await controlProcess(
    first.url,
    `/sandbox/acquirer/messages?invoiceNumber=${invoice}`,
  )
  return { answers, messages: book.messages as { kind: string }[] }
}

function assertOneAnswer(answers: readonly (Answer | undefined)[]) {
  const paid = answers.filter((answer) => answer?.status === 200)
  assert.equal(paid.length, 1)
  assert.equal(paid[0]?.body.payment.status, 'SUCCESS')
  for (const answer of answers) {
    assert.ok(answer, 'every request is answered')
    if (answer.status === 200) continue
    const { code, message } = answer.body.error
    const expected = answer.status === 409 ? 'INVALID_PARAMETER Conflict' : '400 invalid_signature'
    const shown = answer.status === 409 ? `${code} ${message}` : `${answer.status} ${code}`
    assert.equal(shown, expected)
  }
}

test('50 charges with one Request-Id at once are one charge, in one process and over two', async () => {
  const server = await startEmbeddedPostgres({
    dataDir: join(folder, 'server'),
    log: () => {},
    settings: { listen_addresses: '127.0.0.1' },
  })
  const { username, password, database, port } = server.connection
  const env = {
    DATABASE_URL: `postgres://${username}:${encodeURIComponent(password)}@127.0.0.1:${port}/${database}`,
    GERBANG_DATA_DIR: join(folder, 'keys'),
  }
  const one = await startProcess(env)
  const two = await startProcess(env)
  try {
    for (const gateways of [[one], [one, two]]) {
      for (const sameSecond of [true, false]) {
        const { answers, messages } = await chargeFiftyTimes(gateways, sameSecond)
        assertOneAnswer(answers)
        assert.deepEqual(
          messages.map(({ kind }) => kind),
          ['sale'],
        )
      }
    }
  } finally {
    await Promise.all([one.end('SIGTERM'), two.end('SIGTERM')])
    await server.stop()
  }
})
