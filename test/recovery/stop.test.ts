/** What a stop leaves behind, whatever is under way: written down, and nothing held. */
import assert from 'node:assert/strict'
import { once } from 'node:events'
import { mkdtempSync } from 'node:fs'
import { createServer } from 'node:http'
import { type AddressInfo, connect } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { startCuttableProxy } from '../harness/cuttable-proxy.ts'
import { createTestDatabase } from '../harness/database.ts'
import { callProcess, controlProcess, startProcess } from '../harness/process.ts'
import { chargeBody, checkBody, newInvoice, paths } from '../harness/world.ts'

test('a request that never comes whole does not keep deliveries from being written down', async () => {
  const testDatabase = await createTestDatabase()
  after(() => testDatabase.drop())
  const { databaseUrl } = await startCuttableProxy(testDatabase)
  const gateway = await startProcess({
    DATABASE_URL: databaseUrl,
    GERBANG_DATA_DIR: mkdtempSync(join(tmpdir(), 'gerbang-stop-')),
  })
  let posted = 0
  const silent = createServer(() => {
    posted += 1
  }).listen(0, '127.0.0.1')
  await once(silent, 'listening')
  after(() => silent.closeAllConnections())
  after(() => silent.close())
  const { port } = silent.address() as AddressInfo
  // The control surface is called by PATCH here.
  const changed = await fetch(`${gateway.url}/sandbox/merchant`, {
    method: 'PATCH',
    headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify({ notificationUrl: `http://127.0.0.1:${port}/` }),
  })
  assert.equal(changed.status, 200)
  for (let payment = 0; payment < 3; payment++) {
    const invoice = newInvoice()
    const checked = await callProcess(gateway.url, paths.check, checkBody({ invoice }))
    const authenticationId = checked?.body.three_dsecure.authentication_id
    await callProcess(gateway.url, paths.charge, chargeBody({ invoice, authenticationId }))
  }
  while (posted < 3) await sleep(10)
  const half = connect(Number(new URL(gateway.url).port), '127.0.0.1')
  after(() => half.destroy())
  half.on('error', () => {})
  half.write('POST /credit-card/charge HTTP/1.1\r\nHost: x\r\n')
  assert.equal((await controlProcess(gateway.url, '/health/ready')).status, 200)

  assert.equal(await gateway.end('SIGTERM'), 0)
  const rows = await testDatabase.connect(1)`
    select n.state, n.leased_until as "leasedUntil", a.error
    from notifications n
    left join notification_attempts a using (merchant_id, notification_id)`
  assert.deepEqual(
    rows.map((row) => ({ ...row })),
    Array.from({ length: 3 }, () => ({
      state: 'due',
      leasedUntil: null,
      error: 'the gateway stopped',
    })),
  )
})
