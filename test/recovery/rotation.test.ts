/** Keys are replaced while the gateway serves (design.md 6): 10,000 stored cards, and charges and KKI calls all the time. */
import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { bytea } from '../../packages/gateway/src/platform/database/index.ts'
import { readOrMakeRootKey } from '../../packages/gateway/src/platform/generated-keys/index.ts'
import { openKeyRing } from '../../packages/gateway/src/platform/key-ring/index.ts'
import { systemClock } from '../../packages/gateway/src/primitives/clock.ts'
import { createIds, type MerchantId } from '../../packages/gateway/src/primitives/id.ts'
import { systemRandom } from '../../packages/gateway/src/primitives/random.ts'
import { Secret } from '../../packages/gateway/src/primitives/secret.ts'
import { createVault } from '../../packages/gateway/src/vault/index.ts'
import { chargeStream, compareBooks } from '../harness/charge-stream.ts'
import { assertKkiBooksAgree } from '../harness/compare-kki-books.ts'
import { startCuttableProxy } from '../harness/cuttable-proxy.ts'
import { createTestDatabase } from '../harness/database.ts'
import { callProcess, startProcess } from '../harness/process.ts'
import { cards, futureExpiry, newInvoice, noteSecret, paths } from '../harness/world.ts'
import { kkiStream } from './kki-stream.ts'

const testDatabase = await createTestDatabase()
after(() => testDatabase.drop())
const database = testDatabase.connect(2)
const { databaseUrl } = await startCuttableProxy(testDatabase)
const dataDir = mkdtempSync(join(tmpdir(), 'gerbang-rotation-'))
const env = { DATABASE_URL: databaseUrl, GERBANG_DATA_DIR: dataDir }

/** As many cards as a shop of some size has saved, sealed by the key of the first start. */
async function keepCards(count: number): Promise<void> {
  const random = systemRandom
  const clock = systemClock()
  const rootKey = await readOrMakeRootKey(dataDir, random)
  const keyRing = await openKeyRing({ database, rootKey, clock, random })
  const vault = createVault({ database, keyRing, ids: createIds(clock, random), clock, random })
  const number = new Secret(cards.frictionless as string)
  noteSecret('card-number', cards.frictionless)
  const rows = Array.from({ length: count }, () => {
    const card = vault.seal('mer_many' as MerchantId, { number, expiry: { month: 12, year: 2030 } })
    const { merchantId, cardId, sealedCard, fingerprint, expiry, createdAt } = card
    return {
      merchant_id: merchantId,
      card_id: cardId,
      sealed_card: bytea(sealedCard),
      fingerprint: bytea(fingerprint),
      expiry,
      created_at: createdAt,
    }
  })
  await database`
    insert into cards (merchant_id, card_id, sealed_card, fingerprint, expiry, created_at)
    select * from jsonb_to_recordset(${JSON.stringify(rows)}::text::jsonb) as row(
      merchant_id text, card_id text, sealed_card bytea, fingerprint bytea, expiry text,
      created_at timestamptz)`
}

/** Runs the command as an operator does; its exit code and what it printed. */
async function rotate(): Promise<{ code: number | null; printed: string }> {
  const child = spawn(process.execPath, ['packages/gateway/src/main.ts', 'rotate-keys'], {
    env: { ...process.env, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let printed = ''
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (text) => (printed += text))
  const code = await new Promise<number | null>((resolve) => child.once('exit', resolve))
  return { code, printed }
}

/** Which keys have sealed what is stored of cards: the number stands in front of each record. */
async function keysInUse(): Promise<string[]> {
  const rows = await database<{ key: string }[]>`
    select distinct encode(substring(sealed from 1 for 5), 'hex') as key
    from (
      select sealed_card as sealed from cards
      union all
      select sealed_token from bindings
      union all
      -- A binding that waits for its one-time password has no account yet.
      select sealed_account from bindings where sealed_account <> ''
    ) as kept`
  return rows.map(({ key }) => key)
}

test('10,000 cards and all that are bound are sealed afresh while they pay, and no call fails', async (t) => {
  const gateway = await startProcess(env)
  const moto = (card: object, customer: object) => ({
    order: { amount: 90_000, invoice_number: newInvoice() },
    payment: { type: 'MOTO' },
    customer,
    card,
  })
  const saved = await callProcess(
    gateway.url,
    paths.charge,
    moto({ number: cards.frictionless, expiry: futureExpiry, save: true }, { id: 'CUST-1' }),
  )
  const { token } = saved?.body.card ?? {}
  assert.match(token, /^[0-9a-f]{32}$/)
  await keepCards(10_000)
  const kki = await kkiStream(gateway.url)
  const bound: string[] = []
  for (let i = 0; i < 20; i++) bound.push(await (await kki.begin())())
  const waiting = await kki.begin()
  const before = await keysInUse()
  assert.equal(before.length, 1)

  const stream = chargeStream()
  const workers = stream.run(gateway.url, 4)
  const kkiWorkers = kki.run(2)
  const start = performance.now()
  const { code, printed } = await rotate()
  const took = Math.round(performance.now() - start)
  await Promise.all([workers.stop(), kkiWorkers.stop()])
  t.diagnostic(
    `${took} ms, ${stream.answered.size} charges and ${kki.calls()} KKI calls meanwhile: ${printed}`,
  )

  assert.equal(code, 0, printed)
  assert.match(printed, /stored cards: 1[0-9],\d{3} of 1[0-9],\d{3}/)
  assert.match(printed, /tokens of bound cards: \d+ of \d+/)
  assert.match(printed, /accounts of bound cards: \d+ of \d+/)
  assert.match(printed, /Everything is sealed afresh; erased: key \d+\./)
  const afterwards = await keysInUse()
  assert.equal(afterwards.length, 1)
  assert.notDeepEqual(afterwards, before)
  assert.deepEqual([...stream.refusals], [])
  assert.ok(stream.answered.size > 50, 'charges ran all the time')
  await compareBooks(gateway.url, stream)
  const again = await callProcess(gateway.url, paths.charge, moto({ token }, { id: 'CUST-1' }))
  assert.equal(again?.body.payment.status, 'SUCCESS')
  await kki.pay(await waiting())
  for (const token of bound) await kki.pay(token)
  assert.deepEqual([...kki.refusals], [])
  assert.ok(kki.calls() > 50, 'KKI calls ran all the time')
  await assertKkiBooksAgree(database)
  assert.equal(await gateway.end('SIGTERM'), 0)
})
