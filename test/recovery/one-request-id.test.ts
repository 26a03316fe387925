import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { formatTimestamp } from '@gerbang/wire'
import { startCuttableProxy } from '../harness/cuttable-proxy.ts'
import { createTestDatabase } from '../harness/database.ts'
import { callProcess, messagesOf, startProcess } from '../harness/process.ts'
import { type Answer, chargeBody, checkBody, newInvoice, paths } from '../harness/world.ts'

const testDatabase = await createTestDatabase()
const { databaseUrl } = await startCuttableProxy(testDatabase)
const env = {
  DATABASE_URL: databaseUrl,
  GERBANG_DATA_DIR: mkdtempSync(join(tmpdir(), 'gerbang-one-id-')),
}

// Both at once, on an empty database and an empty folder: they also race for the first keys.
const gateways = await Promise.all([startProcess(env), startProcess(env)])
after(async () => {
  await Promise.all(gateways.map((gateway) => gateway.end('SIGTERM')))
  await testDatabase.drop()
})

async function chargeFiftyTimes(urls: readonly string[], secondsApart: number) {
  const [first] = urls as [string]
  const invoice = newInvoice()
  const checked = await callProcess(first, paths.check, checkBody({ invoice }))
  const authenticationId = checked?.body.three_dsecure.authentication_id
  const body = chargeBody({ invoice, authenticationId })
  const requestId = randomUUID()
  const now = Date.now()
  const answers = await Promise.all(
    Array.from({ length: 50 }, (_, i) => {
      const timestamp = formatTimestamp(new Date(now - (i % 5) * secondsApart * 1_000))
      const url = urls[i % urls.length] as string
      return callProcess(url, paths.charge, body, { requestId, timestamp })
    }),
  )
  return { answers, messages: await messagesOf(first, invoice) }
}

/** `409 INVALID_PARAMETER Conflict`, or the status and code of another refusal. */
function refusalOf({ status, body }: Answer): string {
  const { code, message } = body.error
  return status === 409 ? `409 ${code} ${message}` : `${status} ${code}`
}

for (const [where, processes] of [
  ['in one process', 1],
  ['over two processes', 2],
] as const) {
  for (const [signed, secondsApart, refusals] of [
    // Within one second every repeat carries the first one's signature.
    ['in the same second', 0, ['400 invalid_signature']],
    ['in five different seconds', 1, ['400 invalid_signature', '409 INVALID_PARAMETER Conflict']],
  ] as const) {
    test(`50 charges with one Request-Id ${where}, signed ${signed}, are one sale`, async () => {
      for (let round = 0; round < 3; round++) {
        const urls = gateways.slice(0, processes).map(({ url }) => url)
        const { answers, messages } = await chargeFiftyTimes(urls, secondsApart)
        const given = answers.filter((answer) => answer !== undefined)
        assert.equal(given.length, 50, 'every request is answered')
        const paid = given.filter(({ status }) => status === 200)
        assert.deepEqual(
          paid.map(({ body }) => body.payment.status),
          ['SUCCESS'],
        )
        const refused = new Set(given.filter(({ status }) => status !== 200).map(refusalOf))
        assert.deepEqual([...refused].toSorted(), refusals)
        assert.deepEqual(
          messages.map(({ kind }) => kind),
          ['sale'],
        )
      }
    })
  }
}
